"""Carts: a person's, or a guest's by the hash of a token in the session cookie."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base


class Cart(Base):
    """What somebody wants to buy. It promises nothing: stock is held when the purchase is placed."""

    __tablename__ = "carts"
    __table_args__ = (sa.CheckConstraint("(person_id IS NULL) <> (token_hash IS NULL)", name="one_owner"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), unique=True)
    token_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    updated_at: Mapped[datetime] = mapped_column(index=True)


class CartLine(Base):
    """A variant in a cart. `seen_price` is the price (rupiah) at which the buyer last put or set it."""

    __tablename__ = "cart_lines"
    __table_args__ = (sa.CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity_sane"),)

    cart_id: Mapped[int] = mapped_column(sa.ForeignKey("carts.id", ondelete="CASCADE"), primary_key=True)
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("variants.id"), primary_key=True, index=True)
    quantity: Mapped[int]
    seen_price: Mapped[int]
    added_at: Mapped[datetime]
