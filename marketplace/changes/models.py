"""Changes of orders, and parcels. What is asked is written once; only the answer is added."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.changes.rules import ChangeState, Side
from marketplace.core.db import Base, Word, one_of

OPEN = sa.text("state = 'open'")


class OrderChange(Base):
    """A change that one side asks for and the other answers until `answer_by`. One is open for an order at a time.

    `goods_before` and `goods_after` are what the goods cost (rupiah). `clock_before` is until when the shop had to
    answer the order, where its clock stands still meanwhile. `note` and `ready_by` are None where they stay.
    """

    __tablename__ = "order_changes"
    __table_args__ = (
        one_of("side", Side),
        one_of("state", ChangeState),
        sa.CheckConstraint("goods_after >= 0 AND goods_after <= goods_before", name="never_costs_more"),
        sa.CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled_has_its_time"),
        sa.CheckConstraint("answer_by > made_at", name="ends_after_it_begins"),
        sa.Index("ix_order_changes_open", "order_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        sa.Index("ix_order_changes_due", "answer_by", sqlite_where=OPEN, postgresql_where=OPEN),
        sa.Index("ix_order_changes_order_id", "order_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"))
    side: Mapped[Side] = mapped_column(Word(Side))
    state: Mapped[ChangeState] = mapped_column(Word(ChangeState), default=ChangeState.OPEN)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    goods_before: Mapped[int]
    goods_after: Mapped[int]
    ready_by: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(sa.String(300))
    made_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    clock_before: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))


class OrderLineChange(Base):
    """One line of a change: what it was, what it becomes, and what comes instead (rupiah, grams). Append-only.

    The substitute is written down as it was called and priced when it was offered: what the buyer agrees to.
    """

    __tablename__ = "order_line_changes"
    __table_args__ = (
        sa.CheckConstraint("quantity >= 0 AND quantity <= before_quantity", name="never_more_pieces"),
        sa.CheckConstraint("unit_price > 0 AND unit_price <= before_price", name="never_dearer"),
        sa.CheckConstraint(
            "(variant_id IS NULL AND instead_quantity = 0) OR (variant_id IS NOT NULL AND instead_quantity > 0 "
            "AND instead_quantity <= before_quantity - quantity AND instead_price > 0 "
            "AND instead_price <= before_price)",
            name="substitute_in_bounds",
        ),
    )

    change_id: Mapped[int] = mapped_column(sa.ForeignKey("order_changes.id"), primary_key=True)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("order_lines.id"), primary_key=True)
    before_quantity: Mapped[int]
    before_price: Mapped[int]
    quantity: Mapped[int]
    unit_price: Mapped[int]
    variant_id: Mapped[int | None] = mapped_column(sa.ForeignKey("variants.id"))
    instead_quantity: Mapped[int] = mapped_column(default=0)
    instead_price: Mapped[int] = mapped_column(default=0)
    product_name: Mapped[str] = mapped_column(sa.String(140), default="")
    variant_name: Mapped[str] = mapped_column(sa.String(130), default="")
    picture_key: Mapped[str] = mapped_column(sa.String(40), default="")
    is_not_halal: Mapped[bool] = mapped_column(default=False)
    weight: Mapped[int] = mapped_column(default=0)
    allergens: Mapped[list[str]] = mapped_column(default=list)


class Parcel(Base):
    """A part of an order that is sent, or handed out, on its own. `number` counts within the order, from 1."""

    __tablename__ = "order_parcels"
    __table_args__ = (
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint("arrived_at IS NULL OR arrived_at >= sent_at", name="arrives_after_it_is_sent"),
        sa.UniqueConstraint("order_id", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"))
    number: Mapped[int]
    tracking_number: Mapped[str] = mapped_column(sa.String(40), default="")
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    sent_at: Mapped[datetime]
    arrived_at: Mapped[datetime | None]


class ParcelLine(Base):
    """So many pieces of a line in a parcel. Append-only."""

    __tablename__ = "order_parcel_lines"
    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity_positive"),)

    parcel_id: Mapped[int] = mapped_column(sa.ForeignKey("order_parcels.id"), primary_key=True)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("order_lines.id"), primary_key=True, index=True)
    quantity: Mapped[int]
