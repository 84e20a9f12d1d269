"""Scarce rows are locked here: late, in id order, and checked again afterwards by the caller."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from marketplace.core.db import Base, db
from marketplace.core.errors import NotFound

Model = TypeVar("Model", bound=Base)


def lock_one(model: type[Model], row_id: int) -> Model:
    """The row, locked until the transaction ends and as it is now. Raises NotFound."""
    rows = lock_many(model, [row_id])
    if not rows:
        raise NotFound
    return rows[0]


def lock_many(model: type[Model], row_ids: Iterable[int]) -> list[Model]:
    """The rows that exist, locked in id order so that two transactions never wait for each other.

    NO KEY UPDATE on PostgreSQL: rows that only refer to these are not held up. SQLite has one writer anyway.
    """
    key = sa.inspect(model).primary_key[0]
    query = (
        sa.select(model)
        .where(key.in_(sorted(set(row_ids))))
        .order_by(key)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def lock_words(words: Iterable[str]) -> None:
    """Let one transaction at a time go on with each of these words: for what is counted before it has a row.

    Held until the transaction ends, taken in one statement and in order. SQLite has one writer anyway.
    """
    if db.session.get_bind().dialect.name == "sqlite":
        return
    keys = {int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big", signed=True) for word in words}
    wanted = sa.func.unnest(sa.literal(sorted(keys), ARRAY(sa.BigInteger))).table_valued("key").render_derived()
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(wanted.c.key)).select_from(wanted))
