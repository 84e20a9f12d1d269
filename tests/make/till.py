"""Online payments for tests: a small provider of cards that is told what to say, and purchases paid by it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import count

import sqlalchemy as sa
from flask import Flask

from marketplace.catalog.models import Product
from marketplace.checkout.services import paying as checkout_paying
from marketplace.checkout.services import settling
from marketplace.core.clock import now
from marketplace.core.db import Base, db, transaction
from marketplace.orders.models import Purchase, PurchasePayment
from marketplace.orders.queries import payment_of_purchase, purchase_of_payment
from marketplace.payments import services
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Limits, Providers
from marketplace.payments.models import Payment, PaymentAttempt, Refund
from marketplace.payments.queries import attempts_of
from marketplace.payments.rules import (
    AttemptRef,
    AttemptState,
    BadNotice,
    BalanceLine,
    Capability,
    DisputeSnapshot,
    DisputeState,
    Fee,
    Notice,
    PaymentMethod,
    ProviderTrouble,
    RefundOrder,
    RefundSnapshot,
    RefundSource,
    RefundState,
    Snapshot,
    Started,
    StartOrder,
)
from tests.make.orders import place, spec

_numbers = count(1)


class Till:
    """Cards without a network. `says` is what it answers about a session; `away` what it raises instead."""

    method = PaymentMethod.CARD
    capabilities = frozenset(Capability)
    is_test = True
    takes_notices = True

    def __init__(self) -> None:
        self.says: dict[str, Snapshot] = {}
        self.refunds: dict[str, RefundSnapshot] = {}
        self.lines: list[BalanceLine] = []
        self.away: ProviderTrouble | None = None

    def limits(self) -> Limits:
        return Limits(1, 9_999_999_999)

    def start(self, order: StartOrder) -> Started:
        self._answer()
        session = f"cs_{order.reference}_{order.number}"
        self.says.setdefault(session, Snapshot(AttemptState.OPEN, session, f"https://example.com/{session}"))
        return Started(session, f"https://example.com/{session}")

    def read(self, attempt: AttemptRef) -> Snapshot | None:
        self._answer()
        return self.says.get(attempt.session_ref or f"cs_{attempt.reference}_{attempt.number}")

    def expire(self, attempt: AttemptRef) -> Snapshot | None:
        found = self.read(attempt)
        return replace(found, state=AttemptState.EXPIRED) if found and found.state is AttemptState.OPEN else found

    def refund(self, order: RefundOrder) -> RefundSnapshot:
        self._answer()
        sent = RefundSnapshot(f"re_{order.reference}", RefundState.SUCCEEDED, order.amount, order.reference)
        return self.refunds.setdefault(order.reference, sent)

    def find_refund(self, order: RefundOrder) -> RefundSnapshot | None:
        self._answer()
        return self.refunds.get(order.reference)

    def parse_notice(self, headers: Mapping[str, str], raw: bytes) -> Notice:
        raise BadNotice("the till sends none")

    def movements(self, since: datetime, known: Collection[str] = ()) -> Iterable[BalanceLine]:
        self._answer()
        return [line for line in self.lines if line.at >= since]

    def _answer(self) -> None:
        if self.away is not None:
            raise self.away


@contextmanager
def plugged(app: Flask, till: Till | None) -> Iterator[None]:
    """Let an application take cards by this till, or no cards at all."""
    ports = app.extensions["ports"]
    before = ports.get(Providers)
    ports.provide(Providers, Providers([Cash(), till] if till else [Cash()]))
    yield
    ports.provide(Providers, before)


def card_payment(products: Sequence[Product], *, quantity: int = 2, fee: int = 0) -> Payment:
    """The payment of a purchase that is to be paid by card; a fee means that the shops bring it."""
    with transaction():
        placed = place(replace(spec(products, quantity=quantity, fee=fee), payment_method=PaymentMethod.CARD))
        return payment_of_purchase(placed.id)


def open_page(payment: Payment) -> str:
    """Send the buyer to the provider's page; what the provider calls it."""
    with transaction():
        step = checkout_paying.begin(payment.id)
    started = checkout_paying.start(step)
    with transaction():
        services.attempts.note_started(step.attempt_id, started)
    return started.session_ref


