"""Every call of the adapter, through Stripe's own library, at a stand-in that holds requests and answers against
Stripe's published API (its fixture fails the test when an answer breaks it)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.payments.adapters import stripe_checkout
from marketplace.payments.adapters.stripe_checkout import API_VERSION, StripeCheckout, stripe_provider
from marketplace.payments.rules import (
    AttemptState,
    BadNotice,
    Fee,
    OutcomeUnknown,
    Refused,
    Snapshot,
    Trouble,
)
from tests.payments.stripe_objects import Order, Refund, attempt_of
from tests.payments.stripe_steps import paid, read
from tests.standin import KEY
from tools.stripe_standin.server import StandIn

# --- start ---


def test_a_start_opens_one_page_for_the_amount(cards: StripeCheckout, stripe_standin: StandIn, order: Order) -> None:
    wanted = order(amount=150_000)
    started = cards.start(wanted)
    [session] = stripe_standin.all("checkout.session")
    assert (session["id"], session["url"]) == (started.session_ref, started.url)
    assert (session["amount_total"], session["currency"]) == (15_000_000, "idr")
    assert session["expires_at"] == int(wanted.expires_at.timestamp())


def test_a_call_says_the_pinned_version_and_our_key_and_nothing_of_the_machine(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order
) -> None:
    for _ in range(2):
        cards.start(wanted := order())
    call = stripe_standin.calls[-1]
    assert call.headers["Stripe-Version"] == API_VERSION
    assert call.key == wanted.key
    assert "X-Stripe-Client-Telemetry" not in call.headers


def test_a_start_that_is_repeated_opens_no_second_page(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order
) -> None:
    wanted = order()
    assert cards.start(wanted) == cards.start(replace(wanted))
    assert len(stripe_standin.all("checkout.session")) == 1


@pytest.mark.race
def test_many_starts_of_one_try_at_once_open_one_page(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order
) -> None:
    wanted = order()
    with ThreadPoolExecutor(8) as crowd:
        futures = [crowd.submit(cards.start, wanted) for _ in range(8)]
    troubles = [trouble for future in futures if (trouble := future.exception())]
    assert all(isinstance(trouble, OutcomeUnknown) for trouble in troubles)
    started = {future.result() for future in futures if future.exception() is None}
    assert len(started) == 1
    assert len(stripe_standin.all("checkout.session")) == 1


def test_an_amount_below_stripes_least_is_refused_with_its_reason(cards: StripeCheckout, order: Order) -> None:
    with pytest.raises(Refused) as refused:
        cards.start(order(amount=5_000))
    assert refused.value.trouble is Trouble.TOO_SMALL


def test_an_order_that_stripe_cannot_take_is_refused_and_its_prose_is_kept_nowhere(
    cards: StripeCheckout, order: Order, logged: Callable[[], str]
) -> None:
    too_soon = clock.now() + timedelta(minutes=5)
    with pytest.raises(Refused, match="param=expires_at request=req_") as refused:
        cards.start(order(expires_at=too_soon))
    assert refused.value.trouble is Trouble.OTHER
    assert "must be" not in str(refused.value) + logged()


# --- read ---


def test_an_open_try_can_be_gone_on_with(cards: StripeCheckout, order: Order) -> None:
    wanted = order()
    started = cards.start(wanted)
    seen = read(cards, attempt_of(wanted, started.session_ref))
    assert seen == Snapshot(AttemptState.OPEN, started.session_ref, started.url)


def test_a_paid_try_says_what_came_and_what_stripe_kept(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order
) -> None:
    attempt, intent_id = paid(cards, stripe_standin, order(amount=150_000))
    seen = read(cards, attempt)
    assert (seen.state, seen.provider_ref, seen.received) == (AttemptState.PAID, intent_id, 150_000)
    assert seen.fee == Fee(7_350, 735_000, "idr")
    assert (seen.refunds, seen.disputes) == ((), ())


def test_a_fee_that_comes_later_is_read_later(cards: StripeCheckout, stripe_standin: StandIn, order: Order) -> None:
    stripe_standin.switches.late_fee = True
    attempt, _ = paid(cards, stripe_standin, order())
    assert read(cards, attempt).fee is None
    stripe_standin.bring_fees()
    assert read(cards, attempt).fee is not None


@pytest.mark.parametrize(
    ("card", "trouble"),
    [
        ("4000000000000002", Trouble.DECLINED),
        ("4000000000009995", Trouble.NO_FUNDS),
        ("4000000000000069", Trouble.CARD_EXPIRED),
    ],
)
def test_a_declined_card_leaves_the_try_open_and_says_why(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order, card: str, trouble: Trouble
) -> None:
    wanted = order()
    started = cards.start(wanted)
    stripe_standin.pay(started.session_ref, card=card)
    seen = read(cards, attempt_of(wanted, started.session_ref))
    assert (seen.state, seen.url, seen.received, seen.trouble) == (AttemptState.OPEN, started.url, 0, trouble)


def test_another_amount_than_asked_is_told_as_it_came(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order
) -> None:
    wanted = order(amount=150_000)
    attempt = attempt_of(wanted, cards.start(wanted).session_ref)
    stripe_standin.pay(attempt.session_ref, received=14_000_000)
    assert read(cards, attempt).received == 140_000


@pytest.mark.parametrize(("is_paid", "state"), [(True, AttemptState.PAID), (False, AttemptState.FAILED)])
def test_a_delayed_method_is_not_paid_before_it_is(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order, is_paid: bool, state: AttemptState
) -> None:
    stripe_standin.switches.delayed_method = True
    attempt, _ = paid(cards, stripe_standin, order())
    under_way = read(cards, attempt)
    assert (under_way.state, under_way.received) == (AttemptState.OPEN, 0)
    stripe_standin.settle(attempt.session_ref, paid=is_paid)
    assert read(cards, attempt).state is state


def test_a_try_that_stripe_never_heard_of_is_none(cards: StripeCheckout, order: Order) -> None:
    wanted = order()
    cards.start(order())
    assert cards.read(attempt_of(wanted)) is None
    assert cards.read(attempt_of(wanted, "cs_test_nowhere")) is None


def test_a_try_whose_answer_got_lost_is_found_by_reference_and_number(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_checkout, "PAGE", 1)
    first = order()
    second = replace(first, number=2, key=f"{first.key}:2")
    started = cards.start(first)
    for other in (second, order()):
        cards.start(other)
    assert read(cards, attempt_of(first)).session_ref == started.session_ref
    stripe_standin.pay(started.session_ref)
    assert read(cards, attempt_of(first)).state is AttemptState.PAID


@pytest.mark.parametrize("later", [timedelta(hours=26), -timedelta(hours=1)])
def test_only_sessions_of_the_tries_own_time_are_looked_through(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order, later: timedelta
) -> None:
    wanted = order()
    cards.start(wanted)
    assert cards.read(replace(attempt_of(wanted), created_at=wanted.created_at - later)) is None


# --- expire ---


def test_an_open_try_is_expired_and_cannot_be_paid_any_more(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order
) -> None:
    wanted = order()
    attempt = attempt_of(wanted, cards.start(wanted).session_ref)
    for _ in range(2):
        seen = cards.expire(attempt)
        assert seen is not None
        assert (seen.state, seen.url) == (AttemptState.EXPIRED, "")
    [session] = stripe_standin.all("checkout.session")
    assert session["status"] == "expired"


def test_a_try_that_was_paid_before_it_could_be_expired_ispaid(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order
) -> None:
    attempt, _ = paid(cards, stripe_standin, order(amount=150_000))
    seen = cards.expire(attempt)
    assert seen is not None
    assert (seen.state, seen.received) == (AttemptState.PAID, 150_000)


def test_a_try_whose_answer_got_lost_is_found_and_expired(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order
) -> None:
    wanted = order()
    cards.start(wanted)
    seen = cards.expire(attempt_of(wanted))
    assert seen is not None
    assert seen.state is AttemptState.EXPIRED


def test_there_is_nothing_to_expire_of_a_try_that_stripe_never_heard_of(cards: StripeCheckout, order: Order) -> None:
    assert cards.expire(attempt_of(order())) is None
    assert cards.expire(attempt_of(order(), "cs_test_nowhere")) is None


# --- the account ---


def test_all_that_moved_is_told_by_the_names_our_books_know(
    cards: StripeCheckout,
    stripe_standin: StandIn,
    order: Order,
    give_back: Refund,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stripe_checkout, "PAGE", 1)
    began = clock.now() - timedelta(minutes=1)
    _, intent_id = paid(cards, stripe_standin, order(amount=150_000))
    sent = cards.refund(give_back(intent_id, 50_000))
    dispute = stripe_standin.open_dispute(intent_id, amount=10_000_000)
    moved = [(line.provider_ref, line.type, line.amount, line.fee) for line in cards.movements(began)]
    assert sorted(moved) == sorted(
        [
            (intent_id, "charge", 150_000, 7_350),
            (sent.provider_ref, "refund", -50_000, 0),
            (dispute["id"], "adjustment", -100_000, 240_000),
        ]
    )
    assert list(cards.movements(clock.now() + timedelta(minutes=1))) == []


# --- notices ---


def test_each_notice_of_a_payment_leads_back_to_it(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order, give_back: Refund
) -> None:
    wanted = order()
    attempt, intent_id = paid(cards, stripe_standin, wanted)
    cards.refund(give_back(intent_id, 50_000))
    stripe_standin.close_dispute(stripe_standin.open_dispute(intent_id, amount=5_000_000)["id"], won=True)
    followed = []
    for event in stripe_standin.all("event"):
        raw, headers = stripe_standin.webhooks.letter(event)
        notice = cards.parse_notice(headers, raw)
        assert (notice.event_id, notice.type) == (event["id"], event["type"])
        if notice.is_followed:
            followed.append(notice.type)
            assert notice.provider_ref == intent_id
            assert notice.session_ref == (attempt.session_ref if notice.type.startswith("checkout.") else "")
            assert notice.reference in ("", wanted.reference)
    assert {"checkout.session.completed", "refund.created", "charge.dispute.closed"} <= set(followed)


def test_a_notice_of_somebody_elses_account_is_refused(
    stripe_standin: StandIn, cards: StripeCheckout, order: Order
) -> None:
    cards.expire(attempt_of(wanted := order(), cards.start(wanted).session_ref))
    raw, headers = stripe_standin.webhooks.letter(stripe_standin.all("event")[0])
    with pytest.raises(BadNotice):
        stripe_provider(KEY, "whsec_other", stripe_standin.url).parse_notice(headers, raw)
