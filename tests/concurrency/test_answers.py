"""Two people of one shop press at the same moment: one wins, the other is told, and nothing happens twice.

The control, two answers without the lock, stands in test_once.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import Variant
from marketplace.core.actor import SYSTEM
from marketplace.core.db import db, transaction
from marketplace.core.errors import Invalid, Stale, TooMany
from marketplace.ledger.models import LedgerTransaction
from marketplace.orders import services
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.rules import HANDOVER_TRIES, OrderStatus
from marketplace.payments.models import Payment
from tests import make
from tests.concurrency.crowd import together
from tests.databases import Market

pytestmark = pytest.mark.race


def _order(market: Market, up_to: OrderStatus = OrderStatus.WAITING) -> tuple[int, str]:
    """An order of two pieces of ten: its id and the buyer's four digits."""
    with market.app.app_context(), transaction():
        made = make.purchase([make.product(price=50_000, on_hand=10)], up_to=up_to)
        order = make.orders_of(made)[0]
        return order.id, order.handover_code


def _accept(order_id: int) -> OrderStatus:
    with transaction():
        return services.accept(SYSTEM, order_id).status


def _decline(order_id: int) -> OrderStatus:
    with transaction():
        return services.decline(SYSTEM, order_id, "Habis").status


def test_one_says_yes_and_one_says_no(live_database: Market) -> None:
    order_id, _ = _order(live_database)
    done = together(live_database.app, [lambda: _accept(order_id), lambda: _decline(order_id)] * 4)
    won = [result for result in done if not isinstance(result, Exception)]
    assert len(won) == 1
    assert all(isinstance(result, Stale) for result in done if result not in won)
    with live_database.app.app_context():
        assert db.session.scalars(sa.select(Order.status)).all() == won
        assert db.session.scalar(sa.select(sa.func.count()).select_from(OrderEvent)) == 2
        left = 2 if won == [OrderStatus.PROCESSING] else 0
        assert db.session.scalars(sa.select(Variant.reserved)).all() == [left]


def test_goods_are_handed_over_and_cash_is_booked_once(live_database: Market) -> None:
    order_id, code = _order(live_database, OrderStatus.READY)

    def hand_over() -> object:
        with transaction():
            return services.hand_over(SYSTEM, order_id, code)

    done = together(live_database.app, [hand_over] * 6)
    assert done.count(None) == 1
    assert sum(isinstance(result, Stale) for result in done) == 5
    with live_database.app.app_context():
        stock = db.session.execute(sa.select(Variant.on_hand, Variant.reserved)).one()
        assert tuple(stock) == (8, 0)
        assert db.session.scalars(sa.select(Payment.received)).all() == [100_000]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(LedgerTransaction)) == 1


def test_many_wrong_codes_at_once_are_all_counted(live_database: Market) -> None:
    order_id, code = _order(live_database, OrderStatus.READY)
    wrong = f"{(int(code) + 1) % 10_000:04d}"

    def guess() -> object:
        with transaction():
            return services.hand_over(SYSTEM, order_id, wrong)

    done = together(live_database.app, [guess] * 12)
    assert sum(isinstance(result, Invalid) for result in done) == HANDOVER_TRIES - 1
    assert sum(isinstance(result, TooMany) for result in done) == 12 - HANDOVER_TRIES + 1
    with live_database.app.app_context():
        with pytest.raises(TooMany), transaction():
            services.hand_over(SYSTEM, order_id, code)
        assert db.session.scalars(sa.select(Order.status)).all() == [OrderStatus.READY]
