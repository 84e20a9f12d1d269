"""Sales of two shops that wait to be paid by card, and how they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.checkout import handlers
from marketplace.core import settings
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import travel
from marketplace.core.db import transaction
from marketplace.ledger.rules import Kind
from marketplace.orders.models import Order
from marketplace.payments.models import Payment
from marketplace.payments.queries import attempts_of
from marketplace.payments.rules import AttemptState, PaymentState
from tests.books import bookings, check_books
from tests.cardmarket import CardMarket, statuses

FIRST_TOTAL, SECOND_TOTAL = 107_000, 73_666
TOTAL = FIRST_TOTAL + SECOND_TOTAL


@dataclass(frozen=True)
class Sale:
    """Goods of Rp100.000 and of Rp66.666, each brought for Rp7.000."""

    payment: Payment
    first: Order
    second: Order

    @property
    def orders(self) -> list[Order]:
        return [self.first, self.second]


def decide(key: str, value: int, day: date) -> None:
    """Let a setting hold from a day on."""
    with transaction():
        settings.change(SYSTEM, key, value, day)


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


def end_holds(payment: Payment) -> None:
    """The routine, in the minute in which the hold is over."""
    assert payment.hold_until is not None
    with travel(payment.hold_until + timedelta(seconds=5)):
        handlers.end_holds()
