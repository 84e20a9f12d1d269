"""Whatever happens in whatever order: sums are zero, a shop is owed what it earned less what it was paid, and what is
on its way is what lies in open lines.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.core.actor import Actor
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.ledger import queries as ledger
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import PaymentMethod
from marketplace.payouts import services
from marketplace.payouts.models import PayoutLine
from marketplace.payouts.rules import LIVE, LineState
from tests.make import payouts as pay
from tests.payouts.books import faults, on_the_way, owed

STEPS = st.lists(
    st.tuples(
        st.sampled_from(("card", "cash", "fresh", "refund", "batch", "cancel", "paid", "failed")), st.integers(0, 9)
    ),
    min_size=3,
    max_size=9,
)


class World:
    """One shop, and all that can happen to its money."""

    def __init__(self, operator: Actor) -> None:
        self.operator, self.store, self.keys = operator, pay.paid_shop(), 0
        self.store_id = self.store.id

    def step(self, name: str, number: int) -> None:
        if name in ("card", "cash", "fresh"):
            method = PaymentMethod.CASH if name == "cash" else PaymentMethod.CARD
            ago = timedelta() if name == "fresh" else pay.LONG_AGO
            pay.sold(self.store, 30_001 + 17_003 * number, method, ago)
        elif name == "refund":
            self.refund(number)
        elif name == "batch":
            self.keys += 1
            pay.batch(self.operator, f"{self.store_id}-{self.keys}")
        else:
            self.settle(name)

    def refund(self, number: int) -> None:
        query = sa.select(Order.id, Order.goods_total - Order.refunded_goods).where(
            Order.store_id == self.store_id, Order.status == OrderStatus.DONE
        )
        left = [row for row in handle.session.execute(query.order_by(Order.id)) if row[1]]
        if left:
            order_id, goods = left[number % len(left)]
            with transaction():
                orders.refunds.refund_order(self.operator, order_id, max(1, goods // (1 + number % 3)), 0, "Rusak")

    def settle(self, name: str) -> None:
        query = sa.select(PayoutLine.id, PayoutLine.batch_id).where(
            PayoutLine.store_id == self.store_id, PayoutLine.state == LineState.RESERVED
        )
        for line_id, batch_id in handle.session.execute(query).all():
            with transaction():
                if name == "cancel":
                    services.batches.cancel(self.operator, batch_id)
                    continue
                services.batches.fetch(self.operator, batch_id)
                if name == "paid":
                    services.lines.confirm(self.operator, line_id)
                else:
                    services.lines.fail(self.operator, line_id, "Gagal", is_account_wrong=False)

    def check(self) -> None:
        live, reserved = (
            int(handle.session.scalar(query) or 0)
            for query in (
                sa.select(sa.func.sum(PayoutLine.amount)).where(
                    PayoutLine.store_id == self.store_id, PayoutLine.state.in_(LIVE)
                ),
                sa.select(sa.func.sum(PayoutLine.amount)).where(PayoutLine.state == LineState.RESERVED),
            )
        )
        ids = handle.session.scalars(sa.select(Order.id).where(Order.store_id == self.store_id)).all()
        earned = sum(each.net for each in ledger.earnings(ids).values())
        in_hand = ledger.store_summary(self.store_id).cash_in_hand
        assert owed(self.store_id) == earned - in_hand - live
        assert on_the_way() == reserved
        assert faults() == []


@given(steps=STEPS)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_books_are_whole_after_every_step(db: SQLAlchemy, operator: Actor, steps: list[tuple[str, int]]) -> None:
    world = World(operator)
    for name, number in steps:
        world.step(name, number)
    world.check()
    world.settle("cancel")
