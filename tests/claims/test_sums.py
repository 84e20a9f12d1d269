"""Whatever is claimed, offered, decided and refunded by hand of one order: the money adds up after each deed."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.claims import queries as claims
from marketplace.claims import services
from marketplace.claims.models import Claim
from marketplace.claims.rules import OPEN, Remedy
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.db import transaction
from marketplace.core.errors import Refusal
from marketplace.ledger import queries as ledger
from marketplace.orders import queries as orders
from marketplace.orders import services as order_services
from marketplace.orders.models import Order, OrderLine, RefundLine, RefundPart
from marketplace.payments.rules import PaymentMethod
from tests import make as market
from tests.books import faults
from tests.claims.conftest import Ordering
from tests.make import claims as make

ADMIN = Actor(None, "Admin", frozenset({market.OPERATOR}))
DEEDS = ("claim", "agree", "offer", "accept", "escalate", "decide", "lapse", "withdraw", "by_hand")


def _deeds(order: Order) -> dict[str, Callable[[int, int], object]]:
    """Each takes a number of pieces and a sum of rupiah; what cannot be done at the time is refused."""

    def running() -> int:
        found = sa.select(Claim.id).where(Claim.order_id == order.id, Claim.state.in_(OPEN))
        return make.db.session.scalar(found) or 0

    def lapse(_pieces: int, _amount: int) -> None:
        found = make.db.session.get(Claim, running())
        if found is not None:
            make.lapse(found)

    line = make.line_ids(order)[0]
    return {
        "claim": lambda pieces, amount: make.claim(
            order, quantity=pieces, amount=amount, with_delivery=amount % 2 == 0
        ),
        "agree": lambda pieces, amount: services.agree(SYSTEM, running(), make.said()),
        "offer": lambda pieces, amount: services.offer(
            SYSTEM, running(), list(Remedy)[pieces % 4], amount, 0, make.said()
        ),
        "accept": lambda pieces, amount: services.accept(make.BUYER, running(), make.said()),
        "escalate": lambda pieces, amount: services.escalate(make.BUYER, running(), make.said()),
        "decide": lambda pieces, amount: services.decide(ADMIN, running(), {line: amount}, 0, make.said()),
        "lapse": lapse,
        "withdraw": lambda pieces, amount: services.withdraw(make.BUYER, running(), make.said()),
        "by_hand": lambda pieces, amount: order_services.refunds.refund_order(SYSTEM, order.id, amount, 0, "Baik hati"),
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deeds=st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(1, 4), st.integers(1, 130_000)), max_size=14),
    is_cash=st.booleans(),
)
def test_the_money_of_an_order_adds_up(
    db: SQLAlchemy, ordered: Ordering, deeds: list[tuple[str, int, int]], is_cash: bool
) -> None:
    order = ordered(method=PaymentMethod.CASH if is_cash else PaymentMethod.CARD, fee=7_001)
    ways = _deeds(order)
    for name, pieces, amount in deeds:
        try:
            with transaction():
                ways[name](pieces, amount)
        except Refusal:
            db.session.expire_all()
        assert sum(ledger.balances().values()) == 0
        assert orders.crooked_orders() == []
        assert orders.crooked_parts() == []
        assert orders.crooked_lines() == []
        assert claims.crooked_claims() == []
        _lines_add_up(db, order)
    assert faults() == []


def _lines_add_up(db: SQLAlchemy, order: Order) -> None:
    """A line counts what refunds took from it, and all lines together no more than the order."""
    by_lines = db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(RefundLine.amount), 0)))
    mine = sa.select(sa.func.sum(OrderLine.refunded), sa.func.sum(OrderLine.claimed)).where(
        OrderLine.order_id == order.id
    )
    refunded, claimed = db.session.execute(mine).one()
    parts = sa.select(sa.func.coalesce(sa.func.sum(RefundPart.goods), 0)).where(RefundPart.order_id == order.id)
    assert refunded <= (by_lines or 0)
    assert refunded <= order.refunded_goods == db.session.scalar(parts)
    assert claimed <= 5
    assert order.refunded_goods + order.contested_goods <= order.goods_total
