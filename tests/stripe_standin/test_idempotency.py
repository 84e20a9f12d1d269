"""One key, one piece of work; and what a test can make go wrong on the way."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.standin import asked, client_of
from tools.stripe_standin.faults import Kind
from tools.stripe_standin.server import StandIn

Client = stripe.StripeClient
CREATE = "PostCheckoutSessions"


def test_the_same_key_gives_the_same_answer(stripe_client: Client, stripe_standin: StandIn) -> None:
    first = stripe_client.v1.checkout.sessions.create(asked(), {"idempotency_key": "k"})
    second = stripe_client.v1.checkout.sessions.create(asked(), {"idempotency_key": "k"})
    assert second.id == first.id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(stripe_standin.all("checkout.session")) == 1


def test_another_body_under_the_same_key_is_refused(stripe_client: Client) -> None:
    stripe_client.v1.checkout.sessions.create(asked(), {"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError):
        stripe_client.v1.checkout.sessions.create(asked(client_reference_id="NTT-2"), {"idempotency_key": "k"})


def test_a_request_that_failed_validation_leaves_its_key_free(stripe_client: Client) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        stripe_client.v1.checkout.sessions.create(asked(mode="gift"), {"idempotency_key": "k"})
    assert stripe_client.v1.checkout.sessions.create(asked(), {"idempotency_key": "k"}).status == "open"


def test_a_refusal_of_the_work_itself_is_kept(stripe_client: Client, stripe_standin: StandIn) -> None:
    session = stripe_client.v1.checkout.sessions.create(asked())
    refund = {"payment_intent": stripe_standin.pay(session.id, card="4000000000000002")["id"]}
    with pytest.raises(stripe.InvalidRequestError):
        stripe_client.v1.refunds.create(refund, {"idempotency_key": "r"})
    stripe_standin.pay(session.id)  # now it could be refunded, but the key remembers
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe_client.v1.refunds.create(refund, {"idempotency_key": "r"})
    assert refused.value.headers is not None
    assert refused.value.headers["Idempotent-Replayed"] == "true"


def test_a_500_after_the_work_is_given_again_and_the_work_is_done_once(stripe_standin: StandIn) -> None:
    client = client_of(stripe_standin, retries=1)
    stripe_standin.faults.order(CREATE, Kind.ERROR_AFTER)
    with pytest.raises(stripe.APIError) as refused:
        client.v1.checkout.sessions.create(asked(), {"idempotency_key": "k"})
    assert refused.value.http_status == 500
    assert refused.value.headers is not None
    assert refused.value.headers["Idempotent-Replayed"] == "true"
    assert [call.key for call in stripe_standin.calls] == ["k", "k"]
    assert len(stripe_standin.all("checkout.session")) == 1


@pytest.mark.parametrize("kind", [Kind.ERROR_BEFORE, Kind.CONFLICT, Kind.DROP_AFTER])
def test_the_client_gets_over_it_by_asking_again(stripe_standin: StandIn, kind: Kind) -> None:
    stripe_standin.faults.order(CREATE, kind)
    session = client_of(stripe_standin).v1.checkout.sessions.create(asked())
    assert [one["id"] for one in stripe_standin.all("checkout.session")] == [session.id]
    assert len(stripe_standin.calls) == 2


def test_a_broken_connection_after_the_work_leaves_the_work_done(stripe_standin: StandIn) -> None:
    stripe_standin.faults.order(CREATE, Kind.DROP_AFTER)
    with pytest.raises(stripe.APIConnectionError):
        client_of(stripe_standin, retries=0).v1.checkout.sessions.create(asked())
    assert len(stripe_standin.all("checkout.session")) == 1


def test_too_many_requests_are_not_asked_again_by_the_client(stripe_standin: StandIn) -> None:
    stripe_standin.faults.order("*", Kind.RATE_LIMIT)
    with pytest.raises(stripe.RateLimitError):
        client_of(stripe_standin).v1.checkout.sessions.create(asked())
    assert len(stripe_standin.calls) == 1


def test_a_key_that_is_still_at_work_is_answered_409(stripe_standin: StandIn) -> None:
    client = client_of(stripe_standin, retries=0)
    stripe_standin.faults.order(CREATE, Kind.SLOW, seconds=0.4)
    slow = threading.Thread(target=lambda: client.v1.checkout.sessions.create(asked(), {"idempotency_key": "k"}))
    slow.start()
    deadline = time.monotonic() + 5
    while not stripe_standin.all("checkout.session"):
        assert time.monotonic() < deadline
    with pytest.raises(stripe.APIError) as refused:
        client.v1.checkout.sessions.create(asked(), {"idempotency_key": "k"})
    slow.join()
    assert refused.value.http_status == 409
    assert refused.value.error is not None
    assert refused.value.error.code == "idempotency_key_in_use"


def test_twenty_at_once_with_one_key_make_one_session(stripe_standin: StandIn) -> None:
    client = client_of(stripe_standin)
    start = threading.Barrier(20)

    def create(_: int) -> str:
        start.wait()
        return client.v1.checkout.sessions.create(asked(), {"idempotency_key": "k"}).id

    with ThreadPoolExecutor(20) as crowd:
        ids = set(crowd.map(create, range(20)))
    assert ids == {one["id"] for one in stripe_standin.all("checkout.session")}
    assert len(ids) == 1
