"""Pages of a long list by key: a page begins after a row, not after a number of rows, so all pages cost the same.

A cursor names the row at the edge of the page before, and the way to go. It is opaque to whoever carries it; one that
cannot be read gives the first page.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

import sqlalchemy as sa

from marketplace.core.db import db

Item = TypeVar("Item")
Other = TypeVar("Other")
Statement: TypeAlias = sa.Select[*tuple[Any, ...]]
Row: TypeAlias = sa.Row[*tuple[Any, ...]]
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some rows of a list, and the cursors of the pages beside it (None: there is no such page)."""

    items: list[Item]
    prev: str | None = None
    next: str | None = None

    def map(self, change: Callable[[Item], Other]) -> Page[Other]:
        """The same page of other things."""
        return Page([change(item) for item in self.items], self.prev, self.next)


def fetch(
    statement: Statement,
    keys: Sequence[Any],
    *,
    cursor: str | None = None,
    limit: int = 24,
    descending: bool = False,
) -> Page[Row]:
    """One page of a statement in the order of `keys`, whose last one must be unique. One statement."""
    edge = _read(cursor, keys)
    backwards = edge is not None and edge[0]
    falling = descending is not backwards
    if edge is not None:
        here = sa.tuple_(*keys)
        there = sa.tuple_(*(sa.literal(value, key.type) for value, key in zip(edge[1], keys, strict=True)))
        statement = statement.where(here < there if falling else here > there)
    statement = statement.add_columns(*(key.label(f"_key_{i}") for i, key in enumerate(keys)))
    statement = statement.order_by(*(key.desc() if falling else key.asc() for key in keys)).limit(limit + 1)
    rows = list(db.session.execute(statement))
    has_more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([])
    has_prev, has_next = (has_more, True) if backwards else (edge is not None, has_more)
    return Page(
        rows,
        _write("p", rows[0], len(keys)) if has_prev else None,
        _write("n", rows[-1], len(keys)) if has_next else None,
    )


def _write(way: str, row: Row, width: int) -> str:
    values = [row._mapping[f"_key_{i}"] for i in range(width)]
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return way + base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _read(cursor: str | None, keys: Sequence[Any]) -> tuple[bool, list[Any]] | None:
    """Whether to go backwards, and the key values of the row at the edge."""
    if not cursor or cursor[0] not in "pn" or len(cursor) > 500:
        return None
    try:
        text = base64.b64decode(cursor[1:] + "=" * (-len(cursor[1:]) % 4), altchars=b"-_", validate=True)
        plain = json.loads(text)
        values = [_typed(value, key) for value, key in zip(plain, keys, strict=True)]
    except (binascii.Error, ValueError, TypeError):
        return None
    return cursor[0] == "p", values


def _typed(value: object, key: Any) -> Any:
    kind = key.type.python_type
    if kind is datetime:
        at = datetime.fromisoformat(str(value))
        if at.tzinfo is None:
            raise ValueError("instants must be aware")
        return at
    if type(value) is not kind or (isinstance(value, int) and abs(value) > LARGEST):
        raise TypeError("the cursor is of another list")
    if isinstance(value, str) and "\x00" in value:
        raise ValueError("no database keeps this")
    return value
