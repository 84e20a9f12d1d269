"""Events on their way to the market."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import stripe

from tests.standin import asked, client_of
from tools.stripe_standin.server import StandIn
from tools.stripe_standin.webhooks import Treatment

Client = stripe.StripeClient
SECRET = "whsec_test"
PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


@dataclass
class Endpoint:
    """A market that takes what comes, or answers the statuses it is told to answer first."""

    url: str = ""
    posts: list[tuple[bytes, str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def kinds(self, client: Client) -> list[str]:
        return [client.construct_event(body, header, SECRET).type for body, header in self.posts]


@pytest.fixture
def endpoint(stripe_standin: StandIn) -> Iterator[Endpoint]:
    found = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.posts.append((body, self.headers["Stripe-Signature"]))
            self.send_response(found.statuses.pop(0) if found.statuses else 200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/webhooks/stripe"
    stripe_standin.webhooks.url, stripe_standin.webhooks.secret = found.url, SECRET
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def _pay(client: Client, standin: StandIn) -> str:
    return str(standin.pay(client.v1.checkout.sessions.create(asked()).id)["id"])


def test_events_arrive_in_order_and_the_real_library_takes_their_signature(
    stripe_client: Client, stripe_standin: StandIn, endpoint: Endpoint
) -> None:
    intent = _pay(stripe_client, stripe_standin)
    stripe_standin.webhooks.wait()
    assert endpoint.kinds(stripe_client) == PAID
    event = stripe_client.construct_event(*endpoint.posts[-1], SECRET)
    assert (event.object, event.api_version, event.livemode) == ("event", "2026-05-27.dahlia", False)
    assert event.data.object["payment_intent"] == intent
    assert stripe_client.v1.events.retrieve(event.id).pending_webhooks == 0


def test_an_event_of_an_api_call_names_the_call(
    stripe_client: Client, stripe_standin: StandIn, endpoint: Endpoint
) -> None:
    intent = _pay(stripe_client, stripe_standin)
    refund = stripe_client.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "r"})
    stripe_standin.webhooks.wait()
    event = stripe_client.construct_event(*endpoint.posts[-1], SECRET)
    assert event.request is not None
    assert event.request.idempotency_key == "r"
    assert event.request.id == refund.last_response.headers["Request-Id"]


def test_what_is_not_taken_comes_again(stripe_client: Client, stripe_standin: StandIn, endpoint: Endpoint) -> None:
    endpoint.statuses[:] = [500, 302, 200]
    stripe_standin.expire_now(stripe_client.v1.checkout.sessions.create(asked()).id)
    stripe_standin.webhooks.wait()
    assert [one.status for one in stripe_standin.webhooks.attempts] == [500, 302, 200]
    assert endpoint.kinds(stripe_client) == ["checkout.session.expired"] * 3


def test_what_nobody_takes_is_given_up_and_the_next_event_is_not(
    stripe_client: Client, stripe_standin: StandIn, endpoint: Endpoint
) -> None:
    endpoint.statuses[:] = [500] * (1 + len(stripe_standin.webhooks.waits))
    stripe_standin.expire_now(stripe_client.v1.checkout.sessions.create(asked()).id)
    stripe_standin.webhooks.wait()
    assert len(endpoint.posts) == 1 + len(stripe_standin.webhooks.waits)
    assert stripe_standin.all("event")[0]["pending_webhooks"] == 1
    stripe_standin.expire_now(stripe_client.v1.checkout.sessions.create(asked()).id)
    stripe_standin.webhooks.wait()  # the next event does not suffer for it
    assert [one.status for one in stripe_standin.webhooks.attempts][-1] == 200


def test_a_lost_event_never_comes_and_a_copied_one_comes_again(
    stripe_client: Client, stripe_standin: StandIn, endpoint: Endpoint
) -> None:
    stripe_standin.webhooks.treat_next(Treatment(copies=0))
    stripe_standin.webhooks.treat_next(Treatment(copies=3))
    _pay(stripe_client, stripe_standin)
    stripe_standin.webhooks.wait()
    assert endpoint.kinds(stripe_client) == [PAID[1]] * 3 + PAID[2:]


def test_a_delayed_event_is_overtaken(stripe_client: Client, stripe_standin: StandIn, endpoint: Endpoint) -> None:
    stripe_standin.webhooks.treat_next(Treatment(delay=0.3))
    _pay(stripe_client, stripe_standin)
    stripe_standin.webhooks.wait()
    assert endpoint.kinds(stripe_client) == [*PAID[1:], PAID[0]]


def test_held_events_come_when_they_are_released_reversed_if_asked(
    stripe_client: Client, stripe_standin: StandIn, endpoint: Endpoint
) -> None:
    stripe_standin.webhooks.hold()
    _pay(stripe_client, stripe_standin)
    stripe_standin.webhooks.wait()
    assert endpoint.posts == []
    stripe_standin.webhooks.release(reverse=True)
    stripe_standin.webhooks.wait()
    assert endpoint.kinds(stripe_client) == PAID[::-1]


@pytest.mark.parametrize("treatment", [Treatment(secret="whsec_wrong"), Treatment(age=301)])
def test_a_wrong_secret_or_an_old_stamp_is_refused_by_the_real_library(
    stripe_client: Client, stripe_standin: StandIn, endpoint: Endpoint, treatment: Treatment
) -> None:
    stripe_standin.webhooks.treat_next(treatment)
    stripe_standin.expire_now(stripe_client.v1.checkout.sessions.create(asked()).id)
    stripe_standin.webhooks.wait()
    with pytest.raises(stripe.SignatureVerificationError):
        endpoint.kinds(stripe_client)


def test_a_stamp_in_the_future_can_be_sent(stripe_client: Client, stripe_standin: StandIn, endpoint: Endpoint) -> None:
    stripe_standin.webhooks.treat_next(Treatment(age=-3600))
    stripe_standin.expire_now(stripe_client.v1.checkout.sessions.create(asked()).id)
    stripe_standin.webhooks.wait()
    stamp = int(endpoint.posts[0][1].partition(",")[0].removeprefix("t="))
    assert stamp > stripe_standin.all("event")[0]["created"] + 3000


def test_an_event_can_be_had_as_a_letter_without_being_sent(stripe_client: Client, stripe_standin: StandIn) -> None:
    stripe_standin.expire_now(stripe_client.v1.checkout.sessions.create(asked()).id)
    body, headers = stripe_standin.webhooks.letter(stripe_standin.all("event")[0])
    event = stripe_client.construct_event(body, headers["Stripe-Signature"], stripe_standin.webhooks.secret)
    assert event.type == "checkout.session.expired"


def test_what_was_not_taken_before_a_restart_comes_after_it(tmp_path: Path, endpoint: Endpoint) -> None:
    nobody = "http://127.0.0.1:9/webhooks/stripe"
    first = StandIn(file=tmp_path / "stripe.db", webhook_url=nobody, webhook_secret=SECRET)
    first.start()
    client = client_of(first)
    first.expire_now(client.v1.checkout.sessions.create(asked()).id)
    first.stop()
    for _ in range(2):  # and what was taken does not come again
        later = StandIn(file=tmp_path / "stripe.db", webhook_url=endpoint.url, webhook_secret=SECRET)
        later.start()
        later.webhooks.wait()
        later.stop()
    assert endpoint.kinds(client) == ["checkout.session.expired"]


def test_an_undone_change_tells_nobody(stripe_client: Client, stripe_standin: StandIn, endpoint: Endpoint) -> None:
    session_id = stripe_client.v1.checkout.sessions.create(asked()).id
    with pytest.raises(stripe.InvalidRequestError):
        stripe_client.v1.checkout.sessions.expire(session_id, {"expand": ["amount_total"]})
    stripe_standin.webhooks.wait()
    assert endpoint.posts == []
    assert stripe_client.v1.checkout.sessions.retrieve(session_id).status == "open"
