"""What is said first of money that comes back where a virtual account may have paid it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.core import outbox
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.notifications.models import Message
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import guest_key
from marketplace.orders.rules import OrderStatus
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.rules import PaymentMethod
from tests import make
from tests.snapmarket import snap_provider_at
from tools.midtrans_standin.server import StandIn

S = OrderStatus
ASKED = "Bila Anda membayar lewat virtual account, kami minta dulu nomor rekening bank Anda"
BY_ITSELF = "dengan sendirinya"


@pytest.fixture
def basket(app: Flask, db: SQLAlchemy, midtrans_standin: StandIn) -> Iterator[Product]:
    """A product, in a market that takes cards and Midtrans's ways."""
    ports = app.extensions["ports"]
    before = ports.get(Providers)
    card = before.get(PaymentMethod.CARD)
    ports.provide(Providers, Providers([Cash(), card, snap_provider_at(midtrans_standin)]))
    with transaction():
        made = make.product(make.store("Dapur Mama Ina"), "Sambal", price=50_000, on_hand=10)
    yield made
    ports.provide(Providers, before)


def bought(basket: Product, up_to: OrderStatus, method: PaymentMethod) -> tuple[Purchase, Order]:
    with transaction():
        made = make.purchase([basket], up_to=up_to, payment_method=method)
    return made, make.orders_of(made)[0]


def letter(db: SQLAlchemy, template: str) -> str:
    with travel(now() + timedelta(days=2)):  # some orders end when the shop's time to answer is over
        outbox.deliver_all()
    query = sa.select(Message.body).where(Message.key.startswith(f"orders.{template}:"))
    return db.session.scalars(query).one()


@pytest.mark.parametrize(
    ("status", "template"),
    [
        (S.WAITING, "purchase_paid"),
        (S.DECLINED, "order_declined"),
        (S.LAPSED, "order_lapsed"),
        (S.CANCELLED, "purchase_cancelled"),
    ],
)
@pytest.mark.parametrize("method", [PaymentMethod.SNAP, PaymentMethod.CARD])
def test_a_letter_promises_only_what_is_so(
    db: SQLAlchemy, basket: Product, status: OrderStatus, template: str, method: PaymentMethod
) -> None:
    bought(basket, status, method)
    said = letter(db, template)
    assert "kembali lewat cara bayar yang sama" in said
    assert (ASKED in said) is (method is PaymentMethod.SNAP)
    assert (BY_ITSELF in said) is (method is PaymentMethod.CARD)


@pytest.mark.parametrize("status", [S.WAITING, S.DECLINED, S.LAPSED, S.CANCELLED])
@pytest.mark.parametrize("method", [PaymentMethod.SNAP, PaymentMethod.CARD])
def test_the_pages_say_the_same(
    client: FlaskClient, basket: Product, status: OrderStatus, method: PaymentMethod
) -> None:
    purchase, order = bought(basket, status, method)
    key = f"?kunci={guest_key(purchase.code)}"
    whole, one = client.get(f"/pembelian/{purchase.code}{key}").text, client.get(f"/pesanan/{order.code}{key}").text
    assert (ASKED in whole) is (method is PaymentMethod.SNAP)
    assert (BY_ITSELF in one) is (method is PaymentMethod.CARD)
    if status is not S.WAITING:
        assert (ASKED in one) is (method is PaymentMethod.SNAP)
