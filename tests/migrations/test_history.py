"""The migrations are one line, say the same as the models, and can be walked in both directions."""

from __future__ import annotations

from pathlib import Path

import alembic.command
import flask_migrate
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import current_app

from marketplace.core.db import db
from tests.databases import MIGRATIONS, Market, Source, build


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(MIGRATIONS).get_heads()) == 1


def test_the_models_say_nothing_that_no_migration_says(database: Market) -> None:
    with database.app.app_context():
        config = current_app.extensions["migrate"].migrate.get_config(MIGRATIONS)
        alembic.command.check(config)  # raises with the list of differences


def _tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_the_whole_way_up_down_and_up_again(source: Source, tmp_path: Path) -> None:
    market = build(source.kind, source.blank(), tmp_path)
    with market.app.app_context():
        flask_migrate.upgrade(directory=MIGRATIONS)
        built = _tables()
        assert built
        flask_migrate.downgrade(directory=MIGRATIONS, revision="base")
        assert _tables() == set()
        flask_migrate.upgrade(directory=MIGRATIONS)
        assert _tables() == built
        if source.kind == "sqlite":
            for _ in range(3):
                with db.engine.connect() as connection:
                    assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    market.close()
