"""The four digits of the hand-over: a wrong one is counted, five lock, time unlocks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, Refusal, TooMany
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.rules import HANDOVER_LOCK_MINUTES, OrderStatus
from marketplace.orders.services.steps import pieces
from tests import make
from tests.orders.snapshots import stock_of


@pytest.fixture
def order(db: SQLAlchemy) -> Order:
    """An order that is ready to be fetched."""
    with transaction():
        made = make.purchase([make.product(on_hand=10)], up_to=OrderStatus.READY)
    return make.orders_of(made)[0]


def _hand_over(order: Order, code: str) -> Refusal | None:
    order_id = order.id
    with transaction():
        return services.hand_over(SYSTEM, order_id, code)


def _wrong(order: Order) -> str:
    return f"{(int(order.handover_code) + 1) % 10_000:04d}"


def test_a_wrong_code_is_refused_and_the_try_is_kept(order: Order) -> None:
    for typed in (_wrong(order), "", "12", order.handover_code + "0"):
        refusal = _hand_over(order, typed)
        assert isinstance(refusal, Invalid)
        assert refusal.field == "code"
    assert (order.handover_tries, order.status) == (4, OrderStatus.READY)
    assert _hand_over(order, f" {order.handover_code} ") is None
    assert order.status is OrderStatus.DONE


def test_the_fifth_wrong_code_locks_even_the_right_one_out(order: Order) -> None:
    refusals = [_hand_over(order, _wrong(order)) for _ in range(5)]
    assert isinstance(refusals[-1], TooMany)
    with pytest.raises(TooMany) as refused:
        _hand_over(order, order.handover_code)
    assert 0 < refused.value.retry_after <= HANDOVER_LOCK_MINUTES * 60
    assert (order.handover_tries, order.status) == (5, OrderStatus.READY)
    assert stock_of(_line_variant(order)) == (10, 2)


def test_time_opens_the_lock_and_five_more_tries_are_free(order: Order) -> None:
    for _ in range(5):
        _hand_over(order, _wrong(order))
    with travel(now() + timedelta(minutes=HANDOVER_LOCK_MINUTES, seconds=1)):
        for left in (4, 3, 2, 1):
            refusal = _hand_over(order, _wrong(order))
            assert isinstance(refusal, Invalid)
            assert refusal.values["left"] == left
        assert _hand_over(order, order.handover_code) is None


def test_each_lock_holds_longer_up_to_a_day(order: Order) -> None:
    at, held = now(), []
    for _ in range(9):
        with travel(at):
            refusals = [_hand_over(order, _wrong(order)) for _ in range(5)]
        assert isinstance(refusals[-1], TooMany)
        held.append(refusals[-1].retry_after // 60)
        at += timedelta(seconds=refusals[-1].retry_after + 1)
    assert held == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]


def _line_variant(order: Order) -> int:
    return next(iter(pieces([order.id])))
