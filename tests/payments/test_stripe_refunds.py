"""Money that goes back, by us, by hand or by the buyer's bank, at the stand-in for Stripe."""

from __future__ import annotations

from dataclasses import replace

import pytest

from marketplace.payments.adapters import stripe_checkout
from marketplace.payments.adapters.stripe_checkout import StripeCheckout
from marketplace.payments.rules import AttemptState, DisputeState, RefundState, Refused
from tests.payments.stripe_objects import Order, Refund
from tests.payments.stripe_steps import paid, read
from tools.stripe_standin.server import StandIn

# --- refunds ---


def test_a_part_and_then_the_rest_go_back(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order, give_back: Refund
) -> None:
    attempt, intent_id = paid(cards, stripe_standin, order(amount=150_000))
    for amount in (50_000, 100_000):
        sent = cards.refund(give_back(intent_id, amount))
        assert (sent.state, sent.amount) == (RefundState.SUCCEEDED, amount)
    seen = read(cards, attempt)
    assert (seen.state, seen.received) == (AttemptState.PAID, 150_000)
    assert sorted(refund.amount for refund in seen.refunds) == [50_000, 100_000]
    with pytest.raises(Refused, match="charge_already_refunded"):
        cards.refund(give_back(intent_id, 1))


def test_a_refund_that_is_repeated_is_sent_once(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order, give_back: Refund
) -> None:
    _, intent_id = paid(cards, stripe_standin, order())
    wanted = give_back(intent_id, 50_000)
    assert cards.refund(wanted) == cards.refund(replace(wanted))
    assert len(stripe_standin.all("refund")) == 1


def test_more_than_was_paid_is_not_sent_back(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order, give_back: Refund
) -> None:
    _, intent_id = paid(cards, stripe_standin, order(amount=150_000))
    with pytest.raises(Refused):
        cards.refund(give_back(intent_id, 150_001))


def test_nothing_goes_back_of_what_was_neverpaid(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order, give_back: Refund
) -> None:
    started = cards.start(order())
    intent = stripe_standin.pay(started.session_ref, card="4000000000000002")
    for intent_id in (intent["id"], "pi_nowhere"):
        with pytest.raises(Refused):
            cards.refund(give_back(intent_id, 50_000))
    assert stripe_standin.all("refund") == []


def test_a_refund_is_found_by_our_reference(
    cards: StripeCheckout,
    stripe_standin: StandIn,
    order: Order,
    give_back: Refund,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stripe_checkout, "PAGE", 1)
    _, intent_id = paid(cards, stripe_standin, order(amount=150_000))
    first, second, never = (give_back(intent_id, 10_000) for _ in range(3))
    sent = cards.refund(first)
    cards.refund(second)
    assert cards.find_refund(first) == sent
    assert cards.find_refund(never) is None


def test_a_refund_made_in_the_dashboard_is_seen_as_not_ours(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order
) -> None:
    attempt, intent_id = paid(cards, stripe_standin, order())
    stripe_standin.dashboard_refund(intent_id, amount=2_500_000)
    [seen] = read(cards, attempt).refunds
    assert (seen.reference, seen.amount, seen.state) == ("", 25_000, RefundState.SUCCEEDED)


def test_a_pending_refund_and_one_that_failed_later_are_both_seen(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order, give_back: Refund
) -> None:
    """Once it has failed, the charge says that nothing was refunded: the refunds are asked for all the same."""
    stripe_standin.switches.pending_refunds = True
    attempt, intent_id = paid(cards, stripe_standin, order(amount=150_000))
    sent = cards.refund(give_back(intent_id, 150_000))
    assert [refund.state for refund in read(cards, attempt).refunds] == [sent.state] == [RefundState.PENDING]
    stripe_standin.fail_refund(sent.provider_ref)
    [seen] = read(cards, attempt).refunds
    assert (seen.state, seen.reference, seen.error) == (RefundState.FAILED, sent.reference, "lost_or_stolen_card")


# --- disputes ---


@pytest.mark.parametrize(
    ("is_won", "state", "withdrawn"), [(True, DisputeState.WON, 0), (False, DisputeState.LOST, 150_000)]
)
def test_a_dispute_takes_the_money_until_it_is_won(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order, is_won: bool, state: DisputeState, withdrawn: int
) -> None:
    attempt, intent_id = paid(cards, stripe_standin, order(amount=150_000))
    opened = stripe_standin.open_dispute(intent_id)
    [seen] = read(cards, attempt).disputes
    assert (seen.provider_ref, seen.state, seen.amount) == (opened["id"], DisputeState.OPEN, 150_000)
    assert (seen.withdrawn, seen.fee) == (150_000, 240_000)
    stripe_standin.close_dispute(opened["id"], won=is_won)
    [seen] = read(cards, attempt).disputes
    assert (seen.state, seen.withdrawn, seen.fee) == (state, withdrawn, 240_000)


def test_disputes_are_asked_for_only_where_there_is_one(
    cards: StripeCheckout, stripe_standin: StandIn, order: Order
) -> None:
    attempt, intent_id = paid(cards, stripe_standin, order())
    read(cards, attempt)
    assert "GetDisputes" not in [call.operation for call in stripe_standin.calls]
    stripe_standin.open_dispute(intent_id, amount=5_000_000)
    [seen] = read(cards, attempt).disputes
    assert (seen.amount, seen.withdrawn) == (50_000, 50_000)
