"""Finding payments, and what belongs to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from marketplace.core.db import db
from marketplace.payments.models import Dispute, Payment, PaymentAttempt, ProviderNotice, Refund
from marketplace.payments.rules import (
    ATTEMPT_LIVE,
    TELLS_FEES,
    AttemptState,
    DisputeState,
    NoticeState,
    PaymentMethod,
    PaymentState,
    RefundState,
)

NOT_WON = Dispute.state != DisputeState.WON


def payment_by_reference(reference: str) -> Payment | None:
    """The payment with a reference."""
    return db.session.scalar(sa.select(Payment).where(Payment.reference == reference))


def live_attempt(payment_id: int) -> PaymentAttempt | None:
    """The try that may still be paid: at most one, by a unique index."""
    query = sa.select(PaymentAttempt).where(
        PaymentAttempt.payment_id == payment_id, PaymentAttempt.state.in_(ATTEMPT_LIVE)
    )
    return db.session.scalar(query)


def attempts_of(payment_id: int) -> list[PaymentAttempt]:
    """All tries of a payment, the first first."""
    query = sa.select(PaymentAttempt).where(PaymentAttempt.payment_id == payment_id)
    return list(db.session.scalars(query.order_by(PaymentAttempt.number)))


def paid_attempt(payment_id: int) -> PaymentAttempt | None:
    """The try that paid a payment: the first that brought money, for what came later belongs to the buyer.

    None for cash, which is paid order by order.
    """
    query = (
        sa.select(PaymentAttempt)
        .join(Payment, Payment.id == PaymentAttempt.payment_id)
        .where(PaymentAttempt.payment_id == payment_id, PaymentAttempt.state == AttemptState.PAID)
        .where(Payment.method != PaymentMethod.CASH)
    )
    return db.session.scalars(query.order_by(PaymentAttempt.settled_at, PaymentAttempt.id).limit(1)).first()


def refunds_of(payment_id: int) -> list[Refund]:
    """All refunds of a payment, the first first."""
    return list(db.session.scalars(sa.select(Refund).where(Refund.payment_id == payment_id).order_by(Refund.id)))


def disputes_of(payment_id: int) -> list[Dispute]:
    """All disputes about a payment, the first first."""
    return list(db.session.scalars(sa.select(Dispute).where(Dispute.payment_id == payment_id).order_by(Dispute.id)))


def disputed(attempt_id: int) -> int:
    """Rupiah of a try that the buyer's bank asks back or has taken: its disputes that were not won."""
    query = sa.select(sa.func.coalesce(sa.func.sum(Dispute.amount), 0))
    return int(db.session.scalar(query.where(Dispute.attempt_id == attempt_id, NOT_WON)) or 0)


def with_bank() -> sa.ColumnElement[bool]:
    """Of a promised refund: does the buyer's bank deal with more than is left of its try, so that it would go twice?

    No provider would send it; the market's own bank account would.
    """
    asked = sa.select(sa.func.coalesce(sa.func.sum(Dispute.amount), 0)).where(NOT_WON)
    left = sa.select(PaymentAttempt.received - PaymentAttempt.refunded).where(PaymentAttempt.id == Refund.attempt_id)
    there = asked.where(Dispute.attempt_id == Refund.attempt_id).correlate(Refund).scalar_subquery()
    return left.correlate(Refund).scalar_subquery() < there


def is_with_bank(refund_id: int) -> bool:
    """The same of one refund. One statement."""
    return db.session.scalar(sa.select(Refund.id).where(Refund.id == refund_id, with_bank())) is not None


def notices_of(reference: str, provider_refs: Iterable[str], limit: int = 100) -> list[ProviderNotice]:
    """What providers told us of a payment, by our reference or by what they call it and its pages, the first first."""
    refs = sorted(set(provider_refs))
    about = sa.or_(
        ProviderNotice.reference == reference,
        ProviderNotice.session_ref.in_(refs),
        ProviderNotice.provider_ref.in_(refs),
    )
    query = sa.select(ProviderNotice).where(about).options(orm.defer(ProviderNotice.body))
    return list(db.session.scalars(query.order_by(ProviderNotice.id).limit(limit)))


def holds_over(at: datetime, limit: int = 200) -> list[int]:
    """The ids of payments that are still unpaid though their hold is over, the longest overdue first.

    Those with a proof wait for the operator.
    """
    is_over = sa.and_(Payment.hold_until <= at, Payment.proof_at.is_(None))
    query = sa.select(Payment.id).where(Payment.state == PaymentState.PENDING, is_over)
    return list(db.session.scalars(query.order_by(Payment.hold_until, Payment.id).limit(limit)))


