"""Balance transactions, and the balance they add up to."""

from __future__ import annotations

from typing import Any

from tools.stripe_standin.amounts import DISPUTE_FEE_IDR, fee
from tools.stripe_standin.store import Json, now
from tools.stripe_standin.world import World

KIND = "balance_transaction"
DAYS = 24 * 3600
PAYOUT_DELAY = 7 * DAYS  # until money of a charge is available (docs.stripe.com/payouts: depends on the country)


def book_charge(world: World, charge: Json) -> Json:
    """Money in, less the fee."""
    kept = fee(charge["amount"])
    return _book(
        world,
        type="charge",
        reporting_category="charge",
        amount=charge["amount"],
        fee=kept,
        kind_of_fee="Stripe processing fees",
        source=charge["id"],
        available_on=now() + PAYOUT_DELAY,
    )


def book_refund(world: World, refund: Json) -> Json:
    """Money out; the fee of the payment is not given back (docs.stripe.com/refunds)."""
    return _book(world, type="refund", reporting_category="refund", amount=-refund["amount"], source=refund["id"])


def book_refund_failure(world: World, refund: Json) -> Json:
    """A refund that failed comes back (refund.failure_balance_transaction in the OpenAPI document)."""
    return _book(
        world,
        type="refund_failure",
        reporting_category="refund_failure",
        amount=refund["amount"],
        source=refund["id"],
    )


def book_dispute(world: World, dispute: Json) -> Json:
    """The disputed amount and a fee go out at once (docs.stripe.com/disputes/how-disputes-work)."""
    return _book(
        world,
        type="adjustment",
        reporting_category="dispute",
        amount=-dispute["amount"],
        fee=DISPUTE_FEE_IDR,
        kind_of_fee="Dispute fee",
        source=dispute["id"],
    )


def book_dispute_won(world: World, dispute: Json) -> Json:
    """The amount comes back, the fee does not."""
    return _book(
        world,
        type="adjustment",
        reporting_category="dispute_reversal",
        amount=dispute["amount"],
        source=dispute["id"],
    )


def _book(world: World, *, amount: int, fee: int = 0, kind_of_fee: str = "", **fields: Any) -> Json:
    details = [
        {"amount": fee, "application": None, "currency": "idr", "description": kind_of_fee, "type": "stripe_fee"}
    ]
    body = world.begin(
        KIND,
        amount=amount,
        fee=fee,
        net=amount - fee,
        fee_details=details if fee else [],
        currency="idr",
        description=None,
        **{"available_on": now(), **fields},
    )
    return world.store.put(shown(body))


def shown(body: Json) -> Json:
    """The transaction as it is by now: pending until its day has come."""
    return {**body, "status": "available" if body["available_on"] <= now() else "pending"}


def read(world: World) -> Json:
    """What is available and what is on its way (operation GetBalance)."""
    sums = {"available": 0, "pending": 0}
    for one in world.store.newest_first(KIND):
        sums[shown(one)["status"]] += one["net"]
    parts = {
        name: [{"amount": total, "currency": "idr", "source_types": {"card": total}}] for name, total in sums.items()
    }
    return {"object": "balance", "livemode": False, **parts}
