"""A buyer's two phones, and a shop and a clock, at the same moment: nothing is claimed or paid back twice."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.claims import services
from marketplace.claims.models import Claim, ClaimLine
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now, travel
from marketplace.core.db import db, transaction
from marketplace.core.errors import Stale
from marketplace.ledger.models import LedgerTransaction
from marketplace.ledger.rules import Kind
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Refund
from tests import make as market
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market
from tests.make import claims as make

pytestmark = pytest.mark.race


def _order(live: Market) -> int:
    with live.app.app_context(), transaction():
        made = market.purchase([market.product(price=50_000, on_hand=10)], up_to=OrderStatus.DONE, quantity=2)
        return market.orders_of(made)[0].id


def _claim(order_id: int) -> int:
    order = db.session.get_one(Order, order_id)
    with transaction():
        return make.claim(order, quantity=2).id


def test_two_claims_at_once_are_one(live_database: Market) -> None:
    order_id = _order(live_database)
    done = together(live_database.app, [lambda: _claim(order_id)] * 6)
    assert sum(isinstance(each, int) for each in done) == 1
    assert all(isinstance(each, int | Stale) for each in done)
    with live_database.app.app_context():
        assert db.session.scalars(sa.select(OrderLine.claimed)).all() == [2]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Claim)) == 1


def test_without_the_guard_more_is_claimed_than_was_bought(live_database: Market) -> None:
    """The control: look first, count afterwards, by what was seen."""
    order_id = _order(live_database)
    meeting = Meeting(2)

    def naive() -> None:
        counted = sa.select(sa.func.coalesce(sa.func.sum(ClaimLine.quantity), 0))
        free = 2 - (db.session.scalar(counted) or 0)
        db.session.rollback()
        meeting.wait()
        if free < 2:
            return
        with transaction():
            line = db.session.scalars(sa.select(OrderLine.id)).one()
            claim = Claim(
                order_id=order_id,
                store_id=db.session.get_one(Order, order_id).store_id,
                form_key=make.said().form_key,
                state="withdrawn",
                reason="wrong",
                wish="money",
                asked=1,
                opened_at=now(),
                closed_at=now(),
            )
            db.session.add(claim)
            db.session.flush()
            db.session.add(ClaimLine(claim_id=claim.id, line_id=line, quantity=2, asked=1))

    together(live_database.app, [naive] * 2)
    with live_database.app.app_context():
        assert db.session.scalar(sa.select(sa.func.sum(ClaimLine.quantity))) == 4


def test_shop_buyer_and_clock_at_once_pay_back_once(live_database: Market) -> None:
    order_id = _order(live_database)
    with live_database.app.app_context():
        claim_id = _claim(order_id)
        due = db.session.get_one(Claim, claim_id).due_at
    assert due is not None

    def agree() -> None:
        with transaction():
            services.agree(SYSTEM, claim_id, make.said())

    def withdraw() -> None:
        with transaction():
            services.withdraw(make.BUYER, claim_id, make.said())

    def lapse() -> None:
        with travel(due), transaction():
            services.by_default(claim_id)

    done = together(live_database.app, [agree, lapse, withdraw] * 3)
    assert all(each is None or isinstance(each, Stale) for each in done)
    with live_database.app.app_context():
        assert (db.session.scalar(sa.select(sa.func.count()).select_from(Refund)) or 0) <= 1
        closed = sa.select(sa.func.count()).select_from(LedgerTransaction)
        assert (db.session.scalar(closed.where(LedgerTransaction.kind == Kind.CLAIM_CLOSED)) or 0) <= 1
