"""A change that two decide at the same moment, and a substitute that two want: one wins, and all sums hold.

The control, answers without the lock, stands in test_once.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import Variant
from marketplace.catalog.services import stock
from marketplace.catalog.services.stock import OutOfStock
from marketplace.changes import queries, services
from marketplace.changes.models import OrderChange
from marketplace.changes.rules import Asked, ChangeState, Wish
from marketplace.core.actor import SYSTEM
from marketplace.core.db import db, transaction
from marketplace.core.errors import Refusal, Stale
from marketplace.orders.models import Order
from marketplace.orders.services import accept
from tests import make
from tests.books import check_books
from tests.concurrency.crowd import together
from tests.databases import Market
from tests.make.changes import AS_BUYER

pytestmark = pytest.mark.race


def _proposed(market: Market) -> tuple[int, int, int]:
    """An order of five blue, with three red offered instead of all: ids of order, change, red."""
    with market.app.app_context(), transaction():
        store = make.store("Tenun Ina")
        blue, red = (
            make.product(store, "Biru", price=50_000, on_hand=10),
            make.product(store, "Merah", price=60_000, on_hand=3),
        )
        order = make.orders_of(make.purchase([blue], quantity=5))[0]
        variant = make.variant(red).id
        return order.id, make.proposal(order, Wish(0, variant_id=variant, pieces=3)).id, variant


def _agree(order_id: int, change_id: int) -> ChangeState:
    with transaction():
        return services.agree_as_buyer(AS_BUYER, order_id, change_id).state


def _withdraw(order_id: int, change_id: int) -> ChangeState:
    with transaction():
        return services.withdraw_as_shop(SYSTEM, order_id, change_id).state


def test_the_buyer_says_yes_while_the_shop_takes_it_back(live_database: Market) -> None:
    order_id, change_id, _ = _proposed(live_database)
    jobs = [lambda: _agree(order_id, change_id), lambda: _withdraw(order_id, change_id)] * 3
    done = together(live_database.app, jobs)
    won = [result for result in done if not isinstance(result, Exception)]
    assert len(won) == 1, done
    assert all(isinstance(result, Stale) for result in done if result not in won)
    with live_database.app.app_context():
        order = db.session.get_one(Order, order_id)
        assert order.total == (150_000 if won == [ChangeState.AGREED] else 250_000)
        assert db.session.get_one(OrderChange, change_id).state is won[0]
        check_books()


def test_the_substitute_is_bought_by_another_meanwhile(live_database: Market) -> None:
    order_id, change_id, red = _proposed(live_database)

    def buy() -> object:
        with transaction():
            stock.reserve({red: 2})
        return "bought"

    bought, answered = together(live_database.app, [buy, lambda: _agree(order_id, change_id)])
    with live_database.app.app_context():
        reserved = db.session.scalar(sa.select(Variant.reserved).where(Variant.id == red))
        if answered is ChangeState.AGREED:
            assert isinstance(bought, OutOfStock)
            assert reserved == 3
        else:
            assert (answered, bought, reserved) == (ChangeState.FAILED, "bought", 2)
            assert [line.quantity for line in make.lines_of(db.session.get_one(Order, order_id))] == [5]


def test_two_proposals_at_once_are_one(live_database: Market) -> None:
    with live_database.app.app_context(), transaction():
        order = make.orders_of(make.purchase([make.product(on_hand=10)], quantity=5))[0]
        order_id, line_id, seen = order.id, make.lines_of(order)[0].id, queries.stamp_of(order.id)

    def propose() -> int:
        with transaction():
            return services.propose(SYSTEM, order_id, Asked({line_id: Wish(3)}, "Habis"), seen).id

    done = together(live_database.app, [propose] * 5)
    assert sum(isinstance(result, int) for result in done) == 1
    assert all(isinstance(result, Refusal) for result in done if not isinstance(result, int))


def test_a_yes_of_the_buyer_and_a_yes_of_the_shop_do_not_stand_in_each_others_way(live_database: Market) -> None:
    order_id, change_id, _ = _proposed(live_database)

    def say_yes() -> object:
        with transaction():
            return accept(SYSTEM, order_id).status

    done = together(live_database.app, [say_yes, lambda: _agree(order_id, change_id)])
    assert done[1] is ChangeState.AGREED
    with live_database.app.app_context():
        assert db.session.get_one(Order, order_id).status == "processing"
        check_books()
