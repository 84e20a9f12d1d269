"""The bank's statement: a file is stored and looked at, its columns are named, its lines are kept once.

Reading a file is slow and done outside of transactions (`prepare`, `parse`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy.dialects import postgresql, sqlite

from config import Config
from marketplace.bank.events import StatementStored
from marketplace.bank.models import BankLine, BankStatement
from marketplace.bank.policies import check_can_run
from marketplace.bank.queries import known_keys
from marketplace.bank.queries.statements import CHUNK
from marketplace.bank.rules import LineState
from marketplace.bank.rules import statement as rules
from marketplace.bank.rules.statement import Parsed, Role, StatementLine
from marketplace.core import audit, outbox
from marketplace.core.actor import Actor
from marketplace.core.clock import now, today
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.core.locks import lock_one
from marketplace.core.ports import port
from marketplace.imports import services as imports
from marketplace.imports.rules import MOST_BYTES
from marketplace.media import services as media

ENDING = "statement"
SAMPLES = 4
WIDEST = 24
LONGEST_NAME = 160
NO_ACCOUNT = "main"

Rows = Sequence[tuple[int, list[str]]]


@dataclass(frozen=True)
class Prepared:
    """A file that lies in the store, and what its columns seem to be."""

    key: str
    name: str
    header_row: int
    roles: Mapping[Role, int]


@dataclass(frozen=True)
class DryRun:
    """What a file holds with its columns as they are named now; nothing of it is kept yet."""

    header: list[str]
    samples: list[list[str]]
    parsed: Parsed
    known: frozenset[str]
    """The keys of lines that are kept already."""

    @property
    def new(self) -> list[StatementLine]:
        return [line for line in self.parsed.lines if line.key not in self.known]


def prepare(stream: BinaryIO, name: str) -> Prepared:
    """Look at a file and store it. Outside a transaction. Raises Invalid (field file) for what is no sheet."""
    content = stream.read(MOST_BYTES + 1)
    header_row, roles = rules.header_of(imports.rows_of(content))
    return Prepared(media.store_file(content, ENDING), name[-LONGEST_NAME:], header_row, roles)


def keep(actor: Actor, prepared: Prepared) -> BankStatement:
    """Note a file that was handed in. Raises NotAllowed."""
    check_can_run(actor)
    row = BankStatement(
        account=port(Config).bank_account or NO_ACCOUNT,
        name=prepared.name,
        file_key=prepared.key,
        header_row=prepared.header_row,
        roles={role.value: index for role, index in prepared.roles.items()},
        created_at=now(),
        created_by=actor.person_id,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "bank.statement_handed_in", "statement", row.id)
    return row


def choose_columns(actor: Actor, statement_id: int, header_row: int, roles: Mapping[Role, int]) -> None:
    """Say which column is what.

    Raises NotAllowed, NotFound; Stale when its lines are kept already; Invalid (field of the role) when one that is
    needed is missing, or two are the same.
    """
    check_can_run(actor)
    row = lock_one(BankStatement, statement_id)
    if row.stored_at is not None:
        raise Stale("bank.statement_stored")
    lacking = rules.missing(roles)
    if lacking is not None:
        raise Invalid("bank.column_missing", field=lacking.value)
    taken: dict[int, Role] = {}
    for role, index in roles.items():
        if not 0 <= index < WIDEST:
            raise Invalid("bank.column_missing", field=role.value)
        if index in taken:
            raise Invalid("bank.column_twice", field=role.value)
        taken[index] = role
    row.header_row, row.roles = header_row, {role.value: index for role, index in roles.items()}
    db.session.flush()


def roles_of(row: BankStatement) -> dict[Role, int]:
    """Which column of a file is what."""
    return {Role(name): int(index) for name, index in row.roles.items()}


def dry_run(row: BankStatement) -> DryRun:
    """Read a file as its columns are named. Raises NotFound when the file is gone."""
    try:
        rows: Rows = imports.rows_of(media.stored_file(row.file_key, ENDING))
    except FileNotFoundError as error:
        raise NotFound from error
    width = min(WIDEST, max(len(cells) for _, cells in rows))
    head = next((cells for number, cells in rows if number == row.header_row), [])
    below = [cells for number, cells in rows if number > row.header_row][:SAMPLES]
    roles = roles_of(row)
    parsed = Parsed((), ())
    if rules.missing(roles) is None:
        parsed = rules.read(rows, row.header_row, roles, row.account, today())
    known = known_keys(line.key for line in parsed.lines)
    return DryRun(_padded(head, width), [_padded(cells, width) for cells in below], parsed, frozenset(known))


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [cell[:60] for cell in cells[:width]] + [""] * (width - len(cells))


def store(actor: Actor, statement_id: int, parsed: Parsed) -> BankStatement:
    """Keep the lines that are not kept yet; StatementStored follows.

    A line is kept once, whoever hands it in, and in whatever file. Raises NotAllowed, NotFound; Stale when this file's
    lines were kept before; Invalid (field file) when there is no line at all.
    """
    check_can_run(actor)
    row = lock_one(BankStatement, statement_id)
    if row.stored_at is not None:
        raise Stale("bank.statement_stored")
    if not parsed.lines:
        raise Invalid("bank.no_lines", field="file")
    at = now()
    values = [_values(line, row.id, at) for line in parsed.lines]
    kept = 0
    for start in range(0, len(values), CHUNK):
        kept += _insert(values[start : start + CHUNK])
    row.new_lines, row.known_lines, row.bad_rows = kept, len(values) - kept, len(parsed.bad)
    row.stored_at = at
    audit.record(actor, "bank.statement_stored", "statement", row.id, new=kept, known=len(values) - kept)
    outbox.emit(StatementStored(row.id))
    db.session.flush()
    return row


def _values(line: StatementLine, statement_id: int, at: object) -> dict[str, Any]:
    return {
        "statement_id": statement_id,
        "key": line.key,
        "day": line.day,
        "amount": line.amount,
        "text": line.text,
        "balance": line.balance,
        "state": LineState.OPEN if line.amount > 0 else LineState.OUT,
        "reason": "",
        "created_at": at,
    }


def _insert(values: list[dict[str, Any]]) -> int:
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement: Any = insert(BankLine).values(values).on_conflict_do_nothing(index_elements=["key"])
    return len(db.session.execute(statement.returning(BankLine.id)).all())
