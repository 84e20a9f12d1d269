"""Cash handed over to a buyer who has no code to show; and a code that lies sealed."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.core import settings
from marketplace.core.actor import SYSTEM, Grant, Role
from marketplace.core.audit import AuditEntry
from marketplace.core.clock import today
from marketplace.core.db import transaction
from marketplace.core.errors import TooMany
from marketplace.ledger.models import LedgerTransaction
from marketplace.orders import services
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import guest_key
from marketplace.orders.rules import OrderStatus, lock_minutes
from marketplace.payments.models import Payment
from marketplace.payments.rules import PaymentMethod
from tests import make

S = OrderStatus
REASON = "Pembeli tidak punya HP"


@pytest.fixture
def basket(db: SQLAlchemy) -> Product:
    with transaction():
        return make.product(make.store("Dapur Mama Ina"), price=50_000, on_hand=10)


@pytest.fixture
def ina(client: FlaskClient, basket: Product) -> FlaskClient:
    make.sign_in_client(client, make.person("Ina Rohi", roles=[Grant(Role.STORE_OWNER, basket.store_id)]))
    return client


def _order(basket: Product, up_to: OrderStatus = S.READY, method: PaymentMethod = PaymentMethod.CASH) -> Order:
    with transaction():
        return make.orders_of(make.purchase([basket], up_to=up_to, payment_method=method))[0]


def _path(order: Order, act: str = "/serah-terima-tanpa-kode") -> str:
    return f"/penjual/pesanan/{order.code}{act}"


def test_with_a_reason_it_goes_on_and_both_sides_read_why(ina: FlaskClient, db: SQLAlchemy, basket: Product) -> None:
    order = _order(basket)
    assert "Serahkan tanpa kode" in ina.get(_path(order, "")).text
    answer = ina.post(_path(order), data={"reason": REASON}, follow_redirects=True)
    assert answer.status_code == 200
    assert order.status is S.DONE
    assert f"Tanpa kode pembeli: {REASON}" in answer.text
    code = db.session.scalars(sa.select(Purchase.code)).one()
    assert f"Tanpa kode pembeli: {REASON}" in ina.get(f"/pembelian/{code}?kunci={guest_key(code)}").text
    assert db.session.scalars(sa.select(Payment.received)).all() == [100_000]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LedgerTransaction)) == 1
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "orders.handed_over")).one()
    assert entry.details["without_code"] == REASON
    assert ina.post(_path(order), data={"reason": REASON}).status_code == 409


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_without_a_reason_it_does_not(ina: FlaskClient, basket: Product, reason: str) -> None:
    order = _order(basket)
    answer = ina.post(_path(order), data={"reason": reason})
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert order.status is S.READY


def test_money_paid_by_card_is_released_by_the_code_alone(ina: FlaskClient, basket: Product) -> None:
    order = _order(basket, method=PaymentMethod.CARD)
    assert "Serahkan tanpa kode" not in ina.get(_path(order, "")).text
    assert ina.post(_path(order), data={"reason": REASON}).status_code == 422
    assert order.status is S.READY


@pytest.mark.parametrize("up_to", [S.WAITING, S.PROCESSING, S.CANCELLED])
def test_not_before_the_goods_are_ready(ina: FlaskClient, basket: Product, up_to: OrderStatus) -> None:
    order = _order(basket, up_to)
    assert ina.post(_path(order), data={"reason": REASON}).status_code == 409
    assert order.status is up_to


def test_another_shops_order_is_not_there(ina: FlaskClient, db: SQLAlchemy) -> None:
    with transaction():
        other = make.product(make.store("Toko Lain"))
    order = _order(other)
    assert ina.post(_path(order), data={"reason": REASON}).status_code == 404
    assert order.status is S.READY


def test_the_code_lies_sealed(db: SQLAlchemy, basket: Product) -> None:
    order = _order(basket)
    kept = db.session.execute(sa.text("SELECT handover_sealed FROM orders")).scalar_one()
    assert re.fullmatch(r"\d{4}", order.handover_code)
    assert len(kept) > 50
    assert not re.fullmatch(r"\d{4}", kept)


def test_how_many_tries_and_how_long_are_settings(db: SQLAlchemy, basket: Product) -> None:
    order = _order(basket)
    wrong = f"{(int(order.handover_code) + 1) % 10_000:04d}"
    with transaction():
        settings.change(SYSTEM, "orders.handover_tries", 3, today())
        settings.change(SYSTEM, "orders.handover_lock_minutes", 40, today())
    for _ in range(3):
        with transaction():
            refusal = services.hand_over(SYSTEM, order.id, wrong)
    assert isinstance(refusal, TooMany)
    assert refusal.retry_after == 40 * 60


def test_each_lock_is_twice_as_long_up_to_a_day() -> None:
    assert [lock_minutes(time) for time in (1, 2, 3, 40)] == [15, 30, 60, 1440]
    assert lock_minutes(2, 40) == 80
