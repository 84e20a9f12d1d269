"""A receipt that many ask for at the same moment is written once, and all of them get it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace.core.clock import now
from marketplace.core.db import db, transaction
from marketplace.orders.rules import OrderStatus
from marketplace.receipts import queries, services
from marketplace.receipts.models import Receipt
from tests import make
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market

pytestmark = pytest.mark.race
CROWD = 6


def _order(market: Market) -> int:
    with market.app.app_context(), transaction():
        return make.orders_of(make.purchase([make.product(on_hand=10)], up_to=OrderStatus.DONE))[0].id


def _versions(market: Market) -> list[int]:
    with market.app.app_context():
        return list(db.session.scalars(sa.select(Receipt.version)))


def test_all_get_the_one_that_is_written(live_database: Market) -> None:
    order_id = _order(live_database)

    def ask() -> tuple[int, bytes]:
        with transaction():
            copy = services.issue(order_id)
        assert copy is not None
        pdf = services.draw(copy)
        with transaction():
            services.keep(copy.id, pdf)
        return copy.id, pdf

    done = together(live_database.app, [ask] * CROWD)
    assert len({result if isinstance(result, Exception) else result[0] for result in done}) == 1
    assert len({result if isinstance(result, Exception) else result[1] for result in done}) == 1
    assert _versions(live_database) == [1]


def test_control_without_the_lock_they_stumble_over_each_other(live_database: Market) -> None:
    order_id, meeting = _order(live_database), Meeting(CROWD)

    def ask() -> None:
        last = queries.latest(order_id)
        assert last is None
        db.session.rollback()
        meeting.wait()
        with transaction():
            facts = {"order": "X"}
            db.session.add(Receipt(order_id=order_id, version=1, number="KW-X-1", facts=facts, issued_at=now()))

    done = together(live_database.app, [ask] * CROWD)
    assert sum(isinstance(result, IntegrityError) for result in done) == CROWD - 1
    assert _versions(live_database) == [1]
