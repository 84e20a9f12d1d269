"""Midtrans's words and ours. Midtrans counts whole rupiah, and says them as a text with two decimals: `"15000.00"`.

What stands here is from docs.midtrans.com as the market's notes quote it (transaction status, refund, Snap's request);
none of it has been tried against Midtrans itself. A field that is not there raises KeyError.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from marketplace.payments.rules import (
    AttemptState,
    DisputeSnapshot,
    DisputeState,
    OutcomeUnknown,
    RefundOrder,
    RefundSnapshot,
    RefundState,
    Snapshot,
    StartOrder,
    Trouble,
)

Object = Mapping[str, Any]

CURRENCY = "IDR"
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
OURS = re.compile(rf"({UUID})-(\d{{1,6}})")  # at most 43 of the 50 characters that an order_id may have
REFUND_KEY = re.compile(rf"mp-refund-({UUID})-\d{{1,6}}")
AMOUNT = re.compile(r"(\d{1,12})\.(\d{2})")
LONGEST_NAME = 50  # of a thing sold, by Snap

# Where a transaction stands, for a try of ours. A `deny` leaves Snap's page open: the buyer may choose another way.
STATES = {
    "settlement": AttemptState.PAID,
    "refund": AttemptState.PAID,
    "partial_refund": AttemptState.PAID,
    "chargeback": AttemptState.PAID,
    "partial_chargeback": AttemptState.PAID,
    "authorize": AttemptState.OPEN,
    "pending": AttemptState.OPEN,
    "deny": AttemptState.OPEN,
    "cancel": AttemptState.FAILED,
    "failure": AttemptState.FAILED,
    "expire": AttemptState.EXPIRED,
}
CAPTURED = {"accept": AttemptState.PAID, "challenge": AttemptState.OPEN, "deny": AttemptState.FAILED}
"""A card that was charged, by what Midtrans makes of the risk: only `accept` is paid."""
TROUBLES = {"deny": Trouble.DECLINED, "failure": Trouble.OTHER}
CHARGED_BACK = frozenset({"chargeback", "partial_chargeback"})
FOLLOWED = frozenset({*STATES, "capture"})

# How money can be sent back over Midtrans. A virtual account, a bank's bill or a counter cannot be paid into.
REFUNDABLE = frozenset({"credit_card", "gopay", "shopeepay", "qris", "kredivo", "akulaku", "dana"})


# --- names -------------------------------------------------------------------------


def order_id(reference: str, number: int) -> str:
    """What Midtrans knows a try by. It takes each only once, so every try has its own."""
    return f"{reference}-{number}"


def reference_in(name: str) -> str:
    """The payment's reference in an `order_id`; empty when that is none of ours."""
    match = OURS.fullmatch(name)
    return match[1] if match else ""


def refund_key(order: RefundOrder) -> str:
    """Our idempotency key, without the colons."""
    return order.key.replace(":", "-")


def refund_ref(order: str, key: str) -> str:
    """What our books call a refund: Midtrans gives it no name that is unique beyond its payment."""
    return f"{order}/{key}"


def payment_ref(name: str) -> str:
    """The payment that one of the names in our books belongs to: its own, a refund's or a dispute's."""
    return name.partition("/")[0]


# --- money -------------------------------------------------------------------------


def rupiah(amount: object) -> int:
    """What Midtrans counted, in rupiah. Raises OutcomeUnknown for what is no whole rupiah."""
    match = AMOUNT.fullmatch(amount) if isinstance(amount, str) else None
    if match is None or match[2] != "00":
        raise OutcomeUnknown(f"Midtrans speaks of {amount!r}, which is no whole rupiah: nothing may be booked")
    return int(match[1])


# --- what we say -------------------------------------------------------------------


def snap_request(order: StartOrder) -> dict[str, Any]:
    """A page of Snap. No list of ways to pay is sent: Midtrans's dashboard says which are on.

    The page closes, and what was chosen on it expires, with the try: counted from when the try was written down.
    """
    minutes = max(1, int((order.expires_at - order.created_at).total_seconds() // 60))
    began = order.created_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S +0000")
    words: dict[str, Any] = {
        "transaction_details": {
            "order_id": order_id(order.reference, order.number),
            "gross_amount": order.amount,
        },
        "item_details": [
            {"id": str(order.number), "price": order.amount, "quantity": 1, "name": order.title[:LONGEST_NAME]}
        ],
        "credit_card": {"secure": True},
        "callbacks": {"finish": order.success_url},
        "gopay": {"enable_callback": True, "callback_url": order.success_url},
        "shopeepay": {"callback_url": order.success_url},
        "expiry": {"start_time": began, "unit": "minute", "duration": minutes},
        "page_expiry": {"unit": "minute", "duration": minutes},
    }
    if order.email:
        words["customer_details"] = {"email": order.email}
    return words


def refund_request(order: RefundOrder) -> dict[str, Any]:
    """A refund of a part of a payment, or of all of it."""
    return {"refund_key": refund_key(order), "amount": order.amount, "reason": "BeliNTT"}


# --- what Midtrans says ------------------------------------------------------------


def snapshot(found: Object) -> Snapshot:
    """A try as Midtrans has it. Raises OutcomeUnknown for a state or a currency that we do not know.

    Its fee is not said here: it stands in the settlement report only.
    """
    name, said = found["order_id"], found["transaction_status"]
    state = CAPTURED.get(found.get("fraud_status", "")) if said == "capture" else STATES.get(said)
    if state is None or found.get("currency", CURRENCY) != CURRENCY:
        raise OutcomeUnknown(f"{name} is {said!r} {found.get('fraud_status')!r} in {found.get('currency')!r}")
    if state is not AttemptState.PAID:
        return Snapshot(state, session_ref=name, trouble=TROUBLES.get(said, Trouble.NONE))
    received = rupiah(found["gross_amount"])
    return Snapshot(
        state=state,
        session_ref=name,
        provider_ref=name,
        received=received,
        refunds=refunds(found),
        disputes=_disputes(name, received, found) if said in CHARGED_BACK else (),
    )


def refunds(found: Object) -> tuple[RefundSnapshot, ...]:
    """All that went back of a payment. One that somebody made in the dashboard has no key of ours, perhaps none."""
    return tuple(_refund(found["order_id"], one) for one in found.get("refunds") or ())


def _refund(name: str, refund: Object) -> RefundSnapshot:
    key = refund.get("refund_key") or f"chargeback-id-{refund['refund_chargeback_id']}"
    ours = REFUND_KEY.fullmatch(key)
    return RefundSnapshot(
        provider_ref=refund_ref(name, key),
        state=RefundState.SUCCEEDED,
        amount=rupiah(refund["refund_amount"]),
        reference=ours[1] if ours else "",
    )


def made_refund(order: RefundOrder, answer_status: int) -> RefundSnapshot:
    """A refund that was just asked for: 200 is done, 201 is under way."""
    state = RefundState.PENDING if answer_status == 201 else RefundState.SUCCEEDED
    return RefundSnapshot(refund_ref(order.provider_ref, refund_key(order)), state, order.amount, order.reference)


def _disputes(name: str, received: int, found: Object) -> tuple[DisputeSnapshot, ...]:
    """The card's bank took money back. Midtrans tells it when it has happened, and no later word of it: lost."""
    told = found.get("chargeback_amount")
    taken = rupiah(told) if told else received
    return (DisputeSnapshot(f"{name}/chargeback", DisputeState.LOST, amount=taken, withdrawn=taken),)
