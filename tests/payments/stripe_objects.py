"""Objects as Stripe sends them, cut down to what the market reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from marketplace.payments.rules import AttemptRef, RefundOrder, StartOrder

Order = Callable[..., StartOrder]  # makes an order to pay, with changes
Refund = Callable[..., RefundOrder]  # makes an order to refund a sum of a payment intent

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
HOLD = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
REFERENCE = "0f9d3b1e-7a52-4a3b-9a55-5a3c8b1d2e4f"


def order(**changes: Any) -> StartOrder:
    plain: dict[str, Any] = {
        "reference": REFERENCE,
        "number": 1,
        "key": f"mp:pay:{REFERENCE}:1",
        "amount": 150_000,
        "title": "Pembelian NTT-7K2M9QXA",
        "created_at": AT,
        "expires_at": HOLD,
        "email": "budi@example.test",
        "language": "id",
        "success_url": "http://localhost/bayar/x?kembali=1",
        "cancel_url": "http://localhost/bayar/x",
    }
    return StartOrder(**{**plain, **changes})


def attempt_of(order: StartOrder, session_ref: str = "") -> AttemptRef:
    """The try as the market finds it again; without `session_ref` as one whose answer got lost."""
    return AttemptRef(order.reference, order.number, order.created_at, session_ref)


def session(**changes: Any) -> dict[str, Any]:
    plain = {
        "object": "checkout.session",
        "id": "cs_test_1",
        "status": "open",
        "payment_status": "unpaid",
        "url": "https://checkout.stripe.com/c/pay/cs_test_1",
        "client_reference_id": REFERENCE,
        "metadata": {"reference": REFERENCE, "attempt": "1"},
        "payment_intent": None,
    }
    return {**plain, **changes}


def intent(**changes: Any) -> dict[str, Any]:
    plain = {
        "object": "payment_intent",
        "id": "pi_1",
        "status": "requires_payment_method",
        "amount_received": 0,
        "currency": "idr",
        "last_payment_error": None,
        "latest_charge": None,
    }
    return {**plain, **changes}


def balance(**changes: Any) -> dict[str, Any]:
    plain = {
        "object": "balance_transaction",
        "id": "txn_1",
        "type": "charge",
        "amount": 15_000_000,
        "fee": 735_000,
        "currency": "idr",
        "created": int(AT.timestamp()),
        "source": None,
    }
    return {**plain, **changes}


def charge(**changes: Any) -> dict[str, Any]:
    plain = {"object": "charge", "id": "ch_1", "payment_intent": "pi_1", "disputed": False}
    return {**plain, "balance_transaction": balance(), **changes}


def paid(**changes: Any) -> dict[str, Any]:
    """A session that was paid; `changes` are the payment intent's."""
    of_intent = {"status": "succeeded", "amount_received": 15_000_000, "latest_charge": charge(), **changes}
    return session(status="complete", payment_status="paid", url=None, payment_intent=intent(**of_intent))


def refund(**changes: Any) -> dict[str, Any]:
    plain = {
        "object": "refund",
        "id": "re_1",
        "status": "succeeded",
        "amount": 5_000_000,
        "currency": "idr",
        "payment_intent": "pi_1",
        "metadata": {"refund": "r-1"},
    }
    return {**plain, **changes}


def dispute(**changes: Any) -> dict[str, Any]:
    plain = {
        "object": "dispute",
        "id": "dp_1",
        "status": "needs_response",
        "amount": 15_000_000,
        "currency": "idr",
        "payment_intent": "pi_1",
        "balance_transactions": [],
    }
    return {**plain, **changes}


def event(thing: dict[str, Any], **changes: Any) -> dict[str, Any]:
    plain = {
        "object": "event",
        "id": "evt_1",
        "type": "checkout.session.completed",
        "livemode": False,
        "data": {"object": thing},
    }
    return {**plain, **changes}
