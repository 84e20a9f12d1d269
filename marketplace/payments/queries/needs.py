"""What needs a person: money that is stuck, and that no routine will set right by itself.

The operator's page and the reconciliation ask the same questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.core.db import db
from marketplace.payments.models import Dispute, Payment, PaymentAttempt, ProviderNotice, Refund
from marketplace.payments.rules import (
    REFUND_OPEN,
    AttemptState,
    DisputeState,
    Need,
    NoticeState,
    PaymentState,
    RefundState,
)

HOLD_GRACE = timedelta(minutes=5)
"""A hold is ended by a routine of every minute: one that is over for longer could not be ended."""
START_GRACE = timedelta(minutes=5)
REFUND_GRACE = timedelta(hours=1)
NOTICE_GRACE = timedelta(minutes=10)
UNFOLLOWED = (NoticeState.NEW, NoticeState.UNMATCHED, NoticeState.FAILED)

Part = sa.Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class NeedRow:
    """One thing that needs a person. `thing` names it within the payment: a try's number, a refund, a dispute."""

    need: Need
    payment_id: int | None
    reference: str
    """The payment's; empty for a notice that names none of ours."""
    thing: str
    thing_id: int
    amount: int
    since: datetime
    note: str
    """What went wrong, in the provider's words, where it said so."""


def need_counts(at: datetime) -> dict[Need, int]:
    """How much needs a person at that time, by kind. One statement."""
    parts = _parts(at)
    counts = [sa.select(sa.func.count()).select_from(part.subquery()).scalar_subquery() for part in parts.values()]
    row = db.session.execute(sa.select(*counts)).one()
    return {need: int(count) for need, count in zip(parts, row, strict=True)}


def needs(at: datetime, limit: int = 20) -> list[NeedRow]:
    """What needs a person at that time: of each kind the `limit` that wait longest. One statement."""
    pieces = []
    for part in _parts(at).values():
        oldest = part.order_by(sa.literal_column("since"), sa.literal_column("thing_id")).limit(limit).subquery()
        pieces.append(sa.select(oldest))
    found = sa.union_all(*pieces).subquery()
    query = sa.select(found).order_by(found.c.since, found.c.thing_id)
    rows = [NeedRow(Need(row.need), *row[1:]) for row in db.session.execute(query)]
    return sorted(rows, key=lambda row: list(Need).index(row.need))


def _parts(at: datetime) -> dict[Need, Part]:
    """The question for each kind; all answer in the same columns."""
    return {
        Need.OVERDUE: _payments(Need.OVERDUE, Payment.hold_until).where(
            Payment.state == PaymentState.PENDING, Payment.hold_until <= at - HOLD_GRACE, Payment.proof_at.is_(None)
        ),
        Need.PROOF: _payments(Need.PROOF, Payment.proof_at).where(
            Payment.state == PaymentState.PENDING, Payment.hold_until <= at, Payment.proof_at.is_not(None)
        ),
        Need.UNANSWERED: _attempts(Need.UNANSWERED).where(
            PaymentAttempt.state == AttemptState.CREATED,
            sa.or_(PaymentAttempt.last_error != "", PaymentAttempt.created_at <= at - START_GRACE),
        ),
        Need.MISMATCH: _payments(Need.MISMATCH, Payment.settled_at).where(Payment.state == PaymentState.MISMATCH),
        Need.CREDIT: _attempts(Need.CREDIT).where(_is_left_credit()),
        Need.REFUND_FAILED: _refunds(Need.REFUND_FAILED).where(_is_unhandled_failure(Refund)),
        Need.REFUND_OPEN: _refunds(Need.REFUND_OPEN).where(
            sa.or_(
                Refund.state == RefundState.UNKNOWN,
                sa.and_(Refund.state.in_(REFUND_OPEN), Refund.created_at <= at - REFUND_GRACE, ~Refund.by_bank),
            )
        ),
        Need.DISPUTE: _disputes().where(Dispute.state == DisputeState.OPEN),
        Need.NOTICE: _notices().where(
            ProviderNotice.state.in_(UNFOLLOWED), ProviderNotice.received_at <= at - NOTICE_GRACE
        ),
    }


