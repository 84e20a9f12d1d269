"""Where an import stands, and what is said of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.core.paging import Page, fetch
from marketplace.imports.models import ImportColumn, ImportRow, SheetImport
from marketplace.imports.rules import ImportStatus, Verdict

PAGE_SIZE = 50
RECENT = 20


@dataclass(frozen=True)
class ImportView:
    """An import with its counts: rows by verdict, and how many have gone in."""

    id: int
    store_id: int
    name: str
    file_key: str
    status: ImportStatus
    sheet: str
    sheets: tuple[str, ...]
    header_row: int
    header: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    mapping: Mapping[str, str]
    category_id: int | None
    refused: str
    total: int
    created_at: datetime
    counts: Mapping[Verdict, int]
    done: int
    waiting: int

    @property
    def checked(self) -> int:
        return sum(self.counts.values())

    @property
    def good(self) -> int:
        """How many rows would change something."""
        return self.counts[Verdict.NEW] + self.counts[Verdict.CHANGED]

    @property
    def is_busy(self) -> bool:
        return self.status in (ImportStatus.CHECKING, ImportStatus.APPLYING)


@dataclass(frozen=True)
class RowView:
    """One row as the seller sees it."""

    number: int
    cells: tuple[str, ...]
    verdict: Verdict
    field: str
    reason: Mapping[str, Any]
    is_done: bool


def import_view(import_id: int, store_ids: Sequence[int]) -> ImportView:
    """An import of one of these shops. Two statements. Raises NotFound."""
    found = db.session.execute(
        sa.select(SheetImport.__table__).where(SheetImport.id == import_id, SheetImport.store_id.in_(store_ids))
    ).one_or_none()
    if found is None:
        raise NotFound("imports.not_found")
    query = sa.select(ImportRow.verdict, ImportRow.is_done, sa.func.count()).where(ImportRow.import_id == import_id)
    counts, done, waiting = dict.fromkeys(Verdict, 0), 0, 0
    for verdict, is_done, number in db.session.execute(query.group_by(ImportRow.verdict, ImportRow.is_done)):
        counts[verdict] += number
        if verdict in (Verdict.NEW, Verdict.CHANGED):
            done, waiting = (done + number, waiting) if is_done else (done, waiting + number)
    return ImportView(
        id=found.id,
        store_id=found.store_id,
        name=found.name,
        file_key=found.file_key,
        status=found.status,
        sheet=found.sheet,
        sheets=tuple(found.sheets),
        header_row=found.header_row,
        header=tuple(found.header),
        samples=tuple(tuple(row) for row in found.samples),
        mapping=found.mapping,
        category_id=found.category_id,
        refused=found.refused,
        total=found.total,
        created_at=found.created_at,
        counts=counts,
        done=done,
        waiting=waiting,
    )


def recent(store_ids: Sequence[int]) -> list[SheetImport]:
    """The newest imports of shops."""
    query = sa.select(SheetImport).where(SheetImport.store_id.in_(store_ids))
    return list(db.session.scalars(query.order_by(SheetImport.id.desc()).limit(RECENT)))


def remembered(store_id: int) -> dict[str, str]:
    """What the columns of the shop's last sheets meant, by folded name."""
    query = sa.select(ImportColumn.header, ImportColumn.field).where(ImportColumn.store_id == store_id)
    return {row.header: row.field for row in db.session.execute(query)}


def row_page(import_id: int, verdict: Verdict | None, cursor: str | None) -> Page[RowView]:
    """The rows of an import in the sheet's order, of one verdict or all."""
    table = ImportRow.__table__
    query = sa.select(ImportRow.number, ImportRow.cells, ImportRow.verdict, ImportRow.field, ImportRow.reason)
    query = query.add_columns(ImportRow.is_done).where(ImportRow.import_id == import_id)
    if verdict is not None:
        query = query.where(ImportRow.verdict == verdict)
    return fetch(query, [table.c.number], cursor=cursor, limit=PAGE_SIZE).map(_row)


def marked_rows(import_id: int) -> list[RowView]:
    """All rows that cannot go in."""
    query = sa.select(
        ImportRow.number, ImportRow.cells, ImportRow.verdict, ImportRow.field, ImportRow.reason, ImportRow.is_done
    ).where(ImportRow.import_id == import_id, ImportRow.verdict == Verdict.BAD)
    return [_row(row) for row in db.session.execute(query.order_by(ImportRow.number))]


def _row(row: sa.Row[Any]) -> RowView:
    return RowView(row.number, tuple(row.cells), row.verdict, row.field, row.reason, row.is_done)
