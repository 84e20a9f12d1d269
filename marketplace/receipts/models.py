"""Receipts, version by version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, deferred, mapped_column

from marketplace.core.db import Base


class Receipt(Base):
    """One version of an order's receipt. `facts` are what it says, copied when it was issued and never changed since.

    The bytes are set once after that and kept with their SHA-256 (hex), so that a reprint is the same to the byte.
    They are set anew only when the buyer's name is taken out, because she closed her account.
    """

    __tablename__ = "receipts"
    __table_args__ = (
        sa.CheckConstraint("version > 0", name="version_positive"),
        sa.CheckConstraint("(pdf IS NULL) = (sha256 IS NULL)", name="bytes_with_their_sum"),
        sa.UniqueConstraint("order_id", "version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"))
    version: Mapped[int]
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    facts: Mapped[dict[str, Any]]
    issued_at: Mapped[datetime]
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    pdf: Mapped[bytes | None] = deferred(mapped_column(sa.LargeBinary))
