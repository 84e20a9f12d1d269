"""Local couriers come and go with their migration; the post and the orders stay."""

from __future__ import annotations

from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace.core.db import db
from tests.databases import MIGRATIONS, Source, build

BEFORE = "44_round"
COURIER = (
    "INSERT INTO couriers (id, name, tolerance, most_kg, tracking_url, is_active) VALUES (1, 'Pos', 300, 30, '', true)"
)
OJEK = (
    "INSERT INTO couriers (id, name, kind, tolerance, most_kg, tracking_url, is_active)"
    " VALUES (2, 'Ojek', 'local', {tolerance}, 10, '', true)"
)


def test_services_are_of_the_post_before_and_alone_again_after(source: Source, tmp_path: Path) -> None:
    market = build(source.kind, source.blank(), tmp_path)
    with market.app.app_context():
        flask_migrate.upgrade(directory=MIGRATIONS, revision=BEFORE)
        run(COURIER)
        flask_migrate.upgrade(directory=MIGRATIONS)
        assert rows("SELECT name, kind, tolerance FROM couriers") == [("Pos", "post", 300)]
        with pytest.raises(IntegrityError):
            run(OJEK.format(tolerance=300))
        run(OJEK.format(tolerance=0))
        flask_migrate.downgrade(directory=MIGRATIONS, revision=BEFORE)
        assert rows("SELECT name, tolerance FROM couriers") == [("Pos", 300)]
        flask_migrate.upgrade(directory=MIGRATIONS)
        assert rows("SELECT name, kind FROM couriers") == [("Pos", "post")]
    market.close()


def run(statement: str) -> None:
    with db.engine.begin() as connection:
        connection.execute(sa.text(statement))


def rows(statement: str) -> list[tuple[object, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(statement))]
