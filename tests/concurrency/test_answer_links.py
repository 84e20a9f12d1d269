"""The link in a letter is good for one act, also when two phones press at the same moment."""

from __future__ import annotations

from functools import partial

import pytest
import sqlalchemy as sa

from marketplace.core.db import db, transaction
from marketplace.core.errors import NotFound, Stale
from marketplace.orders import services
from marketplace.orders.models import Order, OrderEvent, OrderLink
from marketplace.orders.rules import LinkAct, OrderStatus
from marketplace.orders.services.links import Said, open_link
from tests import make
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market

pytestmark = pytest.mark.race


def _link(market: Market) -> str:
    """The link to an order that waits for an answer."""
    with market.app.app_context():
        ina = make.person("Ina", email="ina@example.id")
        with transaction():
            store = make.store("Dapur Ina", owner=ina)
            order = make.orders_of(make.purchase([make.product(store, on_hand=10)]))[0]
            return make.answer_link(order, ina)


def _do(token: str, what: LinkAct) -> LinkAct:
    with transaction():
        assert services.links.act(token, what, Said(reason="Habis")) is None
    return what


def test_of_many_clicks_at_once_one_acts(live_database: Market) -> None:
    token = _link(live_database)
    wishes = (LinkAct.ACCEPT, LinkAct.DECLINE, LinkAct.READY)
    done = together(live_database.app, [partial(_do, token, act) for act in wishes * 3])
    won = [result for result in done if not isinstance(result, Exception)]
    assert len(won) == 1
    assert won[0] in (LinkAct.ACCEPT, LinkAct.DECLINE)
    assert all(isinstance(result, Stale) for result in done if result not in won)
    with live_database.app.app_context():
        assert db.session.scalars(sa.select(OrderLink.act)).all() == won
        assert db.session.scalar(sa.select(sa.func.count()).select_from(OrderEvent)) == 2


def test_looking_at_the_link_first_lets_it_act_twice(live_database: Market) -> None:
    """The control: both see a link that has not acted, and one takes the step after the other's."""
    token = _link(live_database)
    meeting, accepted = Meeting(2), Meeting(2)

    def naive(what: LinkAct) -> bool:
        opened = open_link(token)
        was_live, order_id, actor = opened.is_live, opened.link.order_id, opened.actor
        db.session.rollback()
        meeting.wait()
        if what is LinkAct.READY:
            accepted.wait()
        with transaction():
            (services.mark_ready if what is LinkAct.READY else services.accept)(actor, order_id)
        if what is LinkAct.ACCEPT:
            accepted.wait()
        return was_live

    assert together(live_database.app, [lambda: naive(LinkAct.ACCEPT), lambda: naive(LinkAct.READY)]) == [True, True]
    with live_database.app.app_context():
        assert db.session.scalars(sa.select(Order.status)).all() == [OrderStatus.READY]


def test_new_links_asked_for_at_once_keep_their_bound(live_database: Market) -> None:
    token = _link(live_database)
    with live_database.app.app_context():
        _do(token, LinkAct.ACCEPT)

    def renew() -> None:
        with transaction():
            services.links.renew(token)

    done = together(live_database.app, [renew] * 8)
    assert done.count(None) == services.links.RENEWALS_PER_HOUR
    assert not any(isinstance(result, NotFound) for result in done)
