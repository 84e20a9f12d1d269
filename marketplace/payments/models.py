"""Payments, the tries to pay them, refunds, disputes, and what providers told us.

Which purchase a payment is for is said by `orders`, above. All sums are whole rupiah.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Word, one_of
from marketplace.payments.rules import (
    MOST_ROUNDING,
    AttemptState,
    DisputeState,
    NoticeState,
    PaymentMethod,
    PaymentState,
    RefundSource,
    RefundState,
    Trouble,
)

LIVE_ATTEMPT = sa.text("state IN ('created', 'open')")
EXPIRED = sa.text("state = 'expired'")
WITHOUT_FEE = sa.text("state = 'paid' AND fee IS NULL")
PENDING = sa.text("state = 'pending'")
OPEN_REFUND = sa.text("state IN ('requested', 'submitted', 'pending', 'unknown')")
OPEN_NOTICE = sa.text("state IN ('new', 'unmatched', 'failed')")


class Payment(Base):
    """What a buyer owes for one purchase: `amount` asked, `dropped` with orders that ended before it was paid.

    `received` is all that came in, `refunded` what goes or went back of it. Until `hold_until` the goods wait for an
    online payment; cash is paid at hand-over and has none.

    A payment by hand is `rounding` rupiah less than the amount, which the market bears: `unique_sum` is that sum while
    no other payment may have it. After `proof_at` (the buyer showed that she paid) the goods wait for an operator.
    """

    __tablename__ = "payments"
    __table_args__ = (
        one_of("method", PaymentMethod),
        one_of("state", PaymentState),
        sa.CheckConstraint("amount >= 0 AND received >= 0 AND dropped >= 0", name="sums_not_negative"),
        sa.CheckConstraint("amount > 0 OR method = 'cash'", name="only_cash_asks_nothing"),
        sa.CheckConstraint("dropped <= amount", name="not_more_dropped_than_asked"),
        sa.CheckConstraint("method <> 'cash' OR received + dropped <= amount", name="not_more_cash_than_asked"),
        sa.CheckConstraint("refunded >= 0 AND refunded <= received", name="refunded_of_received"),
        sa.CheckConstraint(
            f"rounding BETWEEN 0 AND {MOST_ROUNDING} AND (rounding = 0 OR rounding < amount)", name="rounding_in_bounds"
        ),
        sa.CheckConstraint("rounding = 0 OR method IN ('transfer', 'qris')", name="rounding_by_hand"),
        sa.CheckConstraint("unique_sum IS NULL OR unique_sum = amount - rounding", name="sum_is_exact"),
        sa.Index("ix_payments_pending", "hold_until", sqlite_where=PENDING, postgresql_where=PENDING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(36), unique=True)
    method: Mapped[PaymentMethod] = mapped_column(Word(PaymentMethod))
    state: Mapped[PaymentState] = mapped_column(Word(PaymentState))
    amount: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    dropped: Mapped[int] = mapped_column(default=0)
    refunded: Mapped[int] = mapped_column(default=0)
    rounding: Mapped[int] = mapped_column(default=0)
    unique_sum: Mapped[int | None] = mapped_column(unique=True)
    proof_at: Mapped[datetime | None]
    hold_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    @property
    def to_pay(self) -> int:
        """What the buyer is to pay in one sum (rupiah)."""
        return self.amount - self.rounding


class PaymentAttempt(Base):
    """One try to pay by a provider. A new one begins only when the one before can no longer be paid."""

    __tablename__ = "payment_attempts"
    __table_args__ = (
        one_of("state", AttemptState),
        one_of("trouble", Trouble),
        sa.CheckConstraint("amount > 0 AND received >= 0", name="sums_not_negative"),
        sa.CheckConstraint("refunded >= 0 AND refunded <= received", name="refunded_of_received"),
        sa.UniqueConstraint("payment_id", "number"),
        sa.Index(
            "ix_payment_attempts_live",
            "payment_id",
            unique=True,
            sqlite_where=LIVE_ATTEMPT,
            postgresql_where=LIVE_ATTEMPT,
        ),
        sa.Index("ix_payment_attempts_expired", "expires_at", sqlite_where=EXPIRED, postgresql_where=EXPIRED),
        sa.Index(
            "ix_payment_attempts_without_fee",
            "settled_at",
            sqlite_where=WITHOUT_FEE,
            postgresql_where=WITHOUT_FEE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("payments.id"))
    number: Mapped[int]
    state: Mapped[AttemptState] = mapped_column(Word(AttemptState))
    amount: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    refunded: Mapped[int] = mapped_column(default=0)
    session_ref: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    provider_ref: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    url: Mapped[str] = mapped_column(sa.Text, default="")
    trouble: Mapped[Trouble] = mapped_column(Word(Trouble), default=Trouble.NONE)
    last_error: Mapped[str] = mapped_column(sa.String(500), default="")
    fee: Mapped[int | None]
    fee_minor: Mapped[int | None]
    fee_currency: Mapped[str] = mapped_column(sa.String(3), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Refund(Base):
    """Money that goes back to a buyer. `number` is the try whose key the provider is told.

    One that failed waits for the operator until `handled_at`: it was asked for anew, or set aside. `by_bank`: no
    provider is asked; the market sends it to the buyer's own bank account.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        one_of("state", RefundState),
        one_of("source", RefundSource),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.Index("ix_refunds_open", "created_at", sqlite_where=OPEN_REFUND, postgresql_where=OPEN_REFUND),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(36), unique=True)
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("payments.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("payment_attempts.id"))
    amount: Mapped[int]
    state: Mapped[RefundState] = mapped_column(Word(RefundState))
    source: Mapped[RefundSource] = mapped_column(Word(RefundSource))
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    provider_ref: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    number: Mapped[int] = mapped_column(default=1)
    by_bank: Mapped[bool] = mapped_column(default=False)
    last_error: Mapped[str] = mapped_column(sa.String(500), default="")
    requested_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]


class Dispute(Base):
    """A buyer's bank asks money back. While it is open, `withdrawn` rupiah lie with the bank."""

    __tablename__ = "disputes"
    __table_args__ = (
        one_of("state", DisputeState),
        sa.CheckConstraint("amount > 0 AND withdrawn >= 0 AND fee >= 0", name="sums_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_ref: Mapped[str] = mapped_column(sa.String(120), unique=True)
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("payments.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("payment_attempts.id"))
    state: Mapped[DisputeState] = mapped_column(Word(DisputeState))
    amount: Mapped[int]
    withdrawn: Mapped[int] = mapped_column(default=0)
    fee: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class ProviderNotice(Base):
    """A verified notice, kept as it came before anything is done about it. Each is taken once."""

    __tablename__ = "provider_notices"
    __table_args__ = (
        one_of("method", PaymentMethod),
        one_of("state", NoticeState),
        sa.UniqueConstraint("method", "event_id"),
        sa.Index("ix_provider_notices_open", "received_at", sqlite_where=OPEN_NOTICE, postgresql_where=OPEN_NOTICE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    method: Mapped[PaymentMethod] = mapped_column(Word(PaymentMethod))
    event_id: Mapped[str] = mapped_column(sa.String(120))
    type: Mapped[str] = mapped_column(sa.String(120))
    reference: Mapped[str] = mapped_column(sa.String(120), default="", index=True)
    session_ref: Mapped[str] = mapped_column(sa.String(120), default="", index=True)
    provider_ref: Mapped[str] = mapped_column(sa.String(120), default="", index=True)
    body: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[NoticeState] = mapped_column(Word(NoticeState))
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(sa.String(500), default="")
    received_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
