"""A purchase as its buyer sees it, and as nobody else does."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.orders import services
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import guest_key
from marketplace.orders.rules import OPEN_FOR_SHOP, OrderStatus
from tests import make
from tests.counting import statements


@pytest.fixture
def bought(db: SQLAlchemy) -> tuple[Purchase, list[Order]]:
    """A guest's purchase of two shops, waiting for both."""
    with transaction():
        goods = [make.product(make.store(name), f"Barang {name}") for name in ("Dapur Mama", "Tenun Mama")]
        purchase = make.purchase(goods)
        return purchase, make.orders_of(purchase)


def link(purchase: Purchase, more: str = "") -> str:
    return f"/pembelian/{purchase.code}{more}?kunci={guest_key(purchase.code)}"


def words(page: str) -> str:
    return BeautifulSoup(page, "html.parser").get_text(" ", strip=True)


def test_a_guest_reads_the_purchase_by_its_key(client: FlaskClient, bought: tuple[Purchase, list[Order]]) -> None:
    purchase, orders = bought
    page = client.get(link(purchase))
    assert page.status_code == 200
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    text = words(page.text)
    for part in ("Terima kasih", "Dapur Mama", "Tenun Mama", "Menunggu konfirmasi", "Rp200.000", purchase.code):
        assert part in text
    for order in orders:
        assert order.handover_code in text
        assert order.code in text
        single = client.get(f"/pesanan/{order.code}?kunci={guest_key(purchase.code)}")
        assert single.status_code == 200
        assert order.handover_code in single.text


def test_without_the_key_it_does_not_exist(client: FlaskClient, bought: tuple[Purchase, list[Order]]) -> None:
    purchase, orders = bought
    make.sign_in_client(client, make.person("Ina"))
    visitors = [client, client.application.test_client()]
    other_key = guest_key(orders[0].code)
    for visitor in visitors:
        for path in (f"/pembelian/{purchase.code}", f"/pesanan/{orders[0].code}"):
            for query in ("", "?kunci=", "?kunci=x", f"?kunci={other_key}", "?kunci=%F0%9F%92%A5"):
                assert visitor.get(path + query).status_code == 404
        assert visitor.post(f"/pembelian/{purchase.code}/pembatalan?kunci=x").status_code == 404
        assert visitor.get("/pembelian/NTT-ZZZZZZZZ").status_code == 404
        assert visitor.get("/pesanan/NTT-ZZZZZZZZ").status_code == 404


def test_a_persons_purchase_is_for_that_person(client: FlaskClient, db: SQLAlchemy) -> None:
    budi, ina = make.person("Budi"), make.person("Ina")
    with transaction():
        purchase = make.purchase([make.product()], buyer=budi)
        code = make.orders_of(purchase)[0].code
    paths = (f"/pembelian/{purchase.code}", f"/pesanan/{code}")
    for path in paths:
        assert client.get(path).location == f"/masuk?next={path}"
    key = guest_key(purchase.code)
    make.sign_in_client(client, ina)
    assert [client.get(f"{path}?kunci={key}").status_code for path in paths] == [404, 404]
    assert client.post(f"{paths[0]}/pembatalan").status_code == 404
    make.sign_in_client(client, budi)
    assert [client.get(path).status_code for path in paths] == [200, 200]
    assert purchase.code in client.get("/pesanan").text


def test_the_buyer_takes_it_back(client: FlaskClient, bought: tuple[Purchase, list[Order]]) -> None:
    purchase, orders = bought
    assert "Batalkan pembelian" in client.get(link(purchase)).text
    answer = client.post(link(purchase, "/pembatalan"), follow_redirects=True)
    assert answer.status_code == 200
    text = words(answer.text)
    assert "Pembelian dibatalkan" in text
    assert "Batalkan pembelian" not in text
    assert orders[0].handover_code not in text.split()
    assert client.post(link(purchase, "/pembatalan")).status_code == 409


def test_not_after_a_shop_said_yes(client: FlaskClient, bought: tuple[Purchase, list[Order]], db: SQLAlchemy) -> None:
    purchase, orders = bought
    with transaction():
        services.accept(SYSTEM, orders[0].id)
    page = client.get(link(purchase))
    assert "Batalkan pembelian" not in page.text
    assert "tidak dapat dibatalkan lagi" in page.text
    assert client.post(link(purchase, "/pembatalan")).status_code == 409
    assert [db.session.get_one(Order, order.id).status for order in orders] == [
        OrderStatus.PROCESSING,
        OrderStatus.WAITING,
    ]


def test_cancelling_asks_for_a_token(strict_client: FlaskClient, bought: tuple[Purchase, list[Order]]) -> None:
    assert strict_client.post(link(bought[0], "/pembatalan")).status_code == 400


