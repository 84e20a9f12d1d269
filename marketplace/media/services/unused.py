"""Files that nothing refers to any more, or never did: forgotten after a time."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from marketplace.core import audit
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now
from marketplace.core.db import Base, after_commit, db
from marketplace.core.ports import port
from marketplace.media import rules
from marketplace.media.adapters.store import MediaStore
from marketplace.media.models import MediaFile

REST = timedelta(days=30)


def forget(limit: int = 200) -> int:
    """Drop files that are older than `REST` and that no row of any table refers to; how many. The bytes follow."""
    query = sa.select(MediaFile).where(MediaFile.created_at < now() - REST)
    for column in _referring():
        query = query.where(~sa.exists().where(column == MediaFile.id))
    rows = list(db.session.scalars(query.order_by(MediaFile.id).limit(limit)))
    gone = [(row.id, rules.names_of(row.key, row.kind)) for row in rows]
    if gone:
        db.session.execute(sa.delete(MediaFile).where(MediaFile.id.in_([media_id for media_id, _ in gone])))
        audit.record(SYSTEM, "media.unused_forgotten", "media_file", gone[0][0], count=len(gone))
        names = [name for _, of_one in gone for name in of_one]
        after_commit(lambda: _delete(names))
    return len(gone)


def _referring() -> list[sa.Column[int]]:
    """Every column of every table that points at a file."""
    return [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == MediaFile.__tablename__
    ]


def _delete(names: list[str]) -> None:
    store = port(MediaStore)
    for name in names:
        store.delete(name)
