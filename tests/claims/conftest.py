"""A shop with goods, its owner, a buyer, two operators, and an order that was handed over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product
from marketplace.core.actor import Grant, Role
from marketplace.core.db import transaction
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import PaymentMethod
from tests import make

Ordering = Callable[..., Order]


@pytest.fixture
def goods(db: SQLAlchemy) -> Product:
    with transaction():
        return make.product(make.store("Tenun Mama Yuli"), "Selendang Buna", price=50_000, on_hand=500)


@pytest.fixture
def yuli(goods: Product) -> Person:
    return make.person("Yuli Benu", roles=[Grant(Role.STORE_OWNER, goods.store_id)])


@pytest.fixture
def budi(db: SQLAlchemy) -> Person:
    return make.person("Budi Lado")


@pytest.fixture
def admin(db: SQLAlchemy) -> Person:
    return make.person("Admin Satu", roles=[make.OPERATOR])


@pytest.fixture
def second(db: SQLAlchemy) -> Person:
    return make.person("Admin Dua", roles=[make.OPERATOR])


@pytest.fixture
def ordered(goods: Product, budi: Person) -> Ordering:
    """Orders of the goods: five pieces by default, handed over, paid by card; a guest's with `buyer=None`."""

    def order(
        up_to: OrderStatus = OrderStatus.DONE,
        *,
        method: PaymentMethod = PaymentMethod.CARD,
        quantity: int = 5,
        fee: int = 0,
        buyer: Person | None = budi,
    ) -> Order:
        with transaction():
            made = make.purchase([goods], up_to=up_to, buyer=buyer, quantity=quantity, fee=fee, payment_method=method)
        return make.orders_of(made)[0]

    return order
