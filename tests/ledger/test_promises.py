"""The ledger can only be added to, and what is added sums to zero: the database says so, not our good will."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.clock import now
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.ledger import queries, services
from marketplace.ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction
from marketplace.ledger.rules import Entry
from tests.databases import Market, settle_constraints

SALE = [Entry("cash:store:1", 75_000), Entry("payable:store:1", -75_000)]


def _entries() -> int:
    return handle.session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) or 0


def test_what_is_posted_is_on_its_accounts(db: SQLAlchemy) -> None:
    with transaction():
        assert services.post("sale:1", "cash_sale", SALE)
    settle_constraints()
    assert queries.balance("cash:store:1") == 75_000
    assert queries.balance("payable:store:1") == -75_000
    assert queries.balance("never:used") == 0


def test_a_fact_is_booked_once(db: SQLAlchemy) -> None:
    with transaction():
        assert services.post("sale:1", "cash_sale", SALE)
    with transaction():
        assert not services.post("sale:1", "cash_sale", SALE)
    assert queries.balance("cash:store:1") == 75_000
    assert _entries() == 2


@pytest.mark.parametrize(
    "entries",
    [[], [Entry("a", 5)], [Entry("a", 5), Entry("b", -4)], [Entry("a", 5), Entry("b", -5), Entry("c", 0)]],
)
def test_post_refuses_what_does_not_sum_to_zero(db: SQLAlchemy, entries: list[Entry]) -> None:
    with pytest.raises(ValueError, match="transaction"), transaction():
        services.post("crooked", "cash_sale", entries)
    assert _entries() == 0


STATEMENTS = [
    "UPDATE ledger_entries SET amount = amount + 1",
    "DELETE FROM ledger_entries",
    "UPDATE ledger_transactions SET kind = 'other'",
    "DELETE FROM ledger_transactions",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_refuses_to_change_the_past(db: SQLAlchemy, statement: str) -> None:
    with transaction():
        services.post("sale:1", "cash_sale", SALE)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), db.session.begin_nested():
        db.session.execute(sa.text(statement))
    assert queries.balance("cash:store:1") == 75_000


@pytest.mark.parametrize("table", ["ledger_entries", "ledger_transactions"])
def test_the_database_refuses_to_empty_the_ledger(db: SQLAlchemy, kind: str, table: str) -> None:
    with transaction():
        services.post("sale:1", "cash_sale", SALE)
    settle_constraints()
    # SQLite has no TRUNCATE: its DELETE without WHERE is what comes closest
    statement = f"DELETE FROM {table}" if kind == "sqlite" else f"TRUNCATE {table} CASCADE"
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), db.session.begin_nested():
        db.session.execute(sa.text(statement))
    assert queries.balance("cash:store:1") == 75_000


def _header() -> tuple[int, int]:
    """A transaction and an account without entries."""
    made = LedgerTransaction(key="crooked", kind="test", occurred_at=now())
    account = LedgerAccount(code="cash:store:1")
    handle.session.add_all([made, account])
    handle.session.flush()
    return made.id, account.id


def _by_object(transaction_id: int, account_id: int) -> None:
    handle.session.add(LedgerEntry(transaction_id=transaction_id, account_id=account_id, amount=5))


def _by_statement(transaction_id: int, account_id: int) -> None:
    values = {"transaction_id": transaction_id, "account_id": account_id, "amount": 5}
    handle.session.execute(sa.insert(LedgerEntry).values(**values))


def _by_text(transaction_id: int, account_id: int) -> None:
    columns = "(transaction_id, account_id, amount, about)"
    handle.session.execute(
        sa.text(f"INSERT INTO ledger_entries {columns} VALUES (:t, :a, 5, '')"), {"t": transaction_id, "a": account_id}
    )


@pytest.mark.parametrize("write", [_by_object, _by_statement, _by_text])
def test_an_unbalanced_commit_is_refused(live_database: Market, write: Callable[[int, int], None]) -> None:
    with live_database.app.app_context():
        with pytest.raises((services.Unbalanced, sa.exc.DBAPIError), match="sum to zero"), transaction():
            write(*_header())
        assert _entries() == 0
        assert handle.session.scalar(sa.select(sa.func.count()).select_from(LedgerTransaction)) == 0


def test_nothing_can_be_added_to_a_transaction_later_that_tips_it(live_database: Market) -> None:
    with live_database.app.app_context():
        with transaction():
            services.post("sale:1", "cash_sale", SALE)
        with pytest.raises((services.Unbalanced, sa.exc.DBAPIError), match="sum to zero"), transaction():
            first = handle.session.scalars(sa.select(LedgerEntry)).first()
            assert first is not None
            _by_object(first.transaction_id, first.account_id)
        assert _entries() == 2
