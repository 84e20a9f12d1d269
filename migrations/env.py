"""Runs the migrations on the application's own engine. Each migration is one transaction, on SQLite too.

SQLite cannot alter a table much: Alembic makes a new one and drops the old one, which must not take the rows that
refer to it along. So foreign keys are not enforced while it works, and all of them are checked at the end.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import context

from marketplace.core.db import WRITE, Base, db


@contextlib.contextmanager
def foreign_keys_at_rest(connection: sa.Connection) -> Iterator[None]:
    """Nothing on PostgreSQL. Raises RuntimeError when a row refers to nothing afterwards.

    The connection does not go back to the pool: nobody else may meet one that forgets to check.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.detach()
    raw = connection.connection.dbapi_connection
    if raw is None:
        raise RuntimeError("no connection to rest")
    raw.execute("PRAGMA foreign_keys=OFF")
    yield
    broken = raw.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"rows refer to nothing: {broken[:5]}")


def run() -> None:
    with db.engine.connect().execution_options(**{WRITE: True}) as connection, foreign_keys_at_rest(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
