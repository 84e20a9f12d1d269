"""The database itself refuses to rewrite what was written down for good."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.core import audit
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction

APPEND_ONLY = ("audit_entries", "decisions", "ledger_entries", "ledger_transactions", "order_events")


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries"])
def test_the_audit_trail_is_only_added_to(db: SQLAlchemy, statement: str) -> None:
    with transaction():
        audit.record(SYSTEM, "test.done", "thing", 1)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction():
        db.session.execute(sa.text(statement))


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_each_table_of_record_has_its_triggers(db: SQLAlchemy, table: str) -> None:
    if db.engine.dialect.name == "sqlite":
        query = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
    else:
        query = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = CAST(:table AS regclass)"
    assert (db.session.scalar(sa.text(query), {"table": table}) or 0) >= 2
