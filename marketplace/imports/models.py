"""Sheets that were handed in, their rows, and how a shop's columns were matched last time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Word, one_of
from marketplace.imports.rules import ImportStatus, Verdict


class SheetImport(Base):
    """One file of one shop. `header_row` counts from 1 as the sheet does; `mapping` is column index to field.

    `total` is how many rows with something in them there are, known once the dry run has begun.
    """

    __tablename__ = "imports"
    __table_args__ = (one_of("status", ImportStatus), sa.Index("ix_imports_of_store", "store_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(sa.String(160))
    file_key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    status: Mapped[ImportStatus] = mapped_column(Word(ImportStatus), default=ImportStatus.MAPPING)
    sheet: Mapped[str] = mapped_column(sa.String(160), default="")
    sheets: Mapped[list[str]] = mapped_column(default=list)
    header_row: Mapped[int] = mapped_column(default=1)
    header: Mapped[list[str]] = mapped_column(default=list)
    samples: Mapped[list[str]] = mapped_column(default=list)
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    category_id: Mapped[int | None] = mapped_column(sa.ForeignKey("categories.id"))
    refused: Mapped[str] = mapped_column(sa.String(80), default="")
    total: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]


class ImportRow(Base):
    """A row with something in it: its cells as they were, and what is said of it. `is_done`: it has gone in."""

    __tablename__ = "import_rows"
    __table_args__ = (
        one_of("verdict", Verdict),
        sa.Index("ix_import_rows_open", "import_id", "is_done", "group_key", "number"),
        sa.Index("ix_import_rows_verdict", "import_id", "verdict", "number"),
    )

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("imports.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cells: Mapped[list[str]]
    verdict: Mapped[Verdict] = mapped_column(Word(Verdict))
    field: Mapped[str] = mapped_column(sa.String(40), default="")
    reason: Mapped[dict[str, Any]] = mapped_column(default=dict)
    group_key: Mapped[str] = mapped_column(sa.String(200), default="")
    is_done: Mapped[bool] = mapped_column(default=False)


class ImportColumn(Base):
    """What a column of this name meant in the shop's last sheet; '' when it was left out."""

    __tablename__ = "import_columns"

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"), primary_key=True)
    header: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    field: Mapped[str] = mapped_column(sa.String(40))
