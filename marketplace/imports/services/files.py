"""Files that were handed in: looked at and stored outside a transaction, noted inside one, forgotten after a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO

import sqlalchemy as sa

from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound
from marketplace.imports.adapters import reading
from marketplace.imports.models import ImportRow, SheetImport
from marketplace.imports.policies import can_import
from marketplace.imports.rules import KEEP_DAYS, MOST_BYTES, BadSheet, find_header, guess
from marketplace.media import services as media

SAMPLES = 5
LOOK_AT = 40
ENDING = "sheet"


@dataclass(frozen=True)
class Peek:
    """The beginning of a sheet: where its header is (from 1), and a few rows below it."""

    sheet: str
    header_row: int
    header: list[str]
    samples: list[list[str]]
    mapping: dict[str, str]


@dataclass(frozen=True)
class Prepared:
    """A file that lies in the store, and what it begins with."""

    key: str
    name: str
    sheets: list[str]
    first: Peek


def prepare(stream: BinaryIO, name: str, remembered: Mapping[str, str]) -> Prepared:
    """Look at a file and store it. Outside a transaction. Raises Invalid (field file) for what is not taken."""
    content = stream.read(MOST_BYTES + 1)
    try:
        sheets = reading.sheet_names(content)
        first = _first_filled(content, sheets, remembered)
    except BadSheet as trouble:
        raise Invalid(trouble.message_id, field="file", **trouble.values) from trouble
    key = media.store_file(content, ENDING)
    return Prepared(key, name[-160:], sheets, first)


def _first_filled(content: bytes, sheets: list[str], remembered: Mapping[str, str]) -> Peek:
    for sheet in sheets:
        found = peek_into(content, sheet, remembered)
        if found is not None:
            return found
    raise BadSheet("imports.empty")


def rows_of(content: bytes) -> list[tuple[int, list[str]]]:
    """All rows of the first sheet that holds something, with their numbers. Raises Invalid (field file)."""
    try:
        for sheet in reading.sheet_names(content):
            found = list(reading.rows(content, sheet))
            if found:
                return found
    except BadSheet as trouble:
        raise Invalid(trouble.message_id, field="file", **trouble.values) from trouble
    raise Invalid("imports.empty", field="file")


def peek(key: str, sheet: str, remembered: Mapping[str, str], header_row: int = 0) -> Peek:
    """The beginning of another sheet of a stored file, or below another header. Raises Invalid, NotFound."""
    try:
        found = peek_into(read(key), sheet, remembered, header_row)
    except BadSheet as trouble:
        raise Invalid(trouble.message_id, field="sheet", **trouble.values) from trouble
    if found is None:
        raise Invalid("imports.empty", field="sheet")
    return found


def peek_into(content: bytes, sheet: str, remembered: Mapping[str, str], header_row: int = 0) -> Peek | None:
    """The beginning of a sheet; None for an empty one. Raises BadSheet."""
    head: list[tuple[int, list[str]]] = []
    for number, cells in reading.rows(content, sheet):
        head.append((number, cells))
        if len(head) >= LOOK_AT:
            break
    if not head:
        return None
    lines = [row for _, row in head]
    named = next((index for index, (number, _) in enumerate(head) if number == header_row), None)
    at = find_header(lines) if named is None else named
    samples = [[cell[:80] for cell in row] for row in lines[at + 1 :]]
    width = max([len(lines[at]), *(len(row) for row in samples)])
    header = [cell[:120] for cell in lines[at]] + [""] * (width - len(lines[at]))
    return Peek(sheet, head[at][0], header, samples[:SAMPLES], guess(header, samples, remembered))


def read(key: str) -> bytes:
    """The bytes of a stored file. Raises NotFound once it was swept."""
    try:
        return media.stored_file(key, ENDING)
    except FileNotFoundError as error:
        raise NotFound("imports.not_found") from error


def keep(actor: Actor, store_id: int, prepared: Prepared) -> SheetImport:
    """Note the file as an import of the shop. Raises NotFound for a shop where the actor may not."""
    if not can_import(actor, store_id) or actor.person_id is None:
        raise NotFound("imports.not_found")
    made = SheetImport(
        store_id=store_id,
        person_id=actor.person_id,
        name=prepared.name,
        file_key=prepared.key,
        sheets=prepared.sheets,
        created_at=now(),
    )
    set_peek(made, prepared.first)
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "imports.uploaded", "import", made.id, store_id=store_id)
    return made


def set_peek(row: SheetImport, found: Peek) -> None:
    """Let the import begin at this sheet and header."""
    row.sheet, row.header_row = found.sheet, found.header_row
    row.header, row.samples, row.mapping = found.header, list[Any](found.samples), dict(found.mapping)


def sweep() -> list[str]:
    """Forget imports older than `KEEP_DAYS`. Returns the keys of the files to forget once committed."""
    old = now() - timedelta(days=KEEP_DAYS)
    found = {
        row.id: row.file_key for row in db.session.scalars(sa.select(SheetImport).where(SheetImport.created_at < old))
    }
    db.session.execute(sa.delete(ImportRow).where(ImportRow.import_id.in_(found)))
    db.session.execute(sa.delete(SheetImport).where(SheetImport.id.in_(found)))
    return list(found.values())


def forget(key: str) -> None:
    """Delete a swept file. Outside a transaction."""
    media.forget_file(key, ENDING)
