"""The stand-in as one object: a web server in a thread, and what a test or a demo does with it."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from tools.midtrans_standin import api, pages, payments
from tools.midtrans_standin.faults import Faults
from tools.midtrans_standin.payments import World
from tools.midtrans_standin.sending import Sender
from tools.midtrans_standin.store import Json, Store

TICK = 1.0  # seconds between looks for payments whose time is over
KEY = "SB-Mid-server-standin"


class Handler(WSGIRequestHandler):
    """Head and body leave in one write and at once: else each call waits for the peer's delayed acknowledgement."""

    wbufsize = 1 << 16
    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of requests that were answered."""

    def finish(self) -> None:
        with contextlib.suppress(OSError):  # nobody waits any more for an answer that came too late
            super().finish()


class StandIn:
    """Midtrans on a port of this machine; 0 takes a free one. Without a file all is forgotten at the end."""

    def __init__(
        self, *, port: int = 0, file: Path | None = None, webhook_url: str = "", server_key: str = KEY
    ) -> None:
        self.sender = Sender(webhook_url)
        self.world = World(Store(file), server_key, self.sender.send)
        self.faults = Faults()
        app = Flask("tools.midtrans_standin", static_folder="../static", static_url_path="/static")
        app.register_blueprint(api.blueprint(self.world, self.faults))
        app.register_blueprint(pages.blueprint(self.world))
        self._server: BaseWSGIServer = make_server("127.0.0.1", port, app, threaded=True, request_handler=Handler)
        self.world.url = self.url = f"http://127.0.0.1:{self._server.port}"
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True),
            threading.Thread(target=self._tick, daemon=True),
        ]

    def start(self) -> None:
        self.sender.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._over.set()
        self._server.shutdown()
        self.sender.stop()
        for thread in self._threads:
            thread.join()
        self._server.server_close()

    def _tick(self) -> None:
        while not self._over.wait(TICK):
            for order_id in list(self.world.store.payments):
                payments.find(self.world, order_id)

    # --- what buyers, banks and shop owners do ----------------------------------

    def choose(self, token: str, way: str = "qris") -> str:
        """Choose on a page, and leave it there; gives the order_id."""
        return str(payments.choose(self.world, token, way)["order_id"])

    def pay(self, token: str, *, way: str = "qris", received: int | None = None) -> Json:
        """Choose and pay without a browser. Raises payments.Refusal when it is too late."""
        return payments.pay(self.world, self.choose(token, way), received=received)

    def settle(self, order_id: str, *, received: int | None = None) -> Json:
        """The money for what was chosen arrives."""
        return payments.pay(self.world, order_id, received=received)

    def deny(self, token: str, *, way: str = "gopay") -> Json:
        """Choose, and be refused by the wallet."""
        return payments.deny(self.world, self.choose(token, way))

    def become(self, order_id: str, status: str, **more: str) -> Json:
        """Any state, as a test says; a payment of before may arrive after all."""
        return payments.become(self.world, order_id, status, **more)

    def refund_by_hand(self, order_id: str, amount: int) -> Json:
        """Somebody gives money back in the dashboard."""
        return payments.refund(self.world, order_id, {"amount": amount})

    def charge_back(self, order_id: str) -> Json:
        """The card's bank takes the money back."""
        return payments.charge_back(self.world, order_id)

    # --- what tests ask ------------------------------------------------------------

    def payment(self, order_id: str) -> Json:
        """A payment as it stands."""
        return self.world.store.payments[order_id]

    def paid(self) -> list[Json]:
        """All payments whose money came in."""
        ends = ("settlement", "capture", "refund", "partial_refund", "chargeback")
        return [one for one in self.world.store.payments.values() if one["transaction_status"] in ends]

    def refunds(self) -> list[Json]:
        """All refunds of all payments."""
        return [refund for one in self.world.store.payments.values() for refund in one.get("refunds", ())]

    @property
    def notices(self) -> list[Json]:
        """All that was told, oldest first."""
        return list(self.world.store.notices)
