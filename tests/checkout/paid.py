"""What the tests of paying ask of a payment."""

from __future__ import annotations

from marketplace.ledger.rules import Kind
from marketplace.payments.models import Payment
from marketplace.payments.queries import attempts_of
from marketplace.payments.rules import AttemptState, PaymentState
from tests.books import bookings, check_books
from tests.cardmarket import CardMarket, statuses


def session_of(payment: Payment, number: int = 1) -> str:
    """The session of one of its tries."""
    return attempts_of(payment.id)[number - 1].session_ref or ""


def tries(payment: Payment) -> list[AttemptState]:
    return [attempt.state for attempt in attempts_of(payment.id)]


def is_paid_once(market: CardMarket, payment: Payment) -> bool:
    """One session was paid by one charge, and booked once; the shops may begin."""
    check_books(market.standin)
    charges = market.count("charge", lambda charge: charge["status"] == "succeeded")
    assert (charges, bookings(Kind.ONLINE_SALE), payment.state) == (1, 1, PaymentState.PAID)
    assert (payment.received, statuses(payment)) == (413_000, ["waiting", "waiting"])
    return True
