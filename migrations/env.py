"""Runs the migrations on the application's own engine. Each migration is one transaction, on SQLite too."""

from __future__ import annotations

from alembic import context

from marketplace.core.db import WRITE, Base, db


def run() -> None:
    with db.engine.connect().execution_options(**{WRITE: True}) as connection:
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
