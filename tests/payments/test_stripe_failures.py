"""What the market believes when Stripe does not answer well: nothing happened, it was refused, or nobody knows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from marketplace.core import clock
from marketplace.payments.adapters.stripe_checkout import RETRIES, TIMEOUT_SECONDS, StripeCheckout, stripe_provider
from marketplace.payments.rules import (
    AttemptState,
    OutcomeUnknown,
    ProviderTrouble,
    RefundOrder,
    RefundState,
    Refused,
    StartOrder,
    Unavailable,
)
from tests.payments import wires
from tests.payments.stripe_objects import Order, Refund, attempt_of
from tests.payments.stripe_steps import paid
from tests.standin import KEY
from tools.stripe_standin.faults import Kind
from tools.stripe_standin.server import StandIn

START = "PostCheckoutSessions"
EXPIRE = "PostCheckoutSessionsSessionExpire"
REFUND = "PostRefunds"
READ = "GetCheckoutSessionsSession"


def _at(url: str, *, retries: int = 0) -> StripeCheckout:
    return stripe_provider(KEY, "", url, timeout=(0.3, 0.3), retries=retries)


# --- nothing was sent ---


@pytest.mark.parametrize("place", [wires.refusing, wires.full])
def test_where_nobody_can_be_reached_nothing_has_happened(
    place: Callable[[], AbstractContextManager[str]], order: Order, give_back: Refund
) -> None:
    with place() as url:
        for call in (
            lambda: _at(url).start(order()),
            lambda: _at(url).refund(give_back("pi_1", 1_000)),
            lambda: _at(url).expire(attempt_of(order(), "cs_test_1")),
            lambda: _at(url).read(attempt_of(order(), "cs_test_1")),
        ):
            with pytest.raises(Unavailable):
                call()


def test_a_name_that_leads_nowhere_means_that_nothing_has_happened(order: Order) -> None:
    with pytest.raises(Unavailable):
        _at("http://stripe.invalid").start(order())


def test_one_who_is_too_busy_has_done_nothing(cards: StripeCheckout, stripe_standin: StandIn, order: Order) -> None:
    stripe_standin.faults.order(START, Kind.RATE_LIMIT)
    with pytest.raises(Unavailable):
        cards.start(wanted := order())
    assert stripe_standin.all("checkout.session") == []
    assert cards.start(wanted).url


def test_a_wrong_key_does_nothing_and_is_loud(stripe_standin: StandIn, order: Order, logged: Callable[[], str]) -> None:
    cards = stripe_provider("sk_wrong", "whsec_x", stripe_standin.url)
    for call in (lambda: cards.start(order()), lambda: cards.read(attempt_of(order(), "cs_test_1"))):
        with pytest.raises(Unavailable, match="AuthenticationError 401"):
            call()
        assert "stripe.misused" in logged()


def test_a_key_that_may_not_do_this_does_nothing_and_is_loud(order: Order, logged: Callable[[], str]) -> None:
    words = json.dumps({"error": {"type": "invalid_request_error", "message": "not for this key"}})
    with wires.saying(wires.answer("403 Forbidden", words)) as url, pytest.raises(Unavailable):
        _at(url).start(order())
    assert "stripe.misused" in logged()


# --- nobody knows ---


@pytest.mark.parametrize(
    "words",
    [
        wires.RESET,
        wires.answer("200 OK", "{"),
        wires.answer("200 OK", "<html>"),
        wires.answer("200 OK", "[]"),
        wires.answer("200 OK", "null"),
        wires.answer("200 OK", "{}"),
        wires.answer("200 OK", '{"object": "checkout.session", "id": "cs_test_1", "url": null}'),
        wires.answer("502 Bad Gateway", "<html>"),
        wires.answer("404 Not Found", "<html>"),
        wires.answer("400 Bad Request", '{"error": []}'),
        wires.answer("409 Conflict", '{"error": {"type": "invalid_request_error"}}'),
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"nothing that HTTP knows\r\n\r\n",
    ],
)
def test_after_an_answer_that_is_none_nobody_knows(words: bytes, order: Order, give_back: Refund) -> None:
    with wires.saying(words) as url, pytest.raises(OutcomeUnknown):
        _at(url).start(order())
    with wires.saying(words) as url, pytest.raises(OutcomeUnknown):
        _at(url).refund(give_back("pi_1", 1_000))
    with wires.saying(words) as url, pytest.raises(Unavailable):
        _at(url).read(attempt_of(order(), "cs_test_1"))


def test_whoever_answers_too_late_may_have_done_it(
    stripe_standin: StandIn, order: Order, give_back: Refund, quick_stripe: None
) -> None:
    cards = _at(stripe_standin.url)
    stripe_standin.faults.order(START, Kind.SLOW, seconds=0.8)
    wanted = order()
    with pytest.raises(OutcomeUnknown):
        cards.start(wanted)
    time.sleep(1)
    seen = cards.read(attempt_of(wanted))
    assert seen is not None
    assert seen.state is AttemptState.OPEN


@pytest.mark.parametrize("kind", [Kind.ERROR_AFTER, Kind.DROP_AFTER])
def test_a_start_whose_answer_got_lost_is_found_by_reading(stripe_standin: StandIn, order: Order, kind: Kind) -> None:
    cards = _at(stripe_standin.url)
    stripe_standin.faults.order(START, kind)
    with pytest.raises(OutcomeUnknown):
        cards.start(wanted := order())
    seen = cards.read(attempt_of(wanted))
    assert seen is not None
    assert seen.url
    assert len(stripe_standin.all("checkout.session")) == 1


def test_a_start_that_failed_before_the_work_is_found_by_reading_to_be_none(
    stripe_standin: StandIn, order: Order
) -> None:
    cards = _at(stripe_standin.url)
    stripe_standin.faults.order(START, Kind.ERROR_BEFORE)
    with pytest.raises(OutcomeUnknown):
        cards.start(wanted := order())
    assert cards.read(attempt_of(wanted)) is None


@pytest.mark.parametrize("kind", [Kind.ERROR_AFTER, Kind.DROP_AFTER])
def test_a_refund_whose_answer_got_lost_is_found_by_reading_and_sent_once(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order, give_back: Refund, kind: Kind
) -> None:
    wanted = give_back(paid(cards, stripe_standin, order())[1], 50_000)
    stripe_standin.faults.order(REFUND, kind)
    with pytest.raises(OutcomeUnknown):
        _at(stripe_standin.url).refund(wanted)
    seen = cards.find_refund(wanted)
    assert seen is not None
    assert (seen.state, seen.amount) == (RefundState.SUCCEEDED, 50_000)
    assert len(stripe_standin.all("refund")) == 1


def test_a_500_that_stripe_keeps_giving_leaves_the_work_done_once(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order
) -> None:
    stripe_standin.faults.order(START, Kind.ERROR_AFTER)
    with pytest.raises(OutcomeUnknown):
        cards.start(order())
    assert len(stripe_standin.all("checkout.session")) == 1
    assert [call.operation for call in stripe_standin.calls] == [START] * (1 + RETRIES)


def test_two_orders_under_one_key_are_our_mistake_and_loud(
    cards: StripeCheckout, order: Order, logged: Callable[[], str]
) -> None:
    first = order()
    cards.start(first)
    with pytest.raises(OutcomeUnknown, match="IdempotencyError"):
        cards.start(order(key=first.key))
    assert "stripe.misused" in logged()


# --- it is tried again, and every try counts ---


@pytest.mark.parametrize("kind", [Kind.ERROR_BEFORE, Kind.CONFLICT, Kind.DROP_AFTER])
def test_a_short_trouble_is_got_over_under_one_key(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order, kind: Kind
) -> None:
    stripe_standin.faults.order(START, kind, times=1 if kind is Kind.DROP_AFTER else RETRIES)
    wanted = order()
    assert cards.start(wanted).url
    keys = {call.key for call in stripe_standin.calls}
    assert keys == {wanted.key}
    assert len(stripe_standin.all("checkout.session")) == 1


def test_a_conflict_that_lasts_leaves_nobody_knowing(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order
) -> None:
    stripe_standin.faults.order(START, Kind.CONFLICT, times=1 + RETRIES)
    with pytest.raises(OutcomeUnknown):
        cards.start(order())


@pytest.mark.parametrize("first", [Kind.ERROR_BEFORE, Kind.CONFLICT])
def test_too_busy_after_a_try_that_may_have_worked_is_not_nothing(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order, first: Kind
) -> None:
    stripe_standin.faults.order(START, first)
    stripe_standin.faults.order(START, Kind.RATE_LIMIT)
    with pytest.raises(OutcomeUnknown):
        cards.start(order())


@pytest.mark.usefixtures("quick_stripe")
def test_a_refused_connection_after_one_that_was_cut_off_is_not_nothing(order: Order, give_back: Refund) -> None:
    with wires.saying(wires.RESET) as url, pytest.raises(OutcomeUnknown):
        _at(url, retries=1).refund(give_back("pi_1", 1_000))
    with wires.saying(wires.answer("503 Service Unavailable", "{}")) as url, pytest.raises(OutcomeUnknown):
        _at(url, retries=1).start(order())


@pytest.mark.usefixtures("quick_stripe")
def test_what_one_call_left_open_does_not_taint_the_next(stripe_standin: StandIn, order: Order) -> None:
    cards = _at(stripe_standin.url)
    stripe_standin.faults.order(START, Kind.ERROR_BEFORE)
    with pytest.raises(OutcomeUnknown):
        cards.start(order())
    stripe_standin.faults.order(START, Kind.RATE_LIMIT)
    with pytest.raises(Unavailable):
        cards.start(order())


def test_a_refusal_after_a_short_trouble_is_a_refusal(
    cards: StripeCheckout, stripe_standin: StandIn, give_back: Refund
) -> None:
    stripe_standin.faults.order(REFUND, Kind.ERROR_BEFORE)
    with pytest.raises(Refused):
        cards.refund(give_back("pi_nowhere", 1_000))


# --- reading ---


@pytest.mark.parametrize("kind", [Kind.ERROR_BEFORE, Kind.CONFLICT, Kind.RATE_LIMIT, Kind.DROP_AFTER])
@pytest.mark.parametrize("operation", [READ, "GetRefunds", "GetDisputes"])
def test_what_cannot_be_read_whole_is_not_read_at_all(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order, operation: str, kind: Kind
) -> None:
    wanted = order()
    session_ref = cards.start(wanted).session_ref
    stripe_standin.open_dispute(stripe_standin.pay(session_ref)["id"])
    stripe_standin.faults.order(operation, kind, times=1 if kind is Kind.RATE_LIMIT else 1 + RETRIES)
    with pytest.raises(Unavailable):
        cards.read(attempt_of(wanted, session_ref))
    assert cards.read(attempt_of(wanted, session_ref)) is not None


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("GetCheckoutSessions", lambda cards, order: cards.read(attempt_of(order))),
        ("GetCheckoutSessions", lambda cards, order: cards.expire(attempt_of(order))),
        ("GetRefunds", lambda cards, order: cards.find_refund(RefundOrder("r", "k", "pi_1", 1_000))),
        ("GetBalanceTransactions", lambda cards, order: cards.movements(clock.now())),
    ],
)
def test_a_list_that_cannot_be_read_is_not_an_empty_one(
    cards: StripeCheckout,
    stripe_standin: StandIn,
    order: Order,
    operation: str,
    call: Callable[[StripeCheckout, StartOrder], object],
) -> None:
    stripe_standin.faults.order(operation, Kind.RATE_LIMIT)
    with pytest.raises(Unavailable):
        call(cards, order())


def test_an_address_that_stripe_does_not_know_is_not_a_session_that_it_does_not_know(order: Order) -> None:
    words = json.dumps({"error": {"type": "invalid_request_error", "message": "Unrecognized request URL"}})
    with wires.saying(wires.answer("404 Not Found", words)) as url, pytest.raises(Unavailable):
        _at(url).read(attempt_of(order(), "cs_test_1"))


# --- expiring ---


def test_a_try_that_may_still_be_paid_is_not_said_to_be_expired(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order
) -> None:
    wanted = order()
    session_ref = cards.start(wanted).session_ref
    stripe_standin.faults.order(EXPIRE, Kind.RATE_LIMIT)
    with pytest.raises(Unavailable):
        cards.expire(attempt_of(wanted, session_ref))
    stripe_standin.faults.order(EXPIRE, Kind.ERROR_BEFORE, times=1 + RETRIES)
    with pytest.raises(OutcomeUnknown):
        cards.expire(attempt_of(wanted, session_ref))
    assert cards.start(wanted).url


@pytest.mark.parametrize("kind", [Kind.ERROR_AFTER, Kind.DROP_AFTER])
def test_an_expiry_whose_answer_got_lost_is_an_expiry(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order, kind: Kind
) -> None:
    wanted = order()
    attempt = attempt_of(wanted, cards.start(wanted).session_ref)
    stripe_standin.faults.order(EXPIRE, kind)
    try:
        seen = cards.expire(attempt)
    except ProviderTrouble:
        seen = cards.read(attempt)
    assert seen is not None
    assert seen.state is AttemptState.EXPIRED


def test_nobody_waits_longer_for_stripe_than_a_page_can(stripe_standin: StandIn, order: Order) -> None:
    assert TIMEOUT_SECONDS == (5, 20)
    stripe_standin.faults.order(START, Kind.SLOW, seconds=2)
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        _at(stripe_standin.url).start(order())
    assert time.monotonic() - began < 1.5