def _columns(
    need: Need, *, payment_id: Any, reference: Any, thing: Any, thing_id: Any, amount: Any, since: Any, note: Any
) -> Part:
    return sa.select(
        sa.literal(need.value).label("need"),
        payment_id.label("payment_id"),
        reference.label("reference"),
        thing.label("thing"),
        thing_id.label("thing_id"),
        amount.label("amount"),
        since.label("since"),
        note.label("note"),
    )


def _payments(need: Need, since: Any) -> Part:
    nothing = sa.literal("")
    return _columns(
        need,
        payment_id=Payment.id,
        reference=Payment.reference,
        thing=nothing,
        thing_id=Payment.id,
        amount=Payment.amount,
        since=since,
        note=nothing,
    )


def _attempts(need: Need) -> Part:
    amount = PaymentAttempt.received - PaymentAttempt.refunded if need is Need.CREDIT else PaymentAttempt.amount
    return _columns(
        need,
        payment_id=PaymentAttempt.payment_id,
        reference=Payment.reference,
        thing=sa.cast(PaymentAttempt.number, sa.String),
        thing_id=PaymentAttempt.id,
        amount=amount,
        since=PaymentAttempt.created_at,
        note=PaymentAttempt.last_error,
    ).join(Payment, Payment.id == PaymentAttempt.payment_id)


def _refunds(need: Need) -> Part:
    return _columns(
        need,
        payment_id=Refund.payment_id,
        reference=Payment.reference,
        thing=Refund.reference,
        thing_id=Refund.id,
        amount=Refund.amount,
        since=Refund.created_at,
        note=Refund.last_error,
    ).join(Payment, Payment.id == Refund.payment_id)


def _disputes() -> Part:
    return _columns(
        Need.DISPUTE,
        payment_id=Dispute.payment_id,
        reference=Payment.reference,
        thing=Dispute.provider_ref,
        thing_id=Dispute.id,
        amount=Dispute.amount,
        since=Dispute.opened_at,
        note=sa.literal(""),
    ).join(Payment, Payment.id == Dispute.payment_id)


def _notices() -> Part:
    return _columns(
        Need.NOTICE,
        payment_id=Payment.id,
        reference=sa.func.coalesce(Payment.reference, ""),
        thing=ProviderNotice.event_id,
        thing_id=ProviderNotice.id,
        amount=sa.literal(0),
        since=ProviderNotice.received_at,
        note=ProviderNotice.last_error,
    ).join(Payment, Payment.reference == ProviderNotice.reference, isouter=True)


def _is_unhandled_failure(refund: Any) -> sa.ColumnElement[bool]:
    return sa.and_(refund.state == RefundState.FAILED, refund.handled_at.is_(None))


def _is_left_credit() -> sa.ColumnElement[bool]:
    """A try that brought money after another had, which has not all gone back, and whose refund did not just fail."""
    several, first, failed = aliased(PaymentAttempt), aliased(PaymentAttempt), aliased(Refund)
    paid_twice = (
        sa.select(several.payment_id)
        .where(several.state == AttemptState.PAID)
        .group_by(several.payment_id)
        .having(sa.func.count() > 1)
    )
    was_first = sa.tuple_(first.settled_at, first.id) < sa.tuple_(PaymentAttempt.settled_at, PaymentAttempt.id)
    return sa.and_(
        PaymentAttempt.state == AttemptState.PAID,
        PaymentAttempt.refunded < PaymentAttempt.received,
        PaymentAttempt.payment_id.in_(paid_twice),
        sa.exists().where(first.payment_id == PaymentAttempt.payment_id, first.state == AttemptState.PAID, was_first),
        ~sa.exists().where(failed.attempt_id == PaymentAttempt.id, _is_unhandled_failure(failed)),
    )
