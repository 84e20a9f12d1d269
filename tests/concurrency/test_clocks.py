"""The clock ends an order while a person moves it: one of them wins, and money and goods move once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import Variant
from marketplace.core.actor import GUEST, SYSTEM
from marketplace.core.clock import now, travel
from marketplace.core.db import db, transaction
from marketplace.core.errors import Stale
from marketplace.ledger.models import LedgerTransaction
from marketplace.ledger.rules import Kind
from marketplace.orders import handlers, services
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.policies import Buyer, guest_key
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Refund
from marketplace.payments.rules import PaymentMethod
from tests import make
from tests.concurrency.crowd import together
from tests.databases import Market
from tests.make.till import Till

pytestmark = pytest.mark.race
S = OrderStatus
LATE = timedelta(days=12)


@pytest.fixture
def market(live_database: Market) -> Iterator[Market]:
    """A market of its own in which cards are taken."""
    with make.plugged(live_database.app, Till()):
        yield live_database


def _order(market: Market, up_to: OrderStatus) -> tuple[int, str, Buyer]:
    """An order of two pieces of ten, paid, whose reminder was sent and whose time is over at `LATE`."""
    with market.app.app_context():
        with transaction():
            goods = [make.product(price=50_000, on_hand=10)]
            made = make.purchase(goods, up_to=up_to, payment_method=PaymentMethod.CARD)
            order = make.orders_of(made)[0]
            found = order.id, order.handover_code, Buyer(GUEST, guest_key(made.code))
        with travel(now() + timedelta(days=9 if up_to is S.PROCESSING else 1.5)):
            handlers.remind_of_clocks()
    return found


def _run_out(order_id: int) -> str:
    with travel(now() + LATE), transaction():
        services.run_out(order_id)
    return "clock"


def _hand_over(order_id: int, code: str) -> str:
    with transaction():
        services.hand_over(SYSTEM, order_id, code)
    return "shop"


def _take_back(buyer: Buyer, order_id: int) -> str:
    with travel(now() + LATE), transaction():
        services.take_back(buyer, order_id)
    return "buyer"


def test_the_clock_and_the_code_release_the_money_once(market: Market) -> None:
    order_id, code, _ = _order(market, S.ARRIVED)
    done = together(market.app, [lambda: _run_out(order_id), lambda: _hand_over(order_id, code)] * 4)
    assert sum(isinstance(result, Stale) for result in done) == 7
    with market.app.app_context():
        assert db.session.scalars(sa.select(Order.status)).all() == [S.DONE]
        assert tuple(db.session.execute(sa.select(Variant.on_hand, Variant.reserved)).one()) == (8, 0)
        released = sa.select(sa.func.count()).where(LedgerTransaction.kind == Kind.RELEASE)
        assert db.session.scalar(released) == 1


def test_the_clock_and_the_buyer_give_the_money_back_once(market: Market) -> None:
    order_id, _, buyer = _order(market, S.PROCESSING)
    done = together(market.app, [lambda: _run_out(order_id), lambda: _take_back(buyer, order_id)] * 4)
    assert sum(isinstance(result, Stale) for result in done) == 7
    with market.app.app_context():
        assert db.session.scalars(sa.select(Order.status)).all() == [S.CANCELLED]
        assert tuple(db.session.execute(sa.select(Variant.on_hand, Variant.reserved)).one()) == (10, 0)
        assert db.session.scalars(sa.select(Refund.amount)).all() == [100_000]


def test_control_without_the_lock_both_end_it(market: Market) -> None:
    """Two that only read the state, and write what follows, both think that they were first."""
    order_id, _, _ = _order(market, S.ARRIVED)

    def end_without_lock() -> str:
        with market.app.app_context(), db.engine.connect() as connection:
            state = connection.execute(sa.select(Order.status).where(Order.id == order_id)).scalar_one()
        barrier.wait(timeout=10)
        if state is not S.ARRIVED:
            raise Stale("orders.moved_on")
        with transaction():
            db.session.add(OrderEvent(order_id=order_id, status=S.DONE, at=now(), note=""))
        return "ended"

    barrier = Barrier(2)
    done = together(market.app, [end_without_lock] * 2)
    assert done == ["ended", "ended"], "the lock is what the tests above are about"
