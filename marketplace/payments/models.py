"""Payments. Which purchase a payment is for is said by `orders`, above."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Word, one_of
from marketplace.payments.rules import PaymentMethod, PaymentState


class Payment(Base):
    """What a buyer owes for one purchase (rupiah): `amount` asked, `received` so far, `dropped` with ended orders."""

    __tablename__ = "payments"
    __table_args__ = (
        one_of("method", PaymentMethod),
        one_of("state", PaymentState),
        sa.CheckConstraint("amount > 0 AND received >= 0 AND dropped >= 0", name="sums_not_negative"),
        sa.CheckConstraint("received + dropped <= amount", name="not_more_than_asked"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(36), unique=True)
    method: Mapped[PaymentMethod] = mapped_column(Word(PaymentMethod))
    state: Mapped[PaymentState] = mapped_column(Word(PaymentState))
    amount: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    dropped: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
