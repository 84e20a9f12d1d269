"""Sales by card at the stand-in, and at a till in its place that does as the test says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.core.clock import today
from marketplace.core.db import transaction
from marketplace.orders.rules import OrderStatus
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.models import Payment
from tests import make
from tests.cardmarket import CardMarket, payment_for, the_payment
from tests.checkout.counter import filled
from tests.checkout.sales import TOTAL, Sale, decide
from tests.checkout.till import Till


@pytest.fixture
def ten_percent(db: SQLAlchemy) -> None:
    """The market takes ten percent of the goods."""
    decide("orders.commission_basis_points", 1_000, today())


@pytest.fixture
def fees_of_shops(db: SQLAlchemy) -> None:
    """The shops bear what Stripe takes."""
    decide("orders.shops_bear_fees", 1, today())


@pytest.fixture
def sale(card_market: CardMarket) -> Sale:
    with transaction():
        products = [make.product(make.store(), name, price) for name, price in (("Kain", 50_000), ("Sambal", 33_333))]
        made = make.purchase(products, quantity=2, fee=7_000, up_to=OrderStatus.UNPAID)
    payment = payment_for(made)
    assert payment.amount == TOTAL
    return Sale(payment, *make.orders_of(made))


@pytest.fixture
def goods(db: SQLAlchemy) -> tuple[Product, Product]:
    """Goods of two shops, ten pieces each."""
    with transaction():
        return make.product(make.store(), "Sambal", price=28_000), make.product(make.store(), "Kain", price=385_000)


@pytest.fixture
def payment(card_market: CardMarket, goods: tuple[Product, Product]) -> Payment:
    """A guest's order of both, for Rp413.000, whose page at Stripe is open."""
    answer = card_market.client.post("/checkout", data=filled(card_market.client, goods, payment="card"))
    card_market.session_of(answer)
    return the_payment()


@pytest.fixture
def till(app: Flask) -> Iterator[Till]:
    """Cards are paid at a till that does as the test says."""
    till, parts = Till(), app.extensions["ports"]
    before = parts.get(Providers)
    parts.provide(Providers, Providers([Cash(), till]))
    yield till
    parts.provide(Providers, before)


@pytest.fixture
def wares(db: SQLAlchemy) -> tuple[Product, Product]:
    """Goods of two shops, Rp150.000 together."""
    with transaction():
        sambal = make.product(make.store("Dapur Mama"), "Sambal", price=30_000, on_hand=5)
        cloth = make.product(make.store("Tenun Mama"), "Selendang", price=120_000, on_hand=5)
    return sambal, cloth
