"""What Stripe says, in the market's words. Only here do hundredths of a rupiah exist."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.payments.adapters import stripe_words as words
from marketplace.payments.rules import (
    AttemptRef,
    AttemptState,
    DisputeState,
    Fee,
    OutcomeUnknown,
    RefundOrder,
    RefundState,
    Started,
    Trouble,
)
from tests.payments import stripe_objects as say

# --- money ---


@given(st.integers(min_value=0, max_value=words.MOST))
def test_rupiah_come_back_from_hundredths_as_they_went(amount: int) -> None:
    assert words.rupiah(words.hundredths(amount), "idr") == amount


@pytest.mark.parametrize(("minor", "currency"), [(1_500_050, "idr"), (1, "idr"), (1_500_000, "usd"), (0, "sgd")])
def test_what_is_no_whole_rupiah_is_never_turned_into_one(minor: int, currency: str) -> None:
    with pytest.raises(OutcomeUnknown, match="no whole rupiah"):
        words.rupiah(minor, currency)


@pytest.mark.parametrize(("minor", "amount"), [(0, 0), (49, 0), (50, 1), (149, 1), (150, 2), (735_000, 7_350)])
def test_the_sen_of_a_fee_are_rounded_half_up(minor: int, amount: int) -> None:
    assert words.rounded_rupiah(minor) == amount


# --- what we say ---


def test_the_same_order_is_told_in_the_same_words() -> None:
    first, second = words.session_params(say.order()), words.session_params(replace(say.order()))
    assert repr(first) == repr(second)


def test_a_session_asks_for_the_amount_in_hundredths_and_carries_our_reference_three_times() -> None:
    params: dict[str, Any] = dict(words.session_params(say.order(amount=150_000, number=2)))
    ours = {"reference": say.REFERENCE, "attempt": "2"}
    [item] = params["line_items"]
    assert item["price_data"]["unit_amount"] == 15_000_000
    assert type(item["price_data"]["unit_amount"]) is int
    assert item["price_data"]["product_data"] == {"name": "Pembelian NTT-7K2M9QXA"}
    assert (params["client_reference_id"], params["metadata"]) == (say.REFERENCE, ours)
    assert params["payment_intent_data"] == {"metadata": ours}
    assert params["expires_at"] == 1_795_147_200
    assert "payment_method_types" not in params


@pytest.mark.parametrize(("language", "locale"), [("id", "id"), ("en", "en"), ("de", "id")])
def test_the_page_speaks_the_buyers_language(language: str, locale: str) -> None:
    assert words.session_params(say.order(language=language))["locale"] == locale


def test_a_buyer_without_an_address_is_asked_for_it_by_stripe() -> None:
    assert words.session_params(say.order())["customer_email"] == "budi@example.test"
    assert "customer_email" not in words.session_params(say.order(email=""))


def test_a_refund_names_the_payment_the_amount_and_itself() -> None:
    said = words.refund_params(RefundOrder("r-1", "mp:refund:r-1:1", "pi_1", 50_000))
    assert said == {"payment_intent": "pi_1", "amount": 5_000_000, "metadata": {"refund": "r-1"}}


# --- a try to pay ---


def test_a_new_session_sends_the_buyer_to_its_page() -> None:
    assert words.started(say.session()) == Started("cs_test_1", "https://checkout.stripe.com/c/pay/cs_test_1")


def test_a_session_without_a_page_is_no_start() -> None:
    with pytest.raises(OutcomeUnknown, match="no page"):
        words.started(say.session(url=None))


def test_a_session_is_found_by_reference_and_number() -> None:
    attempt = AttemptRef(say.REFERENCE, 1, say.AT)
    assert words.is_of(say.session(), attempt)
    assert not words.is_of(say.session(), replace(attempt, number=2))
    assert not words.is_of(say.session(client_reference_id="somebody"), attempt)
    assert not words.is_of(say.session(client_reference_id=None, metadata=None), attempt)


@pytest.mark.parametrize(
    ("session", "state"),
    [
        (say.session(), AttemptState.OPEN),
        (say.session(payment_intent=say.intent()), AttemptState.OPEN),
        (say.session(status="expired", url=None), AttemptState.EXPIRED),
        (say.paid(), AttemptState.PAID),
        (say.session(status="complete", payment_intent=say.intent(status="processing")), AttemptState.OPEN),
        (say.session(status="complete", payment_intent=say.intent(status="canceled")), AttemptState.FAILED),
        (say.session(status="complete", payment_intent=say.intent()), AttemptState.FAILED),
        ({**say.paid(), "status": "expired", "payment_status": "unpaid"}, AttemptState.PAID),
    ],
)
def test_how_a_try_stands(session: dict[str, Any], state: AttemptState) -> None:
    assert words.snapshot(session).state is state


def test_a_session_that_nobody_confirmed_names_no_payment() -> None:
    seen = words.snapshot(say.session())
    assert (seen.provider_ref, seen.received, seen.fee) == ("", 0, None)
    assert seen.url.endswith("cs_test_1")


def test_a_paid_session_says_what_came_in_and_what_stripe_kept() -> None:
    seen = words.snapshot(say.paid())
    assert (seen.provider_ref, seen.received, seen.url) == ("pi_1", 150_000, "")
    assert seen.fee == Fee(7_350, 735_000, "idr")


def test_a_fee_that_is_not_known_yet_is_none() -> None:
    assert words.snapshot(say.paid(latest_charge=say.charge(balance_transaction=None))).fee is None


def test_a_fee_in_another_currency_is_kept_raw_and_not_booked() -> None:
    moved = say.balance(currency="sgd", amount=1_200, fee=84)
    assert words.snapshot(say.paid(latest_charge=say.charge(balance_transaction=moved))).fee == Fee(0, 84, "sgd")


@pytest.mark.parametrize("changes", [{"currency": "usd"}, {"amount_received": 15_000_050}])
def test_money_that_is_no_whole_rupiah_is_not_believed(changes: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        words.snapshot(say.paid(**changes))


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (None, Trouble.NONE),
        ({"type": "card_error", "code": "card_declined", "decline_code": "generic_decline"}, Trouble.DECLINED),
        ({"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds"}, Trouble.NO_FUNDS),
        ({"type": "card_error", "code": "card_declined", "decline_code": "expired_card"}, Trouble.CARD_EXPIRED),
        ({"type": "card_error", "code": "expired_card", "decline_code": "expired_card"}, Trouble.CARD_EXPIRED),
        (
            {"type": "card_error", "code": "card_declined", "decline_code": "authentication_required"},
            Trouble.NOT_AUTHENTICATED,
        ),
        (
            {"type": "invalid_request_error", "code": "payment_intent_authentication_failure"},
            Trouble.NOT_AUTHENTICATED,
        ),
        ({"type": "card_error", "code": "incorrect_cvc"}, Trouble.DECLINED),
        ({"type": "api_error"}, Trouble.OTHER),
    ],
)
def test_why_a_card_was_not_taken(error: dict[str, Any] | None, trouble: Trouble) -> None:
    seen = words.snapshot(say.session(payment_intent=say.intent(last_payment_error=error)))
    assert seen.trouble is trouble


def test_an_earlier_decline_is_no_trouble_once_the_money_is_there() -> None:
    error = {"type": "card_error", "code": "card_declined", "decline_code": "generic_decline"}
    assert words.snapshot(say.paid(last_payment_error=error)).trouble is Trouble.NONE


# --- money back, money in dispute ---


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("succeeded", RefundState.SUCCEEDED),
        ("pending", RefundState.PENDING),
        ("requires_action", RefundState.PENDING),
        ("failed", RefundState.FAILED),
        ("canceled", RefundState.FAILED),
        (None, RefundState.UNKNOWN),
        ("a word of next year", RefundState.UNKNOWN),
    ],
)
def test_how_a_refund_stands(status: str | None, state: RefundState) -> None:
    assert words.refund_snapshot(say.refund(status=status)).state is state


def test_a_refund_that_failed_says_why() -> None:
    assert words.refund_snapshot(say.refund(status="failed", failure_reason="lost_or_stolen_card")).error != ""
    assert words.refund_snapshot(say.refund(status="canceled")).error == "canceled"
    assert words.refund_snapshot(say.refund()).error == ""


def test_a_refund_made_at_stripe_by_hand_is_not_ours() -> None:
    seen = words.snapshot(say.paid(), [say.refund(), say.refund(id="re_2", metadata={})])
    assert [(refund.reference, refund.amount) for refund in seen.refunds] == [("r-1", 50_000), ("", 50_000)]


TAKEN = say.balance(type="adjustment", amount=-15_000_000, fee=2_500_050)
GIVEN_BACK = say.balance(type="adjustment", amount=15_000_000, fee=0)


@pytest.mark.parametrize(
    ("status", "moved", "state", "withdrawn", "fee"),
    [
        ("warning_needs_response", [], DisputeState.OPEN, 0, 0),
        ("warning_closed", [], DisputeState.WON, 0, 0),
        ("needs_response", [TAKEN], DisputeState.OPEN, 150_000, 25_001),
        ("under_review", [TAKEN], DisputeState.OPEN, 150_000, 25_001),
        ("lost", [TAKEN], DisputeState.LOST, 150_000, 25_001),
        ("won", [TAKEN, GIVEN_BACK], DisputeState.WON, 0, 25_001),
        ("lost", [{**TAKEN, "currency": "sgd", "amount": -1_200, "fee": 200}], DisputeState.LOST, 150_000, 0),
        (
            "won",
            [
                {**TAKEN, "currency": "sgd", "amount": -1_200},
                {**GIVEN_BACK, "currency": "sgd", "amount": 1_200},
            ],
            DisputeState.WON,
            0,
            0,
        ),
    ],
)
def test_how_a_dispute_stands(
    status: str, moved: list[dict[str, Any]], state: DisputeState, withdrawn: int, fee: int
) -> None:
    seen = words.dispute_snapshot(say.dispute(status=status, balance_transactions=moved))
    assert (seen.state, seen.amount, seen.withdrawn, seen.fee) == (state, 150_000, withdrawn, fee)


# --- the account ---


@pytest.mark.parametrize(
    ("source", "named"),
    [
        (say.charge(), "pi_1"),
        (say.charge(payment_intent=None), "ch_1"),
        (say.refund(), "re_1"),
        (say.dispute(), "dp_1"),
        (None, "txn_1"),
    ],
)
def test_a_movement_is_named_by_what_our_books_know(source: dict[str, Any] | None, named: str) -> None:
    line = words.balance_line(say.balance(source=source))
    assert (line.provider_ref, line.amount, line.fee) == (named, 150_000, 7_350)
    assert line.at == datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def test_a_balance_in_another_currency_is_not_compared_with_rupiah() -> None:
    with pytest.raises(OutcomeUnknown, match="not kept in rupiah"):
        words.balance_line(say.balance(currency="sgd"))
