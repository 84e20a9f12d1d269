"""The operator is called about an order: finds it by code, name or number, and reads what the others read."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.core.actor import Grant, Role
from marketplace.core.db import transaction
from marketplace.orders import services
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer, guest_key
from marketplace.orders.rules import OrderStatus
from marketplace.orders.services import Accepted
from marketplace.payments.rules import PaymentMethod
from tests import make
from tests.counting import statements

S = OrderStatus


@pytest.fixture
def operator(client: FlaskClient) -> FlaskClient:
    make.sign_in_client(client, make.person("Admin", roles=[Grant(Role.OPERATOR)]))
    return client


@pytest.fixture
def basket(db: SQLAlchemy) -> Product:
    with transaction():
        return make.product(price=50_000, on_hand=90)


def order_at(basket: Product, status: OrderStatus, method: PaymentMethod = PaymentMethod.CARD) -> Order:
    with transaction():
        made = make.purchase([basket], up_to=status, payment_method=method)
    return make.orders_of(made)[0]


def test_an_order_is_found_as_people_name_it(operator: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    order = order_at(basket, S.READY)
    purchase = db.session.get_one(Purchase, order.purchase_id)
    asked = (
        order.code.lower(),
        purchase.code.removeprefix("NTT-"),
        "tamu  LESTARI",
        "0812-3456-7890",
        "+6281234567890",
    )
    for text in asked:
        assert f'href="/admin/pesanan/{order.code}"' in operator.get("/admin/pesanan", query_string={"q": text}).text
    for text in ("NTT-00000000", "0812-0000-0000", "%", "' OR 1=1"):
        answer = operator.get("/admin/pesanan", query_string={"q": text})
        assert answer.status_code == 200
        assert order.code not in answer.text
    assert order.code in operator.get("/admin/pesanan?keadaan=ready").text
    assert order.code not in operator.get("/admin/pesanan?keadaan=terlambat").text


def test_the_operator_reads_the_time_line_and_the_money(operator: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    order = order_at(basket, S.ARRIVED)
    said = operator.get(f"/admin/pesanan/{order.code}").text
    for words in ("Selanjutnya", "Tiba di tujuan", "Pembukuan", "titipan untuk toko", "Lihat pembayarannya"):
        assert words in said
    assert order.handover_code not in said.replace(order.code, "")
    buyer = Buyer(make.actor_of(make.person("x")), guest_key(db.session.get_one(Purchase, order.purchase_id).code))
    with transaction():
        services.confirm_arrival(buyer, order.id, Accepted("Maria Bere"))
    said = operator.get(f"/admin/pesanan/{order.code}").text
    assert "Diterima oleh Maria Bere" in said
    assert "hak toko" in said


@pytest.mark.parametrize("status", [status for status in S if status is not S.EXPIRED])
def test_every_state_has_its_page(operator: FlaskClient, basket: Product, status: OrderStatus) -> None:
    order = order_at(basket, status, PaymentMethod.CASH)
    assert operator.get(f"/admin/pesanan/{order.code}").status_code == 200


def test_for_others_these_pages_do_not_exist(client: FlaskClient, basket: Product) -> None:
    order = order_at(basket, S.READY)
    make.sign_in_client(client, make.person("Ina", roles=[Grant(Role.STORE_OWNER, basket.store_id)]))
    for path in ("/admin/pesanan", f"/admin/pesanan/{order.code}"):
        assert client.get(path).status_code == 404


def test_thirty_orders_cost_as_many_statements_as_one(operator: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    order_at(basket, S.READY)
    operator.get("/admin/pesanan")
    with statements(db) as few:
        operator.get("/admin/pesanan?q=tamu")
    for _ in range(29):
        order_at(basket, S.WAITING, PaymentMethod.CASH)
    with statements(db) as many:
        operator.get("/admin/pesanan?q=tamu")
    assert len(many) == len(few)
