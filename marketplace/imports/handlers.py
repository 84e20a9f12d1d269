"""The worker's part of an import: rows are looked at and taken in by chunks, each in its own transaction.

A worker may be killed between or inside chunks and another may begin meanwhile: what was committed stays and is not
done again, because each chunk locks the import and goes on where its rows stand.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import sqlalchemy as sa

from marketplace.accounts.queries import actor_of
from marketplace.core import audit, outbox
from marketplace.core.clock import now
from marketplace.core.db import db, transaction
from marketplace.core.errors import NotFound
from marketplace.core.locks import lock_one
from marketplace.imports import services
from marketplace.imports.adapters import reading
from marketplace.imports.events import ImportMoved
from marketplace.imports.models import ImportRow, SheetImport
from marketplace.imports.policies import can_import
from marketplace.imports.rules import BadSheet, Field, ImportStatus, Parsed, parse

CHECK_AT_ONCE = 500
TURN_SECONDS = 25
"""Less than the outbox leases a row for: a long import takes several turns."""
Read = list[tuple[Parsed, list[str]]]


def go_on(event: ImportMoved) -> None:
    """Do what an import waits for. Safe to repeat."""
    row = db.session.get(SheetImport, event.import_id)
    status = row.status if row else None
    db.session.rollback()
    if status is ImportStatus.CHECKING:
        _check(event.import_id)
    elif status is ImportStatus.APPLYING:
        _apply(event.import_id)


def forget_old() -> None:
    """Drop what was handed in a month ago, rows and file."""
    with transaction():
        keys = services.sweep()
    for key in keys:
        services.forget(key)


# --- the dry run -----------------------------------------------------------


def _check(import_id: int) -> None:
    row = db.session.get_one(SheetImport, import_id)
    key, sheet, header_row, mapping = row.file_key, row.sheet, row.header_row, dict(row.mapping)
    db.session.rollback()
    try:
        found = list(_read(services.read(key), sheet, header_row, mapping))
    except (BadSheet, NotFound) as trouble:
        _refuse(import_id, trouble.message_id)
        return
    seen = services.Seen(clashes=services.clashes(found))
    start = 0
    while _check_chunk(import_id, found, start, seen):
        start += CHECK_AT_ONCE


def _read(content: bytes, sheet: str, header_row: int, mapping: dict[str, str]) -> Iterator[tuple[Parsed, list[str]]]:
    above = ""
    for number, cells in reading.rows(content, sheet):
        if number <= header_row:
            continue
        one = parse(number, cells, mapping, above)
        above = one.words.get(Field.NAME, above)
        yield one, cells


def _check_chunk(import_id: int, found: Read, start: int, seen: services.Seen) -> bool:
    """Look at the chunk that begins at `start`, unless that was done before. Returns whether there is more."""
    chunk = found[start : start + CHECK_AT_ONCE]
    with transaction():
        row = lock_one(SheetImport, import_id)
        if row.status is not ImportStatus.CHECKING:
            return False
        row.total = len(found)
        newest = sa.select(sa.func.max(ImportRow.number)).where(ImportRow.import_id == import_id)
        done = db.session.scalar(newest) or 0
        if chunk and chunk[-1][0].number > done:
            services.check_some(row, chunk, seen)
        elif chunk:
            services.note_seen(row, chunk, seen)
        if start + CHECK_AT_ONCE >= len(found):
            row.status = ImportStatus.CHECKED if found else ImportStatus.REFUSED
            row.refused = "" if found else "imports.empty"
            return False
    return True


def _refuse(import_id: int, message_id: str) -> None:
    with transaction():
        row = lock_one(SheetImport, import_id)
        row.status, row.refused = ImportStatus.REFUSED, message_id


# --- taking in -------------------------------------------------------------


def _apply(import_id: int) -> None:
    end = time.monotonic() + TURN_SECONDS
    while time.monotonic() < end:
        if not apply_chunk(import_id):
            return
    with transaction():
        outbox.emit(ImportMoved(import_id))


def apply_chunk(import_id: int) -> bool:
    """Take the next rows in. Returns whether there may be more."""
    with transaction():
        row = lock_one(SheetImport, import_id)
        if row.status is not ImportStatus.APPLYING:
            return False
        actor = actor_of(row.person_id)
        if actor is None or not can_import(actor, row.store_id):
            row.status, row.refused = ImportStatus.REFUSED, "imports.not_allowed"
            return False
        if services.apply_some(actor, row):
            return True
        row.status, row.finished_at = ImportStatus.DONE, now()
        audit.record(actor, "imports.finished", "import", import_id)
        return False
