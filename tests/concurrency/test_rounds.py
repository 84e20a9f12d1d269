"""A run carries no more orders than its runner can; a bag is taken once and a parcel ends once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from marketplace.checkout import services
from marketplace.core.actor import GUEST
from marketplace.core.clock import today
from marketplace.core.db import db, transaction
from marketplace.core.errors import Stale
from marketplace.orders.models import OrderEvent
from marketplace.orders.rules import OrderStatus
from marketplace.rounds import services as rounds
from marketplace.rounds.models import RoundOrder
from marketplace.rounds.queries.offers import orders_of_runs
from tests import make
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market
from tests.make import rounds as build

pytestmark = pytest.mark.race


def crowd(buyers: int, capacity: int) -> tuple[int, list[Callable[[], object]]]:
    """So many buyers who all saw tomorrow's run of one shop with room left."""
    with transaction():
        store = make.store()
        goods = [make.product(store, on_hand=50)]
        day = today().fromordinal(today().toordinal() + 1)
        found = build.collection_round([store], capacity=capacity, weekdays=str(day.isoweekday()))
        round_id = found.id
        forms = [build.round_form(f"pembeli-{n}", goods, found, day) for n in range(buyers)]

    def press(n: int) -> Callable[[], object]:
        (cart, spec), key = forms[n], make.form_key()

        def place() -> str:
            with transaction():
                return services.place(GUEST, cart, key, spec).code

        return place

    return round_id, [press(n) for n in range(buyers)]


def booked(round_id: int) -> int:
    db.session.rollback()
    query = sa.select(sa.func.count()).where(RoundOrder.round_id == round_id)
    return int(db.session.scalar(query) or 0)


def test_the_last_places_of_a_run_go_to_as_many(live_database: Market) -> None:
    with live_database.app.app_context():
        round_id, jobs = crowd(8, 3)
    done = together(live_database.app, jobs)
    refused = [result for result in done if isinstance(result, Exception)]
    assert {type(error) for error in refused} == {Stale}
    with live_database.app.app_context():
        assert (len(done) - len(refused), booked(round_id)) == (3, 3)


def test_counting_first_takes_the_last_place_twice(live_database: Market) -> None:
    """The control: count, then write what follows from the count."""
    with live_database.app.app_context(), transaction():
        goods = [make.product(make.store(), on_hand=9)]
        found = build.collection_round(capacity=1)
        round_id, day = found.id, today()
        order_ids = [make.orders_of(make.purchase(goods))[0].id for _ in range(2)]
    meeting = Meeting(2)

    def naive(order_id: int) -> Callable[[], bool]:
        def take() -> bool:
            is_free = orders_of_runs([round_id])[round_id, day] < 1
            db.session.rollback()
            meeting.wait()
            with transaction():
                db.session.add(RoundOrder(order_id=order_id, round_id=round_id, day=day))
            return is_free

        return take

    assert together(live_database.app, [naive(each) for each in order_ids]) == [True, True]
    with live_database.app.app_context():
        assert booked(round_id) == 2


def test_a_parcel_that_two_phones_end_ends_once(live_database: Market) -> None:
    with live_database.app.app_context():
        with transaction():
            store = make.store()
            goods = [make.product(store, on_hand=9)]
            found = build.collection_round([store], starts=24 * 60 - 1, ends=24 * 60, closes_before=0)
            _, held = build.by_round("tamu", goods, found, today())
            order_id, code, round_id = held[0].id, held[0].handover_code, found.id
        runner = build.runner(found)
        with transaction():
            rounds.collect(runner, round_id, today(), [order_id])

    def end() -> object:
        with transaction():
            return rounds.deliver(runner, round_id, today(), [order_id], code)

    done = together(live_database.app, [end, end])
    assert sorted(type(result).__name__ for result in done) == ["NoneType", "Stale"]
    with live_database.app.app_context():
        ends = sa.select(sa.func.count()).where(OrderEvent.order_id == order_id, OrderEvent.status == OrderStatus.DONE)
        assert db.session.scalar(ends) == 1
