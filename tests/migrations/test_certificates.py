"""What was said of papers before their types were rows is kept, up and down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa

from marketplace.core.db import db
from tests.databases import MIGRATIONS, Market, Source, build

BEFORE, AFTER = "27_team", "28_certificates"


@pytest.fixture
def market(source: Source, tmp_path: Path) -> Iterator[Market]:
    """A market of the time before, whose operator made a category and eased the rule about halal."""
    made = build(source.kind, source.blank(), tmp_path)
    with made.app.app_context():
        flask_migrate.upgrade(directory=MIGRATIONS, revision=BEFORE)
        _run("UPDATE categories SET required = '[\"pirt\", \"sni\"]' WHERE slug = 'anyaman'")
        _run(
            "INSERT INTO setting_values (key, valid_from, value, set_at)"
            " VALUES ('catalog.halal_blocks', '2026-11-01', 0, '2026-11-01 00:00:00')"
        )
        yield made
        db.session.remove()
    made.close()


def _run(statement: str) -> None:
    with db.engine.begin() as connection:
        connection.execute(sa.text(statement))


def _rows(query: str) -> list[tuple[object, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def _lists() -> dict[object, tuple[set[str], set[str]]]:
    query = "SELECT slug, CAST(required AS TEXT), CAST(required_perishable AS TEXT) FROM categories"
    return {slug: (set(json.loads(str(one))), set(json.loads(str(other)))) for slug, one, other in _rows(query)}


def test_lists_and_the_setting_become_rules(market: Market) -> None:
    flask_migrate.upgrade(directory=MIGRATIONS, revision=AFTER)
    of_category = (
        "SELECT kind, goods, level FROM certificate_needs JOIN categories ON categories.id = category_id"
        " WHERE slug = '{}' ORDER BY certificate_needs.id"
    )
    assert _rows(of_category.format("anyaman")) == [("pirt", "lasting", "block"), ("sni", "lasting", "block")]
    assert _rows(of_category.format("makanan-olahan")) == [
        ("pirt", "lasting", "block"),
        ("halal", "all", "warn"),
    ], "what all its children need is said once"
    assert _rows(of_category.format("camilan")) == []
    assert ("skp", "perishable", "block") in _rows(of_category.format("ikan-hasil-laut"))
    assert _rows("SELECT kind, level, grace_days FROM certificate_needs WHERE category_id IS NULL ORDER BY id") == [
        ("nib", "block", 90),
        ("npwp", "warn", 0),
    ]
    assert _rows("SELECT count(*) FROM setting_values WHERE key = 'catalog.halal_blocks'") == [(0,)]


def test_the_way_back_gives_the_lists_again(market: Market) -> None:
    before = _lists()
    flask_migrate.upgrade(directory=MIGRATIONS, revision=AFTER)
    flask_migrate.downgrade(directory=MIGRATIONS, revision=BEFORE)
    after = _lists()
    assert after.pop("rumput-laut-mentah") == (set(), set())
    assert after == before
