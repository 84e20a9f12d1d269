"""Stripe's words and ours. The only place that knows that Stripe counts rupiah in hundredths.

IDR has two decimals for Stripe (docs.stripe.com/currencies: not among the zero-decimal currencies), so Rp 15.000 is
1500000. Stripe's objects come here as plain dictionaries; a field that is not there raises KeyError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from stripe.params import RefundCreateParams
from stripe.params.checkout import SessionCreateParams

from marketplace.payments.rules import (
    AttemptRef,
    AttemptState,
    BalanceLine,
    DisputeSnapshot,
    DisputeState,
    Fee,
    OutcomeUnknown,
    RefundOrder,
    RefundSnapshot,
    RefundState,
    Snapshot,
    Started,
    StartOrder,
    Trouble,
)

Object = Mapping[str, Any]

CURRENCY = "idr"
MOST = 9_999_999_999  # rupiah: twelve digits with the decimals (docs.stripe.com/currencies)

# What we write into `metadata`. A refund's own reference has a name of its own: it names no payment.
REFERENCE = "reference"
ATTEMPT = "attempt"
REFUND = "refund"

GONE = frozenset({"canceled", "requires_payment_method"})  # an intent that was under way and came to nothing

REFUND_STATES = {
    "succeeded": RefundState.SUCCEEDED,
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
# An inquiry (`warning_…`) that is closed, or one prevented in time, has taken nothing from us.
DISPUTE_STATES = {
    "won": DisputeState.WON,
    "warning_closed": DisputeState.WON,
    "prevented": DisputeState.WON,
    "lost": DisputeState.LOST,
}
TROUBLES = {
    "insufficient_funds": Trouble.NO_FUNDS,
    "expired_card": Trouble.CARD_EXPIRED,
    "authentication_required": Trouble.NOT_AUTHENTICATED,
    "payment_intent_authentication_failure": Trouble.NOT_AUTHENTICATED,
}


# --- money -----------------------------------------------------------------------


def hundredths(amount: int) -> int:
    """Rupiah as Stripe counts them."""
    return amount * 100


def rupiah(minor: int, currency: str) -> int:
    """What Stripe counted, in rupiah. Raises OutcomeUnknown for another currency or a part of a rupiah."""
    if currency != CURRENCY or minor % 100:
        raise OutcomeUnknown(f"Stripe speaks of {minor} {currency}, which is no whole rupiah: nothing may be booked")
    return minor // 100


def rounded_rupiah(minor: int) -> int:
    """Hundredths as whole rupiah, half up: fees carry sen, and our books do not."""
    return (minor + 50) // 100


# --- what we say -------------------------------------------------------------------


def session_params(order: StartOrder) -> SessionCreateParams:
    """A Checkout Session. The same order gives the same bytes, as the idempotency key demands.

    Our reference is written three times, because Stripe copies none of them to the others. No list of payment methods
    is sent: the Dashboard says which are on, and newer versions of the API refuse the parameter.
    """
    ours = {REFERENCE: order.reference, ATTEMPT: str(order.number)}
    params: SessionCreateParams = {
        "mode": "payment",
        "line_items": [
            {
                "price_data": {
                    "currency": CURRENCY,
                    "unit_amount": hundredths(order.amount),
                    "product_data": {"name": order.title},
                },
                "quantity": 1,
            }
        ],
        "client_reference_id": order.reference,
        "metadata": ours,
        "payment_intent_data": {"metadata": ours},
        "expires_at": int(order.expires_at.timestamp()),
        "locale": "en" if order.language == "en" else "id",
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
    }
    if order.email:
        params["customer_email"] = order.email
    return params


def refund_params(order: RefundOrder) -> RefundCreateParams:
    """A refund of a part of a payment, or of all of it."""
    return {
        "payment_intent": order.provider_ref,
        "amount": hundredths(order.amount),
        "metadata": {REFUND: order.reference},
    }


# --- what Stripe says --------------------------------------------------------------


def started(session: Object) -> Started:
    """A session that was just made. Its page has an address, else it could not be paid."""
    if not session["url"]:
        raise OutcomeUnknown(f"the session {session['id']} has no page")
    return Started(session["id"], session["url"])


def is_of(session: Object, attempt: AttemptRef) -> bool:
    """Whether a session was made for that try."""
    number = (session["metadata"] or {}).get(ATTEMPT)
    return (session["client_reference_id"], number) == (attempt.reference, str(attempt.number))


def intent_of(session: Object) -> Object | None:
    """The payment intent of a session: there is none until the buyer has confirmed once."""
    intent: Object | None = session["payment_intent"]
    return intent


def snapshot(session: Object, refunds: Sequence[Object] = (), disputes: Sequence[Object] = ()) -> Snapshot:
    """A try as Stripe has it, from its session with the payment intent, charge and balance transaction unfolded."""
    intent = intent_of(session)
    state = _state(session, intent)
    if intent is None:
        return Snapshot(state, session["id"], session["url"] or "")
    return replace(
        intent_snapshot(intent, refunds, disputes), state=state, session_ref=session["id"], url=session["url"] or ""
    )


def intent_snapshot(intent: Object, refunds: Sequence[Object] = (), disputes: Sequence[Object] = ()) -> Snapshot:
    """A payment by itself, with its charge and balance transaction unfolded."""
    received = rupiah(intent["amount_received"], intent["currency"])
    return Snapshot(
        state=AttemptState.PAID if received else AttemptState.FAILED,
        provider_ref=intent["id"],
        received=received,
        fee=_fee(intent) if received else None,
        trouble=Trouble.NONE if received else trouble(intent["last_payment_error"]),
        refunds=tuple(refund_snapshot(refund) for refund in refunds),
        disputes=tuple(dispute_snapshot(dispute) for dispute in disputes),
    )


def _state(session: Object, intent: Object | None) -> AttemptState:
    """Money that came in decides. `complete` alone does not mean paid: a delayed method is still under way."""
    if session["payment_status"] == "paid" or (intent and intent["amount_received"]):
        return AttemptState.PAID
    if session["status"] == "complete":
        return AttemptState.FAILED if intent and intent["status"] in GONE else AttemptState.OPEN
    return AttemptState.EXPIRED if session["status"] == "expired" else AttemptState.OPEN


def _fee(intent: Object) -> Fee | None:
    """What Stripe kept, once it knows. In another currency it is booked by hand: only the raw figure is given."""
    moved = intent["latest_charge"]["balance_transaction"]
    if moved is None:
        return None
    minor, currency = moved["fee"], moved["currency"]
    return Fee(rounded_rupiah(minor) if currency == CURRENCY else 0, minor, currency)


def trouble(error: Object | None) -> Trouble:
    """Why a payment did not succeed, from the last error of its intent; no error is NONE."""
    if not error:
        return Trouble.NONE
    reason = error.get("decline_code") if error.get("code") == "card_declined" else error.get("code")
    other = Trouble.DECLINED if error["type"] == "card_error" else Trouble.OTHER
    return TROUBLES.get(reason or "", other)


def refund_snapshot(refund: Object) -> RefundSnapshot:
    """A refund. One whose state Stripe does not say is UNKNOWN, to be read again."""
    return RefundSnapshot(
        provider_ref=refund["id"],
        state=REFUND_STATES.get(refund["status"] or "", RefundState.UNKNOWN),
        amount=rupiah(refund["amount"], refund["currency"]),
        reference=(refund["metadata"] or {}).get(REFUND, ""),
        error=refund.get("failure_reason") or ("canceled" if refund["status"] == "canceled" else ""),
    )


def dispute_snapshot(dispute: Object) -> DisputeSnapshot:
    """A dispute: what lies with the buyer's bank is what was taken and not given back.

    On an account kept in another currency the balance says only whether the money is gone; the sum is the dispute's
    own, and the fee is booked by hand.
    """
    moved = dispute["balance_transactions"]
    amount = rupiah(dispute["amount"], dispute["currency"])
    taken = -sum(line["amount"] for line in moved)
    is_in_rupiah = all(line["currency"] == CURRENCY for line in moved)
    gone = rupiah(taken, CURRENCY) if is_in_rupiah else amount
    return DisputeSnapshot(
        provider_ref=dispute["id"],
        state=DISPUTE_STATES.get(dispute["status"], DisputeState.OPEN),
        amount=amount,
        withdrawn=gone if taken > 0 else 0,
        fee=rounded_rupiah(sum(line["fee"] for line in moved)) if is_in_rupiah else 0,
    )


def balance_line(moved: Object) -> BalanceLine:
    """A balance transaction with its source unfolded, named by what our books know: a charge by its payment intent.

    Raises OutcomeUnknown for a balance in another currency: it cannot be compared with books in rupiah.
    """
    if moved["currency"] != CURRENCY:
        raise OutcomeUnknown(f"{moved['id']} moved {moved['currency']}: the balance is not kept in rupiah")
    source = moved["source"] or moved
    return BalanceLine(
        provider_ref=(source["object"] == "charge" and source["payment_intent"]) or source["id"],
        type=moved["type"],
        amount=rounded_rupiah(moved["amount"]),
        fee=rounded_rupiah(moved["fee"]),
        at=datetime.fromtimestamp(moved["created"], UTC),
    )