def paid_payment(
    till: Till, products: Sequence[Product], *, received: int | None = None, charged: int = 0, fee: int = 0
) -> Payment:
    """The payment of a purchase that was paid by card: `received` rupiah (what was asked), `charged` for the provider.

    `fee` is what each shop takes to bring it.
    """
    payment = card_payment(products, fee=fee)
    take_in(till, payment, open_page(payment), received=received, charged=charged)
    return payment


def take_in(till: Till, payment: Payment, session: str, *, received: int | None = None, charged: int = 0) -> None:
    """Let money come in for a page of the provider, and read it."""
    amount = payment.amount if received is None else received
    number, at = next(_numbers), now()
    till.says[session] = Snapshot(
        AttemptState.PAID,
        session,
        provider_ref=f"pi_{number}",
        received=amount,
        fee=Fee(charged, charged * 100, "idr") if charged else None,
    )
    till.lines.append(BalanceLine(f"pi_{number}", "charge", amount, charged, at))
    read(payment)


def read(payment: Payment) -> None:
    """Read the provider and book what it says."""
    readings = settling.read(payment.id)
    with transaction():
        settling.apply(readings)


def pay_again(till: Till, payment: Payment) -> None:
    """Let the buyer pay a payment by card a second time, past our own pages."""
    with transaction():
        snapshot = Snapshot(AttemptState.PAID, provider_ref=f"pi_{next(_numbers)}", received=payment.amount)
        settling.apply([settling.Reading(payment.id, None, snapshot)])
    till.lines.append(BalanceLine(snapshot.provider_ref, "charge", payment.amount, 0, now()))


def dispute(till: Till, payment: Payment, state: DisputeState, *, charged: int = 0) -> None:
    """Let the buyer's bank ask for all of a payment, or decide about it; `charged` is what a dispute costs (rupiah)."""
    attempt = attempts_of(payment.id)[0]
    number = f"dp_{attempt.provider_ref}"
    withdrawn = 0 if state is DisputeState.WON else attempt.received
    told = DisputeSnapshot(number, state, attempt.received, withdrawn, charged)
    session = attempt.session_ref or ""
    till.says[session] = replace(till.says[session], disputes=(told,))
    moved = {DisputeState.OPEN: -attempt.received, DisputeState.WON: attempt.received, DisputeState.LOST: 0}[state]
    if moved:
        till.lines.append(BalanceLine(number, "adjustment", moved, charged if moved < 0 else 0, now()))
    read(payment)


def set_columns(model: type[Base], row_id: int, **values: object) -> None:
    """Write columns of a row past the services: what no service does, or to let time pass."""
    with transaction():
        db.session.execute(sa.update(model).where(sa.inspect(model).primary_key[0] == row_id).values(**values))


def multiply(payment: Payment, times: int) -> None:
    """Many payments like this one, each of a purchase of its own, and a failed refund with each."""
    purchase = purchase_of_payment(payment.id)
    attempt = attempts_of(payment.id)[0]
    with transaction():
        first_purchase = db.session.scalars(sa.select(sa.func.max(Purchase.id))).one() + 1
        first_payment = db.session.scalars(sa.select(sa.func.max(Payment.id))).one() + 1
        first_attempt = db.session.scalars(sa.select(sa.func.max(PaymentAttempt.id))).one() + 1
        numbers = range(times)
        many = {
            Purchase: [_row(purchase, id=first_purchase + n, code=f"M{n}", form_key=f"m{n}") for n in numbers],
            Payment: [_row(payment, id=first_payment + n, reference=f"m{n}") for n in numbers],
            PurchasePayment: [{"purchase_id": first_purchase + n, "payment_id": first_payment + n} for n in numbers],
            PaymentAttempt: [
                _row(
                    attempt,
                    id=first_attempt + n,
                    payment_id=first_payment + n,
                    session_ref=f"cs_m{n}",
                    provider_ref=f"pi_m{n}",
                )
                for n in numbers
            ],
            Refund: [
                {
                    "reference": f"m{n}",
                    "payment_id": first_payment + n,
                    "attempt_id": first_attempt + n,
                    "amount": 1,
                    "state": RefundState.FAILED,
                    "source": RefundSource.OPERATOR,
                    "created_at": payment.created_at,
                }
                for n in numbers
            ],
        }
        for model, rows in many.items():
            db.session.execute(sa.insert(model), rows)


def _row(like: Base, **other: object) -> dict[str, object]:
    columns = [column.name for column in sa.inspect(like).mapper.columns]
    return {**{name: getattr(like, name) for name in columns}, **other}
