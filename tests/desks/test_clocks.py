"""Pages on which somebody is late, or says that goods have come: buyer's, shop's, and the link in a letter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product
from marketplace.core.actor import Grant, Role
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.orders import services
from marketplace.orders.models import Order, OrderAcceptance, Purchase
from marketplace.orders.policies import guest_key
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import PaymentMethod
from tests import make

S = OrderStatus
CARD = PaymentMethod.CARD


@pytest.fixture
def basket(db: SQLAlchemy) -> Product:
    with transaction():
        return make.product(price=50_000, on_hand=10)


@pytest.fixture
def ina(client: FlaskClient, basket: Product) -> FlaskClient:
    """The shop's owner, signed in."""
    visitor = client.application.test_client()
    make.sign_in_client(visitor, owner_of(basket))
    return visitor


def owner_of(basket: Product) -> Person:
    return make.person("Ina Rohi", roles=[Grant(Role.STORE_OWNER, basket.store_id)])


def order_at(db: SQLAlchemy, basket: Product, status: OrderStatus, fee: int = 0) -> tuple[Order, str]:
    """An order, and the address by which its guest opens it."""
    with transaction():
        made = make.purchase([basket], up_to=status, payment_method=CARD, fee=fee)
    order = make.orders_of(made)[0]
    return order, f"?kunci={guest_key(db.session.get_one(Purchase, order.purchase_id).code)}"


def test_the_buyer_signs_for_her_goods(client: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    order, key = order_at(db, basket, S.ARRIVED)
    page = f"/pesanan/{order.code}{key}"
    said = client.get(page).text
    assert "Selanjutnya" in said
    assert "Barang belum tiba" in said
    arrival = f"/pesanan/{order.code}/kedatangan{key}"
    bad = client.post(arrival, data={"name": "Maria", "remark": "penyok", "signature": "M1 1<script>"})
    assert bad.status_code == 422
    assert "penyok" in bad.text, "what was typed stays"
    assert "<script>M" not in bad.text
    answer = client.post(arrival, data={"name": "Maria Bere", "remark": "penyok", "signature": "M1 1L5 5"})
    assert answer.status_code == 303
    said = client.get(page).text
    assert "Diterima oleh Maria Bere" in said
    assert '<path d="M1 1L5 5"/>' in said
    assert client.post(arrival, data={"name": "Maria Bere"}).status_code == 409


def test_the_buyer_says_that_it_has_not_come(client: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    order, key = order_at(db, basket, S.ARRIVED)
    denial = f"/pesanan/{order.code}/belum-tiba"
    assert client.post(denial).status_code == 404
    assert client.post(denial + key).status_code == 303
    assert client.post(denial + key).status_code == 409
    db.session.refresh(order)
    assert order.status is S.ON_THE_WAY
    assert "Pembeli mengatakan barang belum tiba" in client.get(f"/pesanan/{order.code}{key}").text


def test_the_buyer_takes_a_late_order_back(client: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    order, key = order_at(db, basket, S.PROCESSING)
    page, back = f"/pesanan/{order.code}{key}", f"/pesanan/{order.code}/pembatalan"
    assert "Batalkan pesanan ini" not in client.get(page).text
    assert client.post(back + key).status_code == 409
    with travel(now() + timedelta(days=5)):
        assert "Batalkan pesanan ini" in client.get(page).text
        assert client.post(back).status_code == 404
        assert client.post(back + key).status_code == 303
        said = client.get(page).text
    assert "Dibatalkan karena terlambat disiapkan" in said
    assert "Selanjutnya" not in said


def test_the_shop_says_that_it_has_come(ina: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    order, _ = order_at(db, basket, S.ON_THE_WAY, 7_000)
    page = f"/penjual/pesanan/{order.code}"
    assert "Barang sudah tiba" in ina.get(page).text
    assert ina.post(f"{page}/kedatangan").status_code == 303
    assert ina.post(f"{page}/kedatangan").status_code == 409
    assert "Tiba di tujuan" in ina.get(page).text


def test_the_shop_ends_what_nobody_fetches(ina: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    order, _ = order_at(db, basket, S.READY)
    page = f"/penjual/pesanan/{order.code}"
    assert ina.post(f"{page}/pengakhiran").status_code == 409
    with travel(now() + timedelta(days=8)):
        assert "Akhiri pesanan" in ina.get(page).text
        assert ina.post(f"{page}/pengakhiran").status_code == 303
    db.session.refresh(order)
    assert order.status is S.CANCELLED


def test_a_name_is_kept_with_the_code_and_lost_with_neither(ina: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    order, _ = order_at(db, basket, S.READY)
    handing = f"/penjual/pesanan/{order.code}/serah-terima"
    wrong = f"{(int(order.handover_code) + 1) % 10_000:04d}"
    answer = ina.post(handing, data={"code": wrong, "name": "Maria Bere"})
    assert answer.status_code == 422
    assert "Maria Bere" in answer.text
    assert db.session.get(OrderAcceptance, order.id) is None
    assert ina.post(handing, data={"code": order.handover_code, "name": "Maria Bere"}).status_code == 303
    assert db.session.get_one(OrderAcceptance, order.id).name == "Maria Bere"


def test_the_link_in_a_letter_says_that_it_has_come(client: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    order, _ = order_at(db, basket, S.ON_THE_WAY, 7_000)
    owner = owner_of(basket)
    with transaction():
        link = f"/jawab/{make.answer_link(order, owner)}"
    assert "Barang sudah tiba" in client.get(link).text
    assert client.post(f"{link}/kedatangan").status_code == 303
    assert client.post(f"{link}/kedatangan").status_code == 409
    db.session.refresh(order)
    assert order.status is S.ARRIVED


def test_the_time_line_names_sides_and_no_person(client: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    order, key = order_at(db, basket, S.ARRIVED)
    with travel(now() + timedelta(days=1, hours=1)):
        with transaction():
            services.clocks.note_reminded(order.id)
        said = client.get(f"/pesanan/{order.code}{key}").text
    for word in ("Pembeli", "Pembayaran", "Toko"):
        assert f"· {word}</time>" in said
