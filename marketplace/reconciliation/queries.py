"""What was found, and where the money is."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.core.paging import Page, fetch
from marketplace.ledger import queries as ledger
from marketplace.reconciliation.models import Reconciliation
from marketplace.reconciliation.rules import account_group

PAGE_SIZE = 30


def runs(cursor: str | None = None, limit: int = PAGE_SIZE) -> Page[Reconciliation]:
    """All runs, the latest first. One statement."""
    table = Reconciliation.__table__.c
    query = sa.select(Reconciliation)
    page = fetch(query, [table.ran_at, table.id], cursor=cursor, limit=limit, descending=True)
    return page.map(lambda row: row[0])


def latest() -> Reconciliation | None:
    """The last run, if there was one."""
    query = sa.select(Reconciliation).order_by(Reconciliation.ran_at.desc(), Reconciliation.id.desc())
    return db.session.scalars(query.limit(1)).first()


def accounts() -> dict[str, int]:
    """The sum of each kind of account, shops taken together, in rupiah: positive is debit. They sum to zero."""
    sums: dict[str, int] = {}
    for code, amount in ledger.balances().items():
        group = account_group(code)
        sums[group] = sums.get(group, 0) + amount
    return {group: amount for group, amount in sorted(sums.items()) if amount}
