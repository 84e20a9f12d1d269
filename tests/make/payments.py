"""Card payments for tests, moved on by what a provider would say of them."""

from __future__ import annotations

from itertools import count

from marketplace.core.clock import travel
from marketplace.core.db import db
from marketplace.orders import services as orders
from marketplace.orders.models import Purchase
from marketplace.orders.queries import payment_of_purchase
from marketplace.payments.models import PaymentAttempt
from marketplace.payments.rules import AttemptState, Fee, Outcome, Snapshot, Started
from marketplace.payments.services import attempts

_numbers = count(1)


def attempt(purchase: Purchase) -> PaymentAttempt:
    """The try to pay a purchase whose page is open at the provider; begun when there is none."""
    found = attempts.begin(payment_of_purchase(purchase.id).id)
    if not found.session_ref:
        number = next(_numbers)
        attempts.note_started(found.id, Started(f"cs_test_{number}", f"https://checkout.example/{number}"))
    return found


def paid(open_attempt: PaymentAttempt, received: int | None = None, fee: int | None = None) -> Snapshot:
    """What a provider says of a try that was paid (rupiah; as much as was asked if nothing else is said)."""
    return Snapshot(
        AttemptState.PAID,
        session_ref=open_attempt.session_ref or "",
        provider_ref=open_attempt.provider_ref or f"pi_{open_attempt.id}",
        received=open_attempt.amount if received is None else received,
        fee=None if fee is None else Fee(fee, fee * 100, "idr"),
    )


def pay(purchase: Purchase, received: int | None = None, fee: int | None = None) -> Outcome:
    """The money of a purchase comes in. Call it inside `transaction()`."""
    open_attempt = attempt(purchase)
    return orders.paying.apply(open_attempt.id, paid(open_attempt, received, fee))


def let_expire(purchase: Purchase) -> None:
    """The time to pay passes. Call it inside `transaction()`."""
    payment = payment_of_purchase(purchase.id)
    assert payment.hold_until is not None
    with travel(payment.hold_until):
        orders.paying.expire(purchase.id)
    db.session.flush()
