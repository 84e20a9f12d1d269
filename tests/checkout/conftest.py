"""A sale by card, and the rules of the day it is made."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.clock import today
from marketplace.core.db import transaction
from marketplace.orders.rules import OrderStatus
from tests import make
from tests.cardmarket import CardMarket, payment_for
from tests.checkout.sales import TOTAL, Sale, decide


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
