"""A shop is told once when something falls below its line, and again only after it rose."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import handlers, queries
from marketplace.catalog.rules import MovementKind as K
from marketplace.catalog.services import lowstock, products, stock
from marketplace.core.db import transaction
from marketplace.notifications.models import Message
from tests import make
from tests.catalog.people import Shop, shop


@pytest.fixture
def mine(db: SQLAlchemy) -> Shop:
    return shop()


def _letters(db: SQLAlchemy) -> list[str]:
    query = sa.select(Message.body).where(Message.key.startswith("catalog.low_stock")).order_by(Message.id)
    return list(db.session.scalars(query))


def _variant(mine: Shop, name: str = "Bakul Lontar", on_hand: int = 10) -> int:
    with transaction():
        return make.variant(make.product(mine.id, name, on_hand=on_hand)).id


def test_one_letter_for_all_that_fell_and_none_until_it_rose(mine: Shop, db: SQLAlchemy) -> None:
    one, other = _variant(mine), _variant(mine, "Topi")
    handlers.warn_of_low_stock()
    assert _letters(db) == []
    with transaction():
        stock.reserve({one: 7, other: 10})
    for _ in range(2):
        handlers.warn_of_low_stock()
    (letter,) = _letters(db)
    assert "Bakul Lontar: sisa 3" in letter
    assert "Topi: habis" in letter
    with transaction():
        stock.record_movements(mine.ina, K.RECEIVED, {one: 5})
    handlers.warn_of_low_stock()
    assert len(_letters(db)) == 1
    with transaction():
        stock.record_movements(mine.ina, K.SPOILAGE, {one: -5})
    handlers.warn_of_low_stock()
    assert "Topi" not in _letters(db)[1]


def test_nothing_is_told_of_what_began_scarce_or_is_not_kept(mine: Shop, db: SQLAlchemy) -> None:
    _variant(mine, on_hand=2)
    with transaction():
        make.daily(mine.id)
        make.to_order(mine.id)
        hidden = make.product(mine.id, "Tas")
        stock.reserve({make.variant(hidden).id: 10})
        products.hide(mine.ina, hidden.id)
    handlers.warn_of_low_stock()
    assert _letters(db) == []


def test_the_line_is_each_shelfs_own(mine: Shop, db: SQLAlchemy) -> None:
    variant_id = _variant(mine)
    with transaction():
        lowstock.set_line(mine.ina, variant_id, 8)
        stock.reserve({variant_id: 2})
    handlers.warn_of_low_stock()
    assert len(_letters(db)) == 1
    assert [row.variant_id for row in queries.stock_rows([mine.id], only_low=True).items] == [variant_id]
    with transaction():
        lowstock.set_line(mine.ina, variant_id, 0)
    assert queries.stock_rows([mine.id], only_low=True).items == []


def test_two_workers_tell_once(mine: Shop, db: SQLAlchemy) -> None:
    variant_id = _variant(mine)
    with transaction():
        stock.reserve({variant_id: 9})
    with transaction():
        assert set(lowstock.take_low()) == {mine.id}
    with transaction():
        assert lowstock.take_low() == {}
