"""Whatever is proposed, agreed, refunded and sent in whatever order: money and stock add up for every order."""

from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.changes import queries, services
from marketplace.changes.models import OrderChange
from marketplace.changes.rules import ChangeState, Wish
from marketplace.core import settings
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import today
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.core.errors import Refusal
from marketplace.orders import queries as orders
from marketplace.orders.models import Order
from marketplace.orders.rules import OPEN_FOR_SHOP, OrderStatus
from marketplace.orders.services import hand_over, mark_ready, refunds
from marketplace.payments.rules import PaymentMethod
from tests import make
from tests.books import check_books
from tests.make.changes import AS_BUYER

STEPS = 10


@pytest.fixture
def shop(db: SQLAlchemy) -> list[Product]:
    with transaction():
        settings.change(SYSTEM, "orders.commission_basis_points", 750, today())
        store = make.store("Tenun Ina")
        prices = (33_333, 50_001, 20_000, 71_117)
        return [make.product(store, f"Kain {price}", price=price, on_hand=30) for price in prices]


@pytest.mark.parametrize("method", [PaymentMethod.CASH, PaymentMethod.CARD])
@pytest.mark.parametrize("seed", range(3))
def test_it_adds_up(shop: list[Product], method: PaymentMethod, seed: int) -> None:
    chance = Random(f"{method} {seed}")
    with transaction():
        order = make.orders_of(make.purchase(shop[:3], quantity=6, payment_method=method))[0]
    sold, commission = order.goods_total, order.commission
    for _ in range(STEPS):
        with suppress(Refusal), transaction():
            chance.choice((_change, _change, _change, _refund, _send))(order, shop, chance)
        if order.status not in OPEN_FOR_SHOP:
            break
        _check(order, method, sold, commission)
    with suppress(Refusal), transaction():
        mark_ready(SYSTEM, order.id)
    if order.status is OrderStatus.READY:
        with transaction():
            assert hand_over(SYSTEM, order.id, order.handover_code) is None
    _check(order, method, sold, commission)


def _change(order: Order, shop: list[Product], chance: Random) -> None:
    lines = queries.lines_now(order.id)
    wishes = []
    for line in lines:
        kept = chance.randint(line.sent, line.quantity)
        price = chance.choice((None, None, max(1, line.unit_price - chance.randint(0, 5_000))))
        left = line.quantity - kept
        if left and chance.random() < 0.4:
            other = make.variant(chance.choice(shop)).id
            wishes.append(Wish(kept, price, other, chance.randint(1, left)))
        else:
            wishes.append(Wish(kept, price))
    change = make.proposal(order, *wishes)
    answer = chance.choice((services.agree_as_buyer, services.agree_as_buyer, services.refuse_as_buyer))
    answer(AS_BUYER, order.id, change.id)


def _refund(order: Order, shop: list[Product], chance: Random) -> None:
    refunds.refund_order(SYSTEM, order.id, chance.randint(1, 9_999), 0, "Cacat sedikit")


def _send(order: Order, shop: list[Product], chance: Random) -> None:
    pieces = {
        line.line_id: chance.randint(0, min(2, line.quantity - line.sent)) for line in queries.lines_now(order.id)
    }
    services.send_part(SYSTEM, order.id, pieces, "", queries.stamp_of(order.id))


def _check(order: Order, method: PaymentMethod, sold: int, commission: int) -> None:
    """Goods that are to be delivered are what was sold less what the agreed changes took, to the rupiah."""
    check_books()
    assert orders.crooked_orders() == orders.crooked_parts() == []
    less = handle.session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(OrderChange.goods_before - OrderChange.goods_after), 0)).where(
            OrderChange.order_id == order.id, OrderChange.state == ChangeState.AGREED
        )
    )
    lines = make.lines_of(order)
    assert sum(line.total for line in lines) == sold - less
    assert sum(line.ordered_quantity * line.ordered_price for line in lines) == sold
    if method is PaymentMethod.CASH:
        assert order.goods_total == sold - less
        payment = orders.payment_of_purchase(order.purchase_id)
        assert payment.amount - payment.dropped == order.total
        assert order.commission * sold == pytest.approx(commission * order.goods_total, abs=sold * STEPS)
    else:
        assert order.goods_total == sold
        assert order.refunded_goods >= less
