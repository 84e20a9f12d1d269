"""Changes of many goods at once: what was previewed, what was done, what was undone."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.catalog.rules.keeping import BulkField, ChangeState
from marketplace.core.db import Base, Word, one_of


class BulkEdit(Base):
    """One act on many rows of somebody's shops. Planned first; `applied_at` and `undone_at` say what became of it."""

    __tablename__ = "bulk_edits"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class BulkChange(Base):
    """One row's change. `variant_id` is empty for a product's status; a status is an index of `STATUS_CODES`."""

    __tablename__ = "bulk_changes"
    __table_args__ = (
        one_of("field", BulkField),
        one_of("state", ChangeState),
        sa.Index("ix_bulk_changes_edit", "edit_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edit_id: Mapped[int] = mapped_column(sa.ForeignKey("bulk_edits.id"))
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("products.id"))
    variant_id: Mapped[int | None] = mapped_column(sa.ForeignKey("variants.id"))
    field: Mapped[BulkField] = mapped_column(Word(BulkField))
    label: Mapped[str] = mapped_column(sa.String(280))
    before: Mapped[int]
    after: Mapped[int]
    state: Mapped[ChangeState] = mapped_column(Word(ChangeState))
    reason: Mapped[str] = mapped_column(sa.String(80), default="")