@pytest.mark.parametrize("fee", [0, 8_000])
@pytest.mark.parametrize("status", list(OrderStatus))
def test_every_state_reads_well(client: FlaskClient, db: SQLAlchemy, status: OrderStatus, fee: int) -> None:
    reached = status
    if status is OrderStatus.READY and fee:
        reached = OrderStatus.ON_THE_WAY
    if status is OrderStatus.ON_THE_WAY and not fee:
        reached = OrderStatus.READY
    with transaction():
        purchase = make.purchase([make.product()], up_to=status, fee=fee)
        (order,) = make.orders_of(purchase)
    page = client.get(link(purchase))
    assert page.status_code == 200
    assert order.status is reached
    is_open = reached in OPEN_FOR_SHOP
    assert ("data-handover-code" in page.text) is is_open
    if reached is OrderStatus.DECLINED:
        assert "Bahan sedang habis." in words(page.text)


def test_a_guests_browser_remembers_what_it_bought(client: FlaskClient, bought: tuple[Purchase, list[Order]]) -> None:
    purchase, _ = bought
    empty = client.get("/pesanan")
    assert "Belum ada pesanan" in empty.text
    with client.session_transaction() as session:
        session["purchases"] = [purchase.code]
    assert purchase.code in client.get("/pesanan").text
    page = client.get(f"/pembelian/{purchase.code}")
    assert page.status_code == 200
    assert guest_key(purchase.code) not in page.text


def test_the_purchase_page_stays_within_its_budget(client: FlaskClient, db: SQLAlchemy) -> None:
    budi = make.person()
    with transaction():
        stores = [make.store() for _ in range(4)]
        goods = [make.product(store, f"Barang {n}") for store in stores for n in range(3)]
        purchase = make.purchase(goods, buyer=budi, quantity=1)
    make.sign_in_client(client, budi)
    path = f"/pembelian/{purchase.code}"
    with statements(db) as seen:
        assert client.get(path).status_code == 200
    assert len(seen) <= 9, "\n".join(seen)


def test_a_guest_keeps_her_purchase_in_an_account(
    client: FlaskClient, db: SQLAlchemy, bought: tuple[Purchase, list[Order]]
) -> None:
    purchase, orders = bought
    for visitor in (client, client.application.test_client()):  # by the link alone, no browser that remembers
        page = BeautifulSoup(visitor.get(link(purchase)).text, "html.parser")
        ways = [str(a["href"]) for a in page.select(".panel a[href*='next=']")]
        assert [way.split("?")[0] for way in ways] == ["/masuk", "/daftar"]
        assert all(guest_key(purchase.code) in way for way in ways)
    make.sign_in_client(client, make.person("Ina"))
    assert "Simpan di akun saya" in client.get(link(purchase)).text
    for _ in range(2):  # a double click
        kept = client.post(link(purchase, "/akun"))
        assert (kept.status_code, kept.location) == (303, f"/pembelian/{purchase.code}")
    assert purchase.code in client.get("/pesanan").text
    assert "Simpan di akun saya" not in client.get(f"/pembelian/{purchase.code}").text
    holder = client.application.test_client()
    assert holder.get(link(purchase)).status_code == 302, "its key opens it no more"
    make.sign_in_client(holder, make.person("Domi"))
    for path in (link(purchase), f"/pesanan/{orders[0].code}?kunci={guest_key(purchase.code)}"):
        assert holder.get(path).status_code == 404


def test_only_who_holds_the_key_keeps_a_purchase(client: FlaskClient, bought: tuple[Purchase, list[Order]]) -> None:
    purchase, _ = bought
    assert client.post(link(purchase, "/akun")).status_code == 302, "signed in first"
    make.sign_in_client(client, make.person("Ina"))
    for query in ("", "?kunci=x", f"?kunci={guest_key('NTT-00000000')}"):
        assert client.post(f"/pembelian/{purchase.code}/akun{query}").status_code == 404
    assert client.post(link(purchase, "/akun")).status_code == 303
    late = client.application.test_client()
    make.sign_in_client(late, make.person("Domi"))
    assert late.post(link(purchase, "/akun")).status_code == 404, "it is somebody's now"


def test_a_browser_that_remembers_keeps_it_after_signing_in(
    client: FlaskClient, bought: tuple[Purchase, list[Order]]
) -> None:
    purchase, _ = bought
    with client.session_transaction() as session:
        session["purchases"] = [purchase.code]
    make.person("Ina", email="ina@example.id")
    form = {"email": "ina@example.id", "password": make.PASSWORD, "next": f"/pembelian/{purchase.code}"}
    page = client.post("/masuk", data=form, follow_redirects=True)
    assert "Simpan di akun saya" in page.text
    assert client.post(f"/pembelian/{purchase.code}/akun").status_code == 303
    assert purchase.code in client.get("/pesanan").text
