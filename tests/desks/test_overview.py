"""The first page of the seller's desk."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.core.actor import Grant, Role
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.desks.figures import compare
from marketplace.orders.queries import SalesDay
from marketplace.orders.rules import OrderStatus as S
from tests import make
from tests.counting import statements

MONDAY = date(2026, 11, 23)


def _shop(client: FlaskClient, *, goods: int = 1) -> list[Product]:
    """Ina's shop with some goods; the client is hers."""
    with transaction():
        store_id = make.store("Dapur Mama Ina").id
        products = [make.product(store_id, f"Sambal {number}", 10_000, 50) for number in range(goods)]
    ina = make.person("Ina Bere", roles=[Grant(Role.STORE_OWNER, store_id)])
    make.sign_in_client(client, ina)
    return products


def test_a_new_shop_is_told_what_to_do_first(client: FlaskClient) -> None:
    _shop(client, goods=0)
    page = client.get("/penjual").text
    assert "Tambah produk pertama" in page
    assert "/toko/dapur-mama-ina" in page
    assert "Belum ada penjualan" in page


def test_sales_are_held_against_the_period_before(client: FlaskClient) -> None:
    (sambal,) = _shop(client)
    for days, quantity in ((40, 4), (3, 5)):
        with travel(now() - timedelta(days=days)), transaction():
            make.purchase([sambal], quantity=quantity, up_to=S.DONE)
    page = client.get("/penjual?rentang=30").text
    assert "Rp50.000 dari pesanan yang diserahkan" in page
    assert "Naik 25% dari 30 hari sebelumnya" in page
    assert "Langkah pertama" not in page
    assert "Rp50.000" in client.get("/penjual?rentang=90&per=minggu").text


@pytest.mark.parametrize("asked", ["", "?rentang=0", "?rentang=-7", "?rentang=9e9", "?rentang=abc&per=%00"])
def test_a_strange_period_is_the_usual_one(client: FlaskClient, asked: str) -> None:
    _shop(client)
    page = client.get(f"/penjual{asked}")
    assert page.status_code == 200
    assert "Penjualan 30 hari" in page.text


def test_the_page_costs_the_same_however_much_was_sold(client: FlaskClient, db: SQLAlchemy) -> None:
    products = _shop(client, goods=3)

    def cost() -> int:
        with statements(db) as seen:
            assert client.get("/penjual?rentang=90").status_code == 200
        return len(seen)

    with transaction():
        make.purchase(products[:1], up_to=S.DONE)
    before = cost()
    for _ in range(5):
        with transaction():
            make.purchase(products, up_to=S.DONE)
            make.purchase(products)
    assert cost() == before <= 15


def test_weeks_begin_on_monday_and_the_first_half_is_what_was_before() -> None:
    first = MONDAY - timedelta(days=19)  # ten days, then the period, which begins on a Saturday
    sales = compare([SalesDay(first + timedelta(days=number), 1_000, 1) for number in range(20)], by_week=True)
    assert [(bar.first.strftime("%a"), bar.last.strftime("%a"), bar.amount) for bar in sales.bars] == [
        ("Sat", "Sun", 2_000),
        ("Mon", "Sun", 7_000),
        ("Mon", "Mon", 1_000),
    ]
    assert (sales.amount, sales.amount_before, sales.change, sales.orders) == (10_000, 10_000, 0, 10)


def test_bars_are_in_proportion_and_a_sale_is_always_seen() -> None:
    amounts = (0, 0, 0, 1, 50, 100)
    days = [SalesDay(MONDAY + timedelta(days=number), amount, 1) for number, amount in enumerate(amounts)]
    sales = compare(days, by_week=False)
    assert [bar.height for bar in sales.bars] == [3, 50, 100]
    assert sales.change is None
    assert compare([], by_week=False).best == 0