def waiting_online(before: datetime, limit: int = 200) -> list[int]:
    """The ids of unpaid payments with a try that began before then: an answer of the provider may have been lost."""
    query = (
        sa.select(Payment.id)
        .join(PaymentAttempt, PaymentAttempt.payment_id == Payment.id)
        .where(Payment.state == PaymentState.PENDING, Payment.hold_until.is_not(None))
        .where(PaymentAttempt.state.in_(ATTEMPT_LIVE), PaymentAttempt.created_at <= before)
    )
    return list(db.session.scalars(query.order_by(Payment.hold_until, Payment.id).limit(limit)))


def ended_early(after: datetime, limit: int = 200) -> list[int]:
    """The ids of payments with a try that we gave up and whose page may be open after that time.

    Midtrans cannot close a page on which nothing was chosen; a notice of what is paid there may be lost.
    """
    query = (
        sa.select(PaymentAttempt.payment_id)
        .where(PaymentAttempt.state == AttemptState.EXPIRED, PaymentAttempt.expires_at > after)
        .group_by(PaymentAttempt.payment_id)
        .order_by(sa.func.min(PaymentAttempt.expires_at), PaymentAttempt.payment_id)
    )
    return list(db.session.scalars(query.limit(limit)))


def without_fee(since: datetime, before: datetime, limit: int = 200) -> list[int]:
    """The ids of payments of that time whose provider has not said yet what it took."""
    query = (
        sa.select(PaymentAttempt.payment_id)
        .join(Payment, Payment.id == PaymentAttempt.payment_id)
        .where(PaymentAttempt.state == AttemptState.PAID, PaymentAttempt.fee.is_(None), Payment.method.in_(TELLS_FEES))
        .where(PaymentAttempt.settled_at >= since, PaymentAttempt.settled_at <= before)
    )
    return list(db.session.scalars(query.order_by(PaymentAttempt.settled_at, PaymentAttempt.id).limit(limit)))


def refunds_under_way(before: datetime, limit: int = 200) -> list[int]:
    """The ids of payments with a refund that the provider took before then, and of whose arrival we have not heard."""
    query = (
        sa.select(Refund.payment_id)
        .where(Refund.state == RefundState.PENDING, Refund.created_at <= before)
        .group_by(Refund.payment_id)
        .order_by(sa.func.min(Refund.created_at), Refund.payment_id)
    )
    return list(db.session.scalars(query.limit(limit)))


def unsent_refunds(before: datetime, limit: int = 200) -> list[int]:
    """The ids of refunds written down before then that the provider may not have heard of."""
    states = (RefundState.REQUESTED, RefundState.SUBMITTED, RefundState.UNKNOWN)
    query = sa.select(Refund.id).where(Refund.state.in_(states), Refund.created_at <= before, ~Refund.by_bank)
    return list(db.session.scalars(query.order_by(Refund.created_at, Refund.id).limit(limit)))


def unfollowed_notices(since: datetime, before: datetime, limit: int = 200) -> list[int]:
    """The ids of notices of that time that did not lead to a booking."""
    query = sa.select(ProviderNotice.id).where(
        ProviderNotice.state.in_((NoticeState.NEW, NoticeState.UNMATCHED, NoticeState.FAILED)),
        ProviderNotice.received_at >= since,
        ProviderNotice.received_at <= before,
    )
    return list(db.session.scalars(query.order_by(ProviderNotice.id).limit(limit)))


def payment_of_notice(notice: ProviderNotice) -> int | None:
    """The payment that a notice is about: by session, by what the provider calls the payment, by our reference."""
    for column, value in (
        (PaymentAttempt.session_ref, notice.session_ref),
        (PaymentAttempt.provider_ref, notice.provider_ref),
    ):
        found = db.session.scalar(sa.select(PaymentAttempt.payment_id).where(column == value)) if value else None
        if found is not None:
            return found
    if not notice.reference:
        return None
    return db.session.scalar(sa.select(Payment.id).where(Payment.reference == notice.reference))


def knows_provider_ref(provider_ref: str) -> bool:
    """Is this payment, by what the provider calls it, one of our tries?"""
    query = sa.select(PaymentAttempt.id).where(PaymentAttempt.provider_ref == provider_ref)
    return db.session.scalar(query) is not None
