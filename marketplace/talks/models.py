"""Messages inside an order. What was written stays as it was written: the database refuses to change it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Word, one_of
from marketplace.talks.rules import LONGEST_REASON, LONGEST_TEXT, Side


class OrderMessage(Base):
    """One message. `side` wrote it; `person_id` is nobody's for a guest. Append-only.

    `form_key` is the page's that it was sent from: sent twice, it is written once.
    """

    __tablename__ = "order_messages"
    __table_args__ = (
        one_of("side", Side),
        sa.UniqueConstraint("order_id", "side", "form_key"),
        sa.CheckConstraint(f"length(text) <= {LONGEST_TEXT}", name="text_length"),
        sa.Index("ix_order_messages_order_id", "order_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"))
    side: Mapped[Side] = mapped_column(Word(Side))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), index=True)
    is_helped: Mapped[bool] = mapped_column(default=False)
    form_key: Mapped[str] = mapped_column(sa.String(43))
    text: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime]


class MessagePicture(Base):
    """A picture of a message: a private file, shown to the two sides only."""

    __tablename__ = "order_message_pictures"
    __table_args__ = (sa.CheckConstraint("position BETWEEN 1 AND 3", name="position_in_bounds"),)

    message_id: Mapped[int] = mapped_column(sa.ForeignKey("order_messages.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media_files.id"), unique=True)


class ThreadSide(Base):
    """How far one side of an order's talk has come: ids of messages written to it, the last (`inbox_id`), the last that
    it has seen, the last that a letter told it of, and when that letter was written.
    """

    __tablename__ = "order_thread_sides"
    __table_args__ = (
        one_of("side", Side),
        sa.UniqueConstraint("order_id", "side"),
        sa.Index(
            "ix_order_thread_sides_unread",
            "store_id",
            "side",
            sqlite_where=sa.text("inbox_id > seen_id"),
            postgresql_where=sa.text("inbox_id > seen_id"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"))
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"))
    side: Mapped[Side] = mapped_column(Word(Side))
    inbox_id: Mapped[int] = mapped_column(default=0)
    seen_id: Mapped[int] = mapped_column(default=0)
    told_id: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]


class MessageReport(Base):
    """One side asks the operator to look at a message of the other. Closed when an operator has."""

    __tablename__ = "order_message_reports"
    __table_args__ = (sa.Index("ix_order_message_reports_closed_at", "closed_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("order_messages.id"), unique=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(sa.String(LONGEST_REASON))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    note: Mapped[str] = mapped_column(sa.String(LONGEST_REASON), default="")
