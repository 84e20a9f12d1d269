"""The stand-in as one object: a web server in a thread, and what a test or a demo does with it."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from tools.stripe_standin import api, disputes, pages, payments, refunds, sessions
from tools.stripe_standin.cards import CARDS, SUCCESS
from tools.stripe_standin.contract import contract
from tools.stripe_standin.store import Json, Store
from tools.stripe_standin.webhooks import Webhooks
from tools.stripe_standin.world import World

TICK = 1.0  # seconds between looks for sessions whose time is over


class Handler(WSGIRequestHandler):
    """Head and body leave in one write and at once: else each call waits for the peer's delayed acknowledgement."""

    wbufsize = 1 << 16
    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of requests that were answered."""

    def finish(self) -> None:
        with contextlib.suppress(OSError):  # a connection that was broken on purpose cannot be flushed
            super().finish()


class StandIn:
    """Stripe on a port of this machine; 0 takes a free one. Without a file all is forgotten at the end."""

    def __init__(
        self,
        *,
        port: int = 0,
        file: Path | None = None,
        webhook_url: str = "",
        webhook_secret: str = "whsec_standin",  # noqa: S107 - of a server that exists only for a test
        webhook_waits: tuple[float, ...] | None = None,
    ) -> None:
        waits = {} if webhook_waits is None else {"waits": webhook_waits}
        self.webhooks = Webhooks(webhook_url, webhook_secret, **waits)
        self.webhooks.taken = self._taken
        self.world = World(Store(str(file) if file else None), self.webhooks.send)
        self.switches = self.world.switches
        self.desk = api.Desk(self.world)
        self.faults, self.calls, self.violations = self.desk.faults, self.desk.calls, self.desk.violations
        app = Flask("tools.stripe_standin", static_folder="../static", static_url_path="/static")
        app.register_blueprint(api.blueprint(self.desk))
        app.register_blueprint(pages.blueprint(self.world))
        self._server: BaseWSGIServer = make_server("127.0.0.1", port, app, threaded=True, request_handler=Handler)
        self.world.url = self.url = f"http://127.0.0.1:{self._server.port}"
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True),
            threading.Thread(target=self._tick, daemon=True),
        ]

    def start(self) -> None:
        """Answer from now on; events that were not taken before a restart are sent again."""
        contract()
        self.webhooks.start()
        for event in reversed(self.world.store.newest_first("event")):
            if event["pending_webhooks"]:
                self.webhooks.send(event)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._over.set()
        self._server.shutdown()
        self.webhooks.stop()
        for thread in self._threads:
            thread.join()
        self._server.server_close()
        self.world.store.close()

    def _tick(self) -> None:
        while not self._over.wait(TICK):
            sessions.expire_due(self.world)

    def _taken(self, event_id: str) -> None:
        with self.world.store.work():
            event = self.world.store.get("event", event_id)
            if event is not None:
                self.world.store.put({**event, "pending_webhooks": 0})

    # --- what buyers, banks and shop owners do ----------------------------------

    def pay(self, session_id: str, *, card: str = SUCCESS, received: int | None = None) -> Json:
        """Pay without a browser, agreeing to 3-D Secure; gives the PaymentIntent as it then is.

        `received` is an amount other than the one asked. Raises payments.NotOpen.
        """
        intent = payments.confirm(self.world, session_id, CARDS[card], received=received)
        if intent["status"] == "requires_action":
            return payments.answer_challenge(self.world, session_id, CARDS[card], agreed=True, received=received)
        return intent

    def begin_payment(self, session_id: str, *, card: str) -> Json:
        """Press the button and close the tab when the bank asks (a card with 3-D Secure)."""
        return payments.confirm(self.world, session_id, CARDS[card])

    def pay_again(self, session_id: str, *, card: str = SUCCESS) -> Json:
        """A second, paid intent with the metadata of the session's."""
        return payments.pay_again(self.world, session_id, CARDS[card])

    def settle(self, session_id: str, *, paid: bool) -> Json:
        """The result of a delayed method (switches.delayed_method)."""
        return payments.settle(self.world, session_id, paid=paid)

    def bring_fees(self) -> list[str]:
        """The late balance transactions arrive (switches.late_fee); gives charges and refunds."""
        return payments.bring_fees(self.world) + refunds.bring_bookings(self.world)

    def expire_now(self, session_id: str) -> Json:
        """The session's time is over."""
        with self.world.store.work():
            session = sessions.find(self.world, session_id)
            self.world.store.put({**session, "expires_at": session["created"]})
            sessions.expire_due(self.world)
        return sessions.find(self.world, session_id)

    def dashboard_refund(self, intent_id: str, *, amount: int | None = None) -> Json:
        """Somebody gives money back in the Dashboard: a refund without metadata of the shop's."""
        params = {"payment_intent": intent_id} | ({} if amount is None else {"amount": amount})
        with self.world.store.work():
            return refunds.create(self.world, params)

    def finish_refund(self, refund_id: str) -> Json:
        """A pending refund succeeds (switches.pending_refunds)."""
        return refunds.finish(self.world, refund_id)

    def fail_refund(self, refund_id: str) -> Json:
        """A refund comes back."""
        return refunds.fail(self.world, refund_id)

    def open_dispute(self, intent_id: str, *, amount: int | None = None) -> Json:
        """The buyer's bank takes the money back."""
        intent = self.world.store.get("payment_intent", intent_id)
        if intent is None:
            raise LookupError(intent_id)
        return disputes.begin(self.world, intent["latest_charge"], amount=amount)

    def close_dispute(self, dispute_id: str, *, won: bool) -> Json:
        """The bank decides."""
        return disputes.close(self.world, dispute_id, won=won)

    # --- what tests ask ------------------------------------------------------------

    def all(self, kind: str) -> list[Json]:
        """All objects of a kind, oldest first, such as `charge` or `refund`."""
        return self.world.store.newest_first(kind)[::-1]

    def events(self) -> list[str]:
        """The types of all events, oldest first."""
        return [event["type"] for event in self.all("event")]
