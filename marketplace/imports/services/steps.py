"""What the seller decides about an import: the sheet, the columns, and that the good rows shall go in."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from marketplace.catalog.rules import fold
from marketplace.catalog.services import checks
from marketplace.core import audit, outbox
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.core.locks import lock_one
from marketplace.imports.events import ImportMoved
from marketplace.imports.models import ImportColumn, ImportRow, SheetImport
from marketplace.imports.policies import can_import
from marketplace.imports.rules import Field, ImportStatus, Verdict
from marketplace.imports.services.files import Peek, set_peek

OPEN = (ImportStatus.MAPPING, ImportStatus.CHECKED, ImportStatus.REFUSED)
"""Where the sheet and its columns may still be chosen."""


def own_import(actor: Actor, import_id: int) -> SheetImport:
    """The import, locked, of a shop where the actor may import. Raises NotFound."""
    row = lock_one(SheetImport, import_id)
    if not can_import(actor, row.store_id):
        raise NotFound("imports.not_found")
    return row


def choose_sheet(actor: Actor, import_id: int, found: Peek) -> None:
    """Begin at another sheet of the file, or below another row; what was said of its rows is forgotten.

    Raises NotFound; Stale (imports.moved_on) while the worker looks, and once anything went in.
    """
    row = own_import(actor, import_id)
    if row.status not in OPEN or found.sheet not in row.sheets:
        raise Stale("imports.moved_on")
    if row.status is not ImportStatus.MAPPING:
        row.status, row.refused, row.total = ImportStatus.MAPPING, "", 0
        db.session.execute(sa.delete(ImportRow).where(ImportRow.import_id == import_id))
    set_peek(row, found)


def choose_columns(actor: Actor, import_id: int, mapping: Mapping[str, str], category_id: int | None) -> None:
    """Say what each column means, remember it for the shop's next sheet, and begin the dry run.

    May be said anew after a dry run, before anything went in. Raises NotFound; Stale (imports.moved_on); Invalid:
    imports.column_twice, imports.column_needed, catalog.category_unknown.
    """
    row = own_import(actor, import_id)
    if row.status not in OPEN:
        raise Stale("imports.moved_on")
    chosen = {index: field for index, field in mapping.items() if field}
    if len(set(chosen.values())) < len(chosen):
        raise Invalid("imports.column_twice", field="columns")
    if not {Field.NAME.value, Field.SKU.value} & set(chosen.values()):
        raise Invalid("imports.column_needed", field="columns")
    if category_id is not None:
        checks.leaf(category_id)
    row.mapping, row.category_id = chosen, category_id
    row.status, row.refused, row.total = ImportStatus.CHECKING, "", 0
    db.session.execute(sa.delete(ImportRow).where(ImportRow.import_id == import_id))
    _remember(row, mapping)
    outbox.emit(ImportMoved(import_id))


def _remember(row: SheetImport, mapping: Mapping[str, str]) -> None:
    wanted = {fold(name)[:120]: mapping.get(str(index), "") for index, name in enumerate(row.header) if fold(name)}
    query = sa.select(ImportColumn).where(ImportColumn.store_id == row.store_id, ImportColumn.header.in_(wanted))
    for known in db.session.scalars(query):
        known.field = wanted.pop(known.header)
    db.session.add_all(
        ImportColumn(store_id=row.store_id, header=header, field=field) for header, field in wanted.items()
    )


def confirm(actor: Actor, import_id: int) -> None:
    """Let the good rows go in, in the background. Asking twice is once. Raises NotFound; Stale before the dry run."""
    row = own_import(actor, import_id)
    if row.status in (ImportStatus.APPLYING, ImportStatus.DONE):
        return
    if row.status is not ImportStatus.CHECKED:
        raise Stale("imports.moved_on")
    good = sa.select(sa.func.count()).where(
        ImportRow.import_id == import_id, ImportRow.verdict.in_([Verdict.NEW, Verdict.CHANGED])
    )
    if not db.session.scalar(good):
        raise Invalid("imports.nothing_good")
    row.status = ImportStatus.APPLYING
    audit.record(actor, "imports.confirmed", "import", import_id)
    outbox.emit(ImportMoved(import_id))
