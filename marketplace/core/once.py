"""Rows that may be asked for twice and are written once: the unique key decides, not an earlier read."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from marketplace.core.db import Base, db


def insert_once(model: type[Base], unique: str | tuple[str, ...], /, **values: Any) -> int | None:
    """Add a row unless one with the same value in `unique` is there: its id, or None when it was there.

    `unique` is a column, or some that are unique together. Works like `session.add` as far as column defaults go; a
    concurrent insert of the same key is waited for.
    """
    columns = [unique] if isinstance(unique, str) else list(unique)
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement: Any = insert(model).values(**values).on_conflict_do_nothing(index_elements=columns)
    found = db.session.execute(statement.returning(sa.inspect(model).primary_key[0])).scalar_one_or_none()
    return None if found is None else int(found)
