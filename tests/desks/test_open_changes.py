"""Which orders wait for an answer to a change, in the lists of shop and buyer."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product
from marketplace.changes import services
from marketplace.changes.rules import Wish
from marketplace.core.actor import SYSTEM, Grant, Role
from marketplace.core.db import transaction
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from tests import make
from tests.counting import statements


@pytest.fixture
def goods(db: SQLAlchemy) -> Product:
    with transaction():
        return make.product(make.store("Dapur Mama Ina"), "Sambal", price=50_000, on_hand=500)


@pytest.fixture
def ina(client: FlaskClient, goods: Product) -> FlaskClient:
    make.sign_in_client(client, make.person("Ina Rohi", roles=[Grant(Role.STORE_OWNER, goods.store_id)]))
    return client


@pytest.fixture
def budi(db: SQLAlchemy) -> Person:
    return make.person("Budi Lado")


def order_of(goods: Product, buyer: Person | None = None, up_to: OrderStatus = OrderStatus.WAITING) -> Order:
    with transaction():
        return make.orders_of(make.purchase([goods], quantity=5, buyer=buyer, up_to=up_to))[0]


def ask(order: Order, *, by_shop: bool) -> int:
    with transaction():
        return (make.proposal if by_shop else make.request)(order, Wish(3)).id


def row_of(page: str, order: Order) -> str:
    """What the list says in the order's own row."""
    soup = BeautifulSoup(page, "html.parser")
    rows = [str(row) for row in soup.select(".line-item") if order.code in row.get_text()]
    return rows[0] if rows else ""


@pytest.mark.parametrize("path", ["/penjual", "/penjual/pesanan", "/penjual/pesanan?keadaan=semua"])
def test_the_shop_sees_which_order_waits_for_it(ina: FlaskClient, goods: Product, path: str) -> None:
    asked, offered, quiet = order_of(goods), order_of(goods), order_of(goods)
    ask(asked, by_shop=False)
    ask(offered, by_shop=True)
    page = ina.get(path).text
    assert "Pembeli meminta perubahan" in row_of(page, asked)
    assert f"/penjual/pesanan/{asked.code}#perubahan" in row_of(page, asked)
    assert "Usul menunggu pembeli" in row_of(page, offered)
    assert "perubahan" not in row_of(page, quiet)
    assert "Usul" not in row_of(page, quiet)
    assert "1 pembeli meminta perubahan pesanan" in page


def test_what_was_answered_is_no_longer_marked(ina: FlaskClient, goods: Product) -> None:
    order = order_of(goods)
    change_id = ask(order, by_shop=False)
    with transaction():
        services.refuse_as_shop(SYSTEM, order.id, change_id)
    for path in ("/penjual", "/penjual/pesanan"):
        assert "meminta perubahan" not in ina.get(path).text


def test_the_buyer_sees_which_order_waits_for_her(client: FlaskClient, goods: Product, budi: Person) -> None:
    offered, asked = order_of(goods, budi), order_of(goods, budi)
    ask(offered, by_shop=True)
    ask(asked, by_shop=False)
    make.sign_in_client(client, budi)
    page = client.get("/pesanan").text
    assert "Menunggu jawaban Anda" in page
    assert f'href="/pesanan/{offered.code}#perubahan"' in page
    assert f'href="/pesanan/{asked.code}#perubahan"' not in page
    assert 'id="perubahan"' in client.get(f"/pesanan/{offered.code}").text


def test_more_of_them_ask_no_more(client: FlaskClient, db: SQLAlchemy, goods: Product, budi: Person) -> None:
    ina = make.person("Ina Rohi", roles=[Grant(Role.STORE_OWNER, goods.store_id)])

    def asked() -> list[int]:
        found = []
        for someone, path in ((ina, "/penjual"), (ina, "/penjual/pesanan"), (budi, "/pesanan")):
            make.sign_in_client(client, someone)
            client.get(path)
            with statements(db) as seen:
                assert client.get(path).status_code == 200
            found.append(len(seen))
        return found

    ask(order_of(goods, budi), by_shop=True)
    few = asked()
    for by_shop in (True, False, True, False, True):
        ask(order_of(goods, budi), by_shop=by_shop)
    assert asked() == few
