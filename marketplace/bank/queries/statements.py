"""The files that were handed in, and what of them is kept already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from marketplace.bank.models import BankLine, BankStatement
from marketplace.core.db import db
from marketplace.core.errors import NotFound

CHUNK = 500


def statement(statement_id: int) -> BankStatement:
    """A file that was handed in. Raises NotFound."""
    found = db.session.get(BankStatement, statement_id)
    if found is None:
        raise NotFound
    return found


def latest_statements(limit: int = 8) -> Sequence[BankStatement]:
    """The files that were handed in last, the last first. One statement."""
    return db.session.scalars(sa.select(BankStatement).order_by(BankStatement.id.desc()).limit(limit)).all()


def known_keys(keys: Iterable[str]) -> set[str]:
    """Which of these lines are kept already. One statement for each 500."""
    wanted = sorted(set(keys))
    found: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        part = sa.select(BankLine.key).where(BankLine.key.in_(wanted[start : start + CHUNK]))
        found.update(db.session.scalars(part))
    return found
