"""Midtrans's words, notices and failures, and the real adapter at the stand-in."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from marketplace.payments.adapters import midtrans_notices as notices
from marketplace.payments.adapters import midtrans_words as words
from marketplace.payments.adapters.midtrans_snap import MidtransSnap, midtrans_provider
from marketplace.payments.rules import (
    AttemptRef,
    AttemptState,
    BadNotice,
    ByBankFile,
    DisputeState,
    OutcomeUnknown,
    RefundOrder,
    RefundState,
    Refused,
    StartOrder,
    Unavailable,
)
from tests.snapmarket import snap_provider_at
from tools.midtrans_standin.faults import Kind as Fault
from tools.midtrans_standin.payments import Refusal, open_page
from tools.midtrans_standin.server import KEY, StandIn

REFERENCE = "0f7c1a52-8a0b-4b52-9c53-6f1f7d1a2b3c"
NAME = f"{REFERENCE}-1"
AT = datetime.now(UTC).replace(microsecond=0)
ORDER = StartOrder(
    reference=REFERENCE,
    number=1,
    key=f"mp:pay:{REFERENCE}:1",
    amount=15_000,
    title="BeliNTT NTT-7K2M9QXA",
    created_at=AT,
    expires_at=AT + timedelta(minutes=59),
    email="budi@example.id",
    language="id",
    success_url="http://127.0.0.1:9/kembali",
    cancel_url="http://127.0.0.1:9/kembali",
)
TRY = AttemptRef(REFERENCE, 1, AT)
REFUND = RefundOrder(REFERENCE, f"mp:refund:{REFERENCE}:1", NAME, 5_000)


@pytest.fixture
def snap(midtrans_standin: StandIn) -> MidtransSnap:
    return snap_provider_at(midtrans_standin)


def opened(snap: MidtransSnap) -> str:
    return snap.start(ORDER).url.rpartition("/")[2]


# --- words ---


def found(status: str, **more: Any) -> dict[str, Any]:
    return {"order_id": NAME, "transaction_status": status, "gross_amount": "15000.00", "currency": "IDR", **more}


@pytest.mark.parametrize(
    ("status", "fraud", "state"),
    [
        ("settlement", "accept", AttemptState.PAID),
        ("capture", "accept", AttemptState.PAID),
        ("capture", "challenge", AttemptState.OPEN),
        ("capture", "deny", AttemptState.FAILED),
        ("authorize", "accept", AttemptState.OPEN),
        ("pending", "accept", AttemptState.OPEN),
        ("deny", "deny", AttemptState.OPEN),
        ("cancel", "accept", AttemptState.FAILED),
        ("failure", "", AttemptState.FAILED),
        ("expire", "accept", AttemptState.EXPIRED),
        ("refund", "accept", AttemptState.PAID),
        ("partial_refund", "accept", AttemptState.PAID),
        ("chargeback", "accept", AttemptState.PAID),
        ("partial_chargeback", "accept", AttemptState.PAID),
    ],
)
def test_where_a_payment_stands(status: str, fraud: str, state: AttemptState) -> None:
    said = words.snapshot(found(status, fraud_status=fraud))
    assert (said.state, said.received) == (state, 15_000 if state is AttemptState.PAID else 0)


@pytest.mark.parametrize(
    "said",
    [
        found("capture"),
        found("capture", fraud_status="maybe"),
        found("SETTLEMENT"),
        found("settlement", currency="USD"),
        found("settlement", gross_amount="15000.50"),
        found("settlement", gross_amount=15000),
        found("settlement", gross_amount="1e4"),
        found("settlement", gross_amount="-15000.00"),
    ],
)
def test_what_we_do_not_know_is_never_booked(said: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        words.snapshot(said)


def test_a_chargeback_is_money_that_the_bank_has() -> None:
    (dispute,) = words.snapshot(found("chargeback")).disputes
    assert (dispute.state, dispute.withdrawn) == (DisputeState.LOST, 15_000)


def test_refunds_carry_our_reference_when_they_are_ours() -> None:
    ours = {"refund_amount": "5000.00", "refund_key": f"mp-refund-{REFERENCE}-2"}
    by_hand = {"refund_amount": "1000.00", "refund_chargeback_id": 7}
    refunds = words.snapshot(found("partial_refund", refunds=[ours, by_hand])).refunds
    assert [(each.amount, each.reference) for each in refunds] == [(5_000, REFERENCE), (1_000, "")]
    assert len({each.provider_ref for each in refunds}) == 2


def test_a_page_is_asked_for_in_whole_rupiah_and_closes_with_the_try() -> None:
    asked = words.snap_request(ORDER)
    assert asked["transaction_details"] == {"order_id": NAME, "gross_amount": 15_000}
    assert type(asked["transaction_details"]["gross_amount"]) is int
    assert asked["expiry"]["start_time"] == AT.strftime("%Y-%m-%d %H:%M:%S +0000")
    assert (asked["expiry"]["duration"], asked["page_expiry"]["duration"]) == (59, 59)
    assert "enabled_payments" not in asked
    assert words.snap_request(ORDER) == asked
    assert len(words.order_id(REFERENCE, 999_999)) <= 50


# --- notices ---


def notice(**more: Any) -> dict[str, Any]:
    body = {"order_id": NAME, "status_code": "200", "gross_amount": "15000.00", "transaction_status": "settlement"}
    signature = notices.signature(NAME, "200", "15000.00", "rahasia")
    return {**body, "signature_key": signature, **more}


def raw(body: Any) -> bytes:
    return json.dumps(body).encode()


def test_the_signature_is_the_documented_one() -> None:
    """SHA-512 of the four texts (`printf a2001.00k | sha512sum`), and what it cannot tell apart."""
    assert notices.signature("a", "200", "1.00", "k").startswith("26037993d9645c67159d333a00e75b6c")
    assert notices.signature("o12", "00", "1.00", "k") == notices.signature("o1", "200", "1.00", "k")


def test_a_signed_notice_says_which_try_to_read() -> None:
    said = notices.parse(raw(notice()), "rahasia")
    assert (said.reference, said.session_ref, said.type) == (REFERENCE, NAME, "settlement")
    assert (said.is_followed, said.provider_ref) == (True, "")


def test_a_repeat_has_the_same_name_and_news_another() -> None:
    first = notices.parse(raw(notice(transaction_id="t")), "rahasia").event_id
    assert notices.parse(json.dumps(notice(transaction_id="t"), indent=3).encode(), "rahasia").event_id == first
    assert notices.parse(raw(notice(transaction_id="t", refund_amount="5.00")), "rahasia").event_id != first
    assert len(first) <= 120


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{",
        b"[" * 100_000,
        raw({}),
        raw(notice(signature_key=None)),
        raw(notice(signature_key="")),
        raw(notice(signature_key=7)),
        raw(notice(signature_key="0" * 128)),
        raw(notice(signature_key="é" * 128)),
        raw(notice(order_id=7)),
        raw(notice(order_id="x" * 200)),
        raw(notice(order_id="pesanan é")),
        raw(notice(order_id=None)),
        raw(notice(status_code=200)),
        raw(notice(status_code="20")),
        raw(notice(gross_amount=15000)),
        raw(notice(gross_amount="15001.00")),
        raw(notice(gross_amount={})),
    ],
    ids=lambda body: repr(body[:40]),
)
def test_what_was_not_signed_is_refused(body: bytes) -> None:
    with pytest.raises(BadNotice):
        notices.parse(body, "rahasia")


def test_no_key_believes_nothing() -> None:
    body = {**notice(), "signature_key": notices.signature(NAME, "200", "15000.00", "")}
    with pytest.raises(BadNotice):
        notices.parse(raw(body), "")


def test_odd_fields_beside_the_signed_ones_do_no_harm() -> None:
    said = notices.parse(raw(notice(transaction_status=[1], refunds="x", fraud_status={"a": 1})), "rahasia")
    assert (said.type, said.is_followed) == ("other", False)


# --- the adapter at the stand-in ---


def test_nothing_chosen_is_nothing_known(app: Flask, snap: MidtransSnap) -> None:
    opened(snap)
    assert snap.read(TRY) is None


def test_asking_twice_for_the_same_page_can_be_paid_once(snap: MidtransSnap, midtrans_standin: StandIn) -> None:
    first, second = opened(snap), opened(snap)
    midtrans_standin.pay(first)
    with pytest.raises(Refusal):
        midtrans_standin.pay(second)
    with pytest.raises(OutcomeUnknown):
        snap.start(ORDER)


def test_a_paid_try_cannot_be_ended(snap: MidtransSnap, midtrans_standin: StandIn) -> None:
    midtrans_standin.pay(opened(snap))
    said = snap.expire(replace(TRY, session_ref=NAME))
    assert said is not None
    assert (said.state, said.received) == (AttemptState.PAID, 15_000)


def test_what_was_chosen_is_ended(snap: MidtransSnap, midtrans_standin: StandIn) -> None:
    midtrans_standin.choose(opened(snap), "bank_transfer")
    said = snap.expire(replace(TRY, session_ref=NAME))
    assert said is not None
    assert said.state is AttemptState.EXPIRED


def test_a_card_under_review_is_cancelled(snap: MidtransSnap, midtrans_standin: StandIn) -> None:
    midtrans_standin.become(midtrans_standin.choose(opened(snap)), "capture", fraud_status="challenge")
    said = snap.expire(replace(TRY, session_ref=NAME))
    assert said is not None
    assert said.state is AttemptState.FAILED


def test_a_refund_is_sent_once_and_found_by_its_key(snap: MidtransSnap, midtrans_standin: StandIn) -> None:
    midtrans_standin.pay(opened(snap))
    assert snap.find_refund(REFUND) is None
    made = snap.refund(REFUND)
    assert snap.refund(REFUND) == made == snap.find_refund(REFUND)
    assert (made.state, made.amount, made.reference) == (RefundState.SUCCEEDED, 5_000, REFERENCE)
    assert len(midtrans_standin.refunds()) == 1


def test_more_than_came_in_is_refused(snap: MidtransSnap, midtrans_standin: StandIn) -> None:
    midtrans_standin.pay(opened(snap))
    with pytest.raises(Refused):
        snap.refund(replace(REFUND, amount=15_001))


def test_a_virtual_account_cannot_be_paid_back(snap: MidtransSnap, midtrans_standin: StandIn) -> None:
    midtrans_standin.pay(opened(snap), way="bank_transfer")
    with pytest.raises(ByBankFile):
        snap.refund(REFUND)
    assert "refund" not in midtrans_standin.world.calls


def test_movements_are_those_of_the_payments_that_are_named(snap: MidtransSnap, midtrans_standin: StandIn) -> None:
    midtrans_standin.pay(opened(snap))
    made = snap.refund(REFUND)
    lines = list(snap.movements(AT, {NAME, made.provider_ref, "pi_of_stripe"}))
    assert [(line.provider_ref, line.amount) for line in lines] == [(NAME, 15_000), (made.provider_ref, -5_000)]
    assert all(abs(line.at - datetime.now(UTC)) < timedelta(minutes=5) for line in lines)
    assert list(snap.movements(AT)) == []


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE, Fault.RATE_LIMIT, Fault.GARBLED, Fault.DROP_AFTER])
def test_what_cannot_be_read_is_unavailable(snap: MidtransSnap, midtrans_standin: StandIn, fault: Fault) -> None:
    midtrans_standin.pay(opened(snap))
    midtrans_standin.faults.order("status", fault)
    with pytest.raises(Unavailable):
        snap.read(TRY)


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        (Fault.ERROR_AFTER, OutcomeUnknown),
        (Fault.GARBLED, OutcomeUnknown),
        (Fault.DROP_AFTER, OutcomeUnknown),
        (Fault.RATE_LIMIT, Unavailable),
    ],
)
def test_what_may_have_happened_is_unknown(
    snap: MidtransSnap, midtrans_standin: StandIn, fault: Fault, trouble: type[Exception]
) -> None:
    midtrans_standin.faults.order("snap", fault)
    with pytest.raises(trouble):
        snap.start(ORDER)


def test_nobody_at_the_door_is_unavailable_and_not_unknown() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused at once
        base = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Unavailable):
            midtrans_provider(KEY, "", base, base, timeout=(1, 1)).start(ORDER)


def test_a_wrong_key_is_unavailable(midtrans_standin: StandIn) -> None:
    wrong = midtrans_provider("SB-other", "", midtrans_standin.url, midtrans_standin.url)
    with pytest.raises(Unavailable):
        wrong.start(ORDER)
    with pytest.raises(Unavailable):
        wrong.read(TRY)


def test_the_stand_in_takes_no_amount_with_decimals(midtrans_standin: StandIn) -> None:
    for amount in (15_000.0, "15000", 0, -1, None, True):
        with pytest.raises(Refusal):
            open_page(midtrans_standin.world, {"transaction_details": {"order_id": "a", "gross_amount": amount}})
