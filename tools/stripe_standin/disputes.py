"""Disputes: a buyer's bank takes the money back, and what becomes of it."""

from __future__ import annotations

from tools.stripe_standin import balance
from tools.stripe_standin.errors import no_such
from tools.stripe_standin.store import Json, now
from tools.stripe_standin.world import World

KIND = "dispute"
DAYS_TO_ANSWER = 9 * 24 * 3600


def begin(world: World, charge_id: str, *, amount: int | None = None, reason: str = "fraudulent") -> Json:
    """The money goes out at once, with a fee (docs.stripe.com/disputes/how-disputes-work).

    Events: charge.dispute.created, charge.dispute.funds_withdrawn.
    """
    with world.store.work():
        charge = world.store.get("charge", charge_id)
        if charge is None:
            raise no_such("charge", charge_id)
        dispute = world.begin(
            KIND,
            amount=charge["amount"] if amount is None else amount,
            charge=charge["id"],
            payment_intent=charge["payment_intent"],
            currency=charge["currency"],
            reason=reason,
            status="needs_response",
            is_charge_refundable=False,
            enhanced_eligibility_types=[],
        )
        dispute["evidence_details"].update(due_by=now() + DAYS_TO_ANSWER)
        dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
        charge["disputed"] = True
        world.store.put(charge)
        world.store.put(dispute)
        world.emit("charge.dispute.created", dispute)
        dispute["balance_transactions"] = [balance.book_dispute(world, dispute)]
        world.store.put(dispute)
        world.emit("charge.dispute.funds_withdrawn", dispute)
        return dispute


def close(world: World, dispute_id: str, *, won: bool) -> Json:
    """The bank decides. Won: the amount comes back, the fee does not.

    Events: charge.dispute.funds_reinstated when won, charge.dispute.closed.
    """
    with world.store.work():
        dispute = world.store.get(KIND, dispute_id)
        if dispute is None:
            raise no_such(KIND, dispute_id)
        dispute["status"] = "won" if won else "lost"
        if won:
            dispute["balance_transactions"].append(balance.book_dispute_won(world, dispute))
            world.store.put(dispute)
            world.emit("charge.dispute.funds_reinstated", dispute)
        world.store.put(dispute)
        world.emit("charge.dispute.closed", dispute)
        return dispute
