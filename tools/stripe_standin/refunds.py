"""Refunds: asked for by the API or made in the Dashboard, at once or later, and those that fail."""

from __future__ import annotations

from tools.stripe_standin import balance
from tools.stripe_standin.amounts import english
from tools.stripe_standin.errors import Refusal, no_such
from tools.stripe_standin.store import Json
from tools.stripe_standin.world import World

KIND = "refund"


def create(world: World, params: Json) -> Json:
    """Give back all or a part of a charge (operation PostRefunds); raises Refusal."""
    charge = _charge(world, params)
    amount = _amount(charge, params.get("amount"))
    pending = world.switches.pending_refunds
    refund = world.begin(
        KIND,
        amount=amount,
        charge=charge["id"],
        payment_intent=charge["payment_intent"],
        currency=charge["currency"],
        metadata=params.get("metadata") or {},
        reason=params.get("reason"),
        status="pending" if pending else "succeeded",
        **({"pending_reason": "processing"} if pending else {}),
    )
    refund["destination_details"] = {"card": {"type": "refund", "reference_status": "pending"}, "type": "card"}
    if not world.switches.late_fee:
        refund["balance_transaction"] = balance.book_refund(world, refund)["id"]
    world.store.put(refund)
    _count(world, charge, amount)
    world.emit("refund.created", refund)
    world.emit("charge.refunded", charge)
    return refund


def _charge(world: World, params: Json) -> Json:
    """The charge that is meant; OpenAPI document, PostRefunds: by `charge` or by `payment_intent`."""
    if "payment_intent" in params:
        return _charge_of_intent(world, params["payment_intent"])
    if "charge" not in params:
        words = "One of the following params should be provided for this request: payment_intent or charge."
        raise Refusal(words, code="parameter_missing")
    charge = world.store.get("charge", params["charge"])
    if charge is None:
        raise no_such("charge", params["charge"], status=400, param="charge")
    return charge


def _charge_of_intent(world: World, intent_id: str) -> Json:
    intent = world.store.get("payment_intent", intent_id)
    if intent is None:
        raise no_such("payment_intent", intent_id, status=400, param="payment_intent")
    charge = world.store.get("charge", intent["latest_charge"] or "")
    if charge is None or charge["status"] != "succeeded":
        words = f"This PaymentIntent ({intent_id}) does not have a successful charge to refund."
        raise Refusal(words, code="payment_intent_unexpected_state", param="payment_intent")
    return charge


def _amount(charge: Json, asked: int | None) -> int:
    """OpenAPI document, PostRefunds: up to what is not refunded yet, by default all of it; disputed money is gone."""
    if charge["status"] != "succeeded":
        raise Refusal(f"Charge {charge['id']} is not paid; cannot issue a refund.", code="charge_not_refundable")
    if charge["disputed"]:  # docs.stripe.com/error-codes: charge_disputed
        words = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise Refusal(words, code="charge_disputed")
    left = charge["amount"] - charge["amount_refunded"]
    if not left:  # docs.stripe.com/error-codes: charge_already_refunded
        raise Refusal(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = left if asked is None else asked
    if amount < 1:
        words = "This value must be greater than or equal to 1."
        raise Refusal(words, code="parameter_invalid_integer", param="amount")
    if amount > left:
        words = f"Refund amount ({english(amount)}) is greater than unrefunded amount on charge ({english(left)})"
        raise Refusal(words, param="amount")
    return amount


def _count(world: World, charge: Json, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    world.store.put(charge)


def update(world: World, refund: Json, params: Json) -> Json:
    """Only metadata can change (OpenAPI document, PostRefundsRefund)."""
    refund["metadata"] = merged(refund["metadata"], params.get("metadata"))
    world.store.put(refund)
    world.emit("refund.updated", refund)
    return refund


def merged(known: Json, asked: Json | str | None) -> Json:
    """docs.stripe.com/api/metadata: keys are added or replaced, an empty value removes one, an empty string all."""
    if asked is None:
        return known
    if isinstance(asked, str):
        return {}
    return {key: value for key, value in {**known, **asked}.items() if value != ""}


def _stored(world: World, refund_id: str) -> Json:
    refund = world.store.get(KIND, refund_id)
    if refund is None:
        raise no_such(KIND, refund_id)
    return refund


def bring_bookings(world: World) -> list[str]:
    """Late balance transactions arrive, each with refund.updated; gives the refunds."""
    with world.store.work():
        waiting = [one for one in world.store.newest_first(KIND) if not one["balance_transaction"]]
        for refund in waiting:
            refund["balance_transaction"] = balance.book_refund(world, refund)["id"]
            world.emit("refund.updated", world.store.put(refund))
        return [refund["id"] for refund in waiting]


def finish(world: World, refund_id: str) -> Json:
    """A pending refund reaches the buyer: refund.updated."""
    with world.store.work():
        refund = _stored(world, refund_id)
        refund.pop("pending_reason", None)
        refund["status"] = "succeeded"
        world.store.put(refund)
        world.emit("refund.updated", refund)
        return refund


def fail(world: World, refund_id: str, *, reason: str = "lost_or_stolen_card") -> Json:
    """A refund comes back, even one that had succeeded (docs.stripe.com/refunds, failed refunds): refund.failed."""
    with world.store.work():
        refund = _stored(world, refund_id)
        if refund["status"] in ("failed", "canceled"):
            raise Refusal(f"Refund {refund_id} has failed before.")
        refund.pop("pending_reason", None)
        back = balance.book_refund_failure(world, refund)
        refund.update(status="failed", failure_reason=reason, failure_balance_transaction=back["id"])
        world.store.put(refund)
        charge = world.store.get("charge", refund["charge"])
        if charge is None:
            raise no_such("charge", refund["charge"])
        _count(world, charge, -refund["amount"])
        world.emit("refund.updated", refund)
        world.emit("refund.failed", refund)
        return refund
