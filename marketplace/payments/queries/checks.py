"""Do the figures agree that are kept twice? Each is one statement over everything there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.payments.models import Dispute, Payment, PaymentAttempt, Refund
from marketplace.payments.rules import AttemptState, PaymentMethod, RefundState

Value = TypeVar("Value")
Column: TypeAlias = sa.SQLColumnExpression[Value]
SENT = (RefundState.PENDING, RefundState.SUCCEEDED)


@dataclass(frozen=True)
class Crooked:
    """A figure that is kept in two places and differs: which one, what is kept, and what the rows say (rupiah)."""

    reference: str
    figure: str
    kept: int
    found: int


@dataclass(frozen=True)
class OwnMovement:
    """What our books say moved at the provider under one of its numbers: signed rupiah, the fee apart.

    `fee` is None while it is not known.
    """

    provider_ref: str
    reference: str
    """The payment's."""
    amount: int
    fee: int | None
    began_at: datetime


def crooked_payments() -> list[Crooked]:
    """Online payments whose sums received and refunded are not those of their tries."""
    received = sa.func.coalesce(sa.func.sum(PaymentAttempt.received), 0)
    refunded = sa.func.coalesce(sa.func.sum(PaymentAttempt.refunded), 0)
    query = (
        sa.select(Payment.reference, Payment.received, received, Payment.refunded, refunded)
        .join(PaymentAttempt, PaymentAttempt.payment_id == Payment.id, isouter=True)
        .where(Payment.hold_until.is_not(None))
        .group_by(Payment.id, Payment.reference, Payment.received, Payment.refunded)
        .having(sa.or_(received != Payment.received, refunded != Payment.refunded))
        .order_by(Payment.id)
    )
    return [
        Crooked(reference, figure, kept, int(found))
        for reference, *sums in db.session.execute(query)
        for figure, kept, found in (("received", sums[0], sums[1]), ("refunded", sums[2], sums[3]))
        if kept != found
    ]


def crooked_attempts() -> list[Crooked]:
    """Tries whose refunded sum is not that of their refunds, those that failed left out."""
    counted = sa.case((Refund.state != RefundState.FAILED, Refund.amount), else_=0)
    refunded = sa.func.coalesce(sa.func.sum(counted), 0)
    query = (
        sa.select(Payment.reference, PaymentAttempt.number, PaymentAttempt.refunded, refunded)
        .join(Payment, Payment.id == PaymentAttempt.payment_id)
        .join(Refund, Refund.attempt_id == PaymentAttempt.id, isouter=True)
        .group_by(PaymentAttempt.id, Payment.reference, PaymentAttempt.number, PaymentAttempt.refunded)
        .having(refunded != PaymentAttempt.refunded)
        .order_by(PaymentAttempt.id)
    )
    return [
        Crooked(reference, f"refunded of try {number}", kept, int(found))
        for reference, number, kept, found in db.session.execute(query)
    ]


def own_movements(method: PaymentMethod) -> list[OwnMovement]:
    """All that moved at the provider of a way to pay, by our books: payments, refunds, disputes. One statement."""
    payments = _movements(
        PaymentAttempt, PaymentAttempt.received, PaymentAttempt.fee, PaymentAttempt.created_at, method
    ).where(PaymentAttempt.state == AttemptState.PAID)
    refunds = _movements(
        Refund,
        sa.case((Refund.state.in_(SENT), -Refund.amount), else_=0),
        sa.cast(sa.null(), sa.BigInteger),
        Refund.created_at,
        method,
    ).where(~Refund.by_bank)
    disputes = _movements(Dispute, -Dispute.withdrawn, Dispute.fee, Dispute.opened_at, method)
    found = db.session.execute(sa.union_all(payments, refunds, disputes))
    return [OwnMovement(*row) for row in found]


def _movements(
    of: type[PaymentAttempt | Refund | Dispute],
    amount: Column[int],
    fee: Column[Any],
    began_at: Column[datetime],
    method: PaymentMethod,
) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            of.provider_ref, Payment.reference, amount.label("amount"), fee.label("fee"), began_at.label("began_at")
        )
        .join(Payment, Payment.id == of.payment_id)
        .where(Payment.method == method, of.provider_ref.is_not(None))
    )
