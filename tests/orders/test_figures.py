"""What a shop sold, by day and by product, and what runs out at that pace."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product, Variant
from marketplace.catalog.rules import Supply
from marketplace.core.clock import WITA, now, today, travel
from marketplace.core.db import transaction
from marketplace.orders import queries
from marketplace.orders.models import Order, Purchase
from marketplace.orders.rules import OrderStatus as S
from tests import make
from tests.counting import statements


def _goods(name: str = "Sambal Lu’at", *, on_hand: int = 100, price: int = 10_000, store: int | None = None) -> Product:
    with transaction():
        return make.product(store, name, price, on_hand)


def _sell(product: Product, at: datetime, quantity: int = 2, up_to: S = S.DONE) -> Purchase:
    with travel(at), transaction():
        return make.purchase([product], quantity=quantity, up_to=up_to)


def _wita(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=WITA)


def test_a_day_ends_at_midnight_in_kupang(db: SQLAlchemy) -> None:
    product = _goods()
    _sell(product, _wita(10, 23, 59), 1)
    _sell(product, _wita(11, 0, 0), 2)
    _sell(product, _wita(11, 7, 59), 3)  # the day before in London
    days = queries.sales_by_day([product.store_id], date(2026, 11, 9), date(2026, 11, 11))
    assert [(day.day.day, day.amount, day.orders) for day in days] == [(9, 0, 0), (10, 10_000, 1), (11, 50_000, 2)]
    assert queries.sales_by_day([product.store_id], date(2026, 11, 12), date(2026, 11, 12))[0].orders == 0


def test_only_what_was_handed_over_and_kept_counts(db: SQLAlchemy) -> None:
    product = _goods()
    _sell(product, now(), 1, S.READY)
    _sell(product, now(), 1, S.CANCELLED)
    given_back = _sell(product, now(), 3)
    with transaction():
        db.session.execute(sa.update(Order).where(Order.purchase_id == given_back.id).values(refunded_goods=12_000))
    (day,) = queries.sales_by_day([product.store_id], today(), today())
    assert (day.amount, day.orders) == (18_000, 1)


def test_other_shops_do_not_count(db: SQLAlchemy) -> None:
    mine, other = _goods(), _goods("Bakul")
    _sell(other, now())
    assert queries.sales_by_day([mine.store_id], today(), today())[0].amount == 0
    assert queries.best_products([mine.store_id], today(), today()) == []
    assert queries.sales_by_day([], today(), today())[0].amount == 0


def test_the_best_products_come_first_by_what_they_brought(db: SQLAlchemy) -> None:
    cheap = _goods("Keripik", price=5_000)
    dear = _goods("Kain", price=400_000, store=cheap.store_id)
    old = _goods("Lama", store=cheap.store_id)
    _sell(cheap, now(), 20)
    _sell(dear, now(), 1)
    _sell(old, now() - timedelta(days=40), 50)
    best = queries.best_products([cheap.store_id], today() - timedelta(days=29), today())
    assert [(row.product_id, row.pieces, row.amount) for row in best] == [
        (dear.id, 1, 400_000),
        (cheap.id, 20, 100_000),
    ]
    assert len(queries.best_products([cheap.store_id], today(), today(), limit=1)) == 1


def test_what_runs_out_first_comes_first(db: SQLAlchemy) -> None:
    quick = _goods("Cepat", on_hand=90)
    store = quick.store_id
    plenty = _goods("Banyak", on_hand=500, store=store)
    low = _goods("Sedikit", on_hand=3, store=store)
    gone = _goods("Habis", on_hand=0, store=store)
    for _ in range(2):
        _sell(quick, now() - timedelta(days=5), 30)
    _sell(plenty, now() - timedelta(days=5), 60)
    rows = queries.running_out([store])
    assert [(row.product_id, row.available, row.days_left) for row in rows] == [
        (gone.id, 0, None),
        (low.id, 3, None),
    ]
    _sell(quick, now(), 20)  # 80 in thirty days, and 10 left: gone in three days
    rows = queries.running_out([store])
    assert (rows[1].product_id, rows[1].available, rows[1].days_left) == (quick.id, 10, 3)


@pytest.mark.parametrize("supply", [Supply.TO_ORDER, Supply.DAILY])
def test_goods_that_lie_on_no_shelf_do_not_run_out(db: SQLAlchemy, supply: Supply) -> None:
    product = _goods(on_hand=0)
    with transaction():
        db.session.execute(sa.update(Product).where(Product.id == product.id).values(supply=supply))
    assert queries.running_out([product.store_id]) == []


def test_each_figure_is_one_statement(db: SQLAlchemy) -> None:
    product = _goods()
    _sell(product, now())
    store, day = product.store_id, today()
    for ask in (
        lambda: queries.sales_by_day([store], day - timedelta(days=179), day),
        lambda: queries.best_products([store], day, day),
        lambda: queries.running_out([store]),
    ):
        with statements(db) as seen:
            ask()
        assert len(seen) == 1


def test_the_low_line_is_the_variants_own(db: SQLAlchemy) -> None:
    product = _goods(on_hand=10)
    assert queries.running_out([product.store_id]) == []
    with transaction():
        db.session.execute(sa.update(Variant).where(Variant.product_id == product.id).values(low_stock=10))
    assert [row.available for row in queries.running_out([product.store_id])] == [10]
