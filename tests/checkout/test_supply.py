"""What a buyer reads of goods that are made or cooked: in the cart, and on what she ordered."""

from __future__ import annotations

from datetime import date

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.services import stock, supply
from marketplace.catalog.services.stock import OutOfStock
from marketplace.checkout import services
from marketplace.checkout.queries import cart_view
from marketplace.checkout.rules import CartOwner, Problem
from marketplace.core.actor import GUEST, SYSTEM
from marketplace.core.db import transaction
from marketplace.core.errors import Stale
from marketplace.orders import queries as orders
from tests import make


def _cart(variant_id: int, quantity: int) -> CartOwner:
    cart = make.cart_of("tamu")
    with transaction():
        services.add(cart, variant_id, quantity)
    return cart


def test_the_day_it_is_ready_goes_from_the_cart_to_the_order(db: SQLAlchemy) -> None:
    with transaction():
        variant_id = make.variant(make.to_order(lead_days=7, capacity=2)).id
    with make.at(9):
        cart = _cart(variant_id, 3)
        (line,) = cart_view(cart).lines
        assert line.ready_on == date(2026, 12, 9)
        with transaction():
            placed = services.place(GUEST, cart, make.form_key(), make.order_form(cart))
        (order,) = make.orders_of(placed)
        assert order.ready_by == line.ready_on
        view = orders.order_view(order.id)
        assert view is not None
        assert view[0].ready_by == date(2026, 12, 9)


def test_goods_from_the_shelf_promise_no_day(db: SQLAlchemy) -> None:
    with transaction():
        variant_id = make.variant(make.product()).id
    cart = _cart(variant_id, 1)
    with transaction():
        placed = services.place(GUEST, cart, make.form_key(), make.order_form(cart))
    assert [order.ready_by for order in make.orders_of(placed)] == [None]


def test_a_cart_says_why_a_meal_cannot_be_had_now(db: SQLAlchemy) -> None:
    with transaction():
        variant_id = make.variant(make.daily()).id
    with make.at(7), pytest.raises(Stale) as refused, transaction():
        services.add(make.cart_of("tamu"), variant_id, 1)
    assert refused.value.message_id == "checkout.not_yet_today"
    with make.at(8):
        with transaction():
            supply.open_day(SYSTEM, {variant_id: 5})
        cart = _cart(variant_id, 2)
        form = make.order_form(cart)
        assert cart_view(cart).lines[0].problem is None
    with make.at(10):
        assert cart_view(cart).lines[0].problem is Problem.OVER_TODAY
        with pytest.raises(OutOfStock) as late, transaction():
            services.place(GUEST, cart, make.form_key(), form)
        assert late.value.message_id == "catalog.not_today"
    with make.at(7, days=1):
        assert cart_view(cart).lines[0].problem is Problem.NOT_YET_TODAY
    assert make.shelf(variant_id) == (5, 0)


def test_a_cart_says_that_a_workshop_is_full(db: SQLAlchemy) -> None:
    with transaction():
        variant_id = make.variant(make.to_order(capacity=1)).id
    cart = _cart(variant_id, 4)
    with transaction():
        stock.reserve({variant_id: 3})
    line = cart_view(cart).lines[0]
    assert (line.problem, line.orderable) == (Problem.TOO_FEW, 1)
    with transaction():
        stock.reserve({variant_id: 1})
    assert cart_view(cart).lines[0].problem is Problem.WORKSHOP_FULL


def test_no_number_of_unlimited_goods_is_printed_as_stock(db: SQLAlchemy) -> None:
    with transaction():
        variant_id = make.variant(make.to_order()).id
    cart = _cart(variant_id, 999)
    assert cart_view(cart).lines[0].orderable == 999
