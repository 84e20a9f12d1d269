"""Booking. Nothing is ever changed: a mistake is mended by booking the opposite under a key of its own.

PostgreSQL itself refuses a transaction that does not sum to zero (a deferred trigger). SQLite has no such trigger, so
there everything that a session adds to the ledger is summed up again right before the commit.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from marketplace.core.clock import now
from marketplace.core.db import before_commit, db
from marketplace.core.once import insert_once
from marketplace.ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction
from marketplace.ledger.rules import Entry, check

WRITTEN = "ledger_written"


class Unbalanced(Exception):
    """Somebody booked a transaction that does not sum to zero: nothing of it may be kept."""


def post(key: str, kind: str, entries: Sequence[Entry]) -> bool:
    """Book entries that are true together, once: False when this key was booked before, and nothing was done.

    Raises ValueError when the entries do not sum to zero.
    """
    check(entries)
    transaction_id = insert_once(LedgerTransaction, "key", key=key, kind=kind, occurred_at=now())
    if transaction_id is None:
        return False
    accounts = _accounts(entries)
    db.session.add_all(
        LedgerEntry(
            transaction_id=transaction_id, account_id=accounts[entry.code], amount=entry.amount, about=entry.about
        )
        for entry in entries
    )
    db.session.flush()
    return True


def _accounts(entries: Sequence[Entry]) -> dict[str, int]:
    """The ids of the accounts by code; those that are new are opened, in order of their code."""
    wanted = {entry.code: entry.store_id for entry in entries}
    query = sa.select(LedgerAccount.code, LedgerAccount.id).where(LedgerAccount.code.in_(wanted))
    found = {row.code: row.id for row in db.session.execute(query)}
    missing = sorted(wanted.keys() - found.keys())
    for code in missing:
        insert_once(LedgerAccount, "code", code=code, store_id=wanted[code])
    if missing:
        found = {row.code: row.id for row in db.session.execute(query)}
    return found


@sa.event.listens_for(db.session, "after_flush")
def _note_flushed(session: Session, context: UOWTransaction) -> None:
    booked = {thing.transaction_id for thing in session.new if isinstance(thing, LedgerEntry)}
    if booked:
        session.info.setdefault(WRITTEN, set()).update(booked)


@sa.event.listens_for(db.session, "do_orm_execute")
def _note_executed(state: ORMExecuteState) -> None:
    """A statement that writes entries without objects: which transactions it touches is not known (0)."""
    statement, table = state.statement, LedgerEntry.__tablename__
    if isinstance(statement, sa.TextClause):
        is_written = table in statement.text
    else:
        is_written = state.is_insert and getattr(getattr(statement, "table", None), "name", "") == table
    if is_written:
        state.session.info.setdefault(WRITTEN, set()).add(0)


@before_commit
def check_sums() -> None:
    """SQLite: refuse the commit (Unbalanced) when a transaction that this session added to does not sum to zero."""
    written = db.session.info.pop(WRITTEN, set())
    if not written or db.session.get_bind().dialect.name != "sqlite":
        return
    crooked = (
        sa.select(LedgerEntry.transaction_id)
        .group_by(LedgerEntry.transaction_id)
        .having(sa.func.sum(LedgerEntry.amount) != 0)
    )
    if 0 not in written:
        crooked = crooked.where(LedgerEntry.transaction_id.in_(written))
    found = db.session.scalars(crooked).first()
    if found is not None:
        raise Unbalanced(f"ledger transaction {found} does not sum to zero")
