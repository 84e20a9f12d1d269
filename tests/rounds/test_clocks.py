"""What becomes of an order that goes with a round when shop, runner or buyer let it wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.clock import now, today, travel
from marketplace.core.db import transaction
from marketplace.notifications.models import Message
from marketplace.orders import handlers as order_handlers
from marketplace.orders.models import Order
from marketplace.orders.queries import order_view, time_line
from marketplace.orders.rules import OrderStatus, Who
from marketplace.rounds import handlers
from tests import make
from tests.make import rounds as build
from tests.rounds.test_running import Run


@pytest.fixture
def run(db: SQLAlchemy) -> Iterator[Run]:
    with make.at(8):
        yield Run()


def pass_days(number: int) -> None:
    """Let the worker do what it does each day and night, for so many days."""
    for day in range(1, number + 1):
        with make.at(0, 30, days=day):
            handlers.roll_over()
            order_handlers.remind_of_clocks()
            order_handlers.run_out_clocks()


def letters(db: SQLAlchemy, order: Order, template: str) -> int:
    query = sa.select(sa.func.count()).where(Message.key.startswith(f"orders.{template}:{order.id}:"))
    return db.session.scalar(query) or 0


def test_a_shop_is_late_when_the_day_of_the_run_is_over(run: Run) -> None:
    with transaction():
        _, held = build.by_round("tamu", run.goods, run.round, today(), is_ready=False)
    with make.at(0, days=1):
        assert {order.remind_at for order in held} == {now()}


@pytest.mark.parametrize("card", [False, True])
def test_what_no_runner_fetches_ends_after_a_word_to_both(db: SQLAlchemy, run: Run, card: bool) -> None:
    _, held = run.place(card=card)
    assert {order.may_end_at for order in held} == {None}, "no buyer is to blame, whom a shop could leave"
    pass_days(14)
    assert {order.status for order in held} == {OrderStatus.READY}
    assert [letters(db, order, "order_not_collected") for order in held] == [1, 1]
    assert letters(db, held[0], "shop_not_collected") == 1
    assert letters(db, held[0], "order_not_fetched") == 0
    pass_days(15)
    assert {order.status for order in held} == {OrderStatus.CANCELLED}
    assert sum(order.refunded_goods for order in held) == (sum(order.goods_total for order in held) if card else 0)


def test_a_runner_who_met_nobody_starts_the_clock_anew(run: Run) -> None:
    _, held = run.place(card=True)
    run.collect(*held)
    ends = held[0].ends_at
    run.nobody_home(*held)
    assert ends is not None
    assert held[0].ends_at == ends + timedelta(days=1)


def test_what_the_runner_says_nothing_of_counts_as_arrived_and_leaves_the_round(run: Run) -> None:
    _, held = run.place(card=True)
    run.collect(*held)
    pass_days(4)
    assert {order.status for order in held} == {OrderStatus.ARRIVED}
    day = held[0].delivery_days
    with travel(now() + timedelta(days=5)):
        handlers.roll_over()
    assert held[0].delivery_days == day
    pass_days(7)
    assert {order.status for order in held} == {OrderStatus.DONE}


def test_the_time_line_names_the_runner_by_his_side_only(run: Run) -> None:
    _, held = run.place()
    run.collect(*held)
    found = order_view(held[0].id)
    assert found is not None
    line = time_line(*found)
    assert (line.moments[-1].what, line.moments[-1].who) == (OrderStatus.ON_THE_WAY, Who.RUNNER)
    assert line.ahead == (OrderStatus.DONE,)
