"""A run from the first door to the last: cash and card, what waits, who may, and nothing done twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.checkout import services as checkout
from marketplace.checkout.rules import CartOwner
from marketplace.checkout.services import CheckoutSpec
from marketplace.core.actor import GUEST, SYSTEM, Actor
from marketplace.core.clock import today
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale, TooMany
from marketplace.notifications.models import Message
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Purchase
from marketplace.orders.queries import order_view
from marketplace.orders.rules import OrderStatus
from marketplace.rounds import handlers, services
from marketplace.rounds.events import OrderPutOff
from marketplace.rounds.models import Round
from marketplace.rounds.queries.runs import left_behind, run_view, runs_of
from tests import make
from tests.counting import statements
from tests.make import rounds as build


class Run:
    """Two shops, their goods, a round and its runner, at eight in the morning of a run."""

    def __init__(self) -> None:
        self.owner = make.person("Mama Ina")
        with transaction():
            self.stores = [make.store("Dapur Mama Ina", self.owner), make.store("Tenun Mama Yuli")]
            self.goods = [make.product(store, on_hand=50) for store in self.stores]
            self.round: Round = build.collection_round(self.stores)
        self.runner: Actor = build.runner(self.round)

    def place(self, owner: str = "tamu", **more: bool) -> tuple[Purchase, list[Order]]:
        with transaction():
            return build.by_round(owner, self.goods, self.round, today(), **more)

    def collect(self, *held: Order) -> int:
        with transaction():
            return services.collect(self.runner, self.round.id, today(), [order.id for order in held])

    def deliver(self, code: str, *held: Order) -> object:
        with transaction():
            return services.deliver(self.runner, self.round.id, today(), [order.id for order in held], code)

    def not_ready(self, order: Order) -> date:
        with transaction():
            return services.not_ready(self.runner, self.round.id, today(), order.id)

    def nobody_home(self, *held: Order) -> date:
        with transaction():
            return services.nobody_home(self.runner, self.round.id, today(), [order.id for order in held])


@pytest.fixture
def run(db: SQLAlchemy) -> Iterator[Run]:
    with make.at(8):
        yield Run()


@pytest.mark.parametrize("card", [False, True])
def test_one_code_of_the_parcel_ends_all_that_was_collected(run: Run, card: bool) -> None:
    _, held = run.place(card=card)
    assert run.collect(*held) == 2
    assert {order.status for order in held} == {OrderStatus.ON_THE_WAY}
    assert run.deliver(held[1].handover_code, *held) is None
    assert {order.status for order in held} == {OrderStatus.DONE}
    assert all(order.done_at for order in held)


def test_a_second_press_takes_nothing_twice_and_a_late_one_is_told(run: Run) -> None:
    _, held = run.place()
    assert (run.collect(*held), run.collect(*held)) == (2, 0)
    assert run.deliver(held[0].handover_code, *held) is None
    with pytest.raises(Stale):
        run.deliver(held[0].handover_code, *held)


def test_what_is_not_ready_goes_with_the_next_run_and_the_rest_is_brought(run: Run) -> None:
    _, held = run.place()
    run.collect(held[0])
    following = run.not_ready(held[1])
    assert following.isoformat() == held[1].delivery_days == "2026-11-26"
    assert held[1].status is OrderStatus.READY
    with pytest.raises(Stale, match="moved_on"):
        run.not_ready(held[1])
    assert run.deliver(held[0].handover_code, held[0]) is None
    assert [order.status for order in held] == [OrderStatus.DONE, OrderStatus.READY]
    with make.at(15, days=1):
        assert run.collect(held[1]) == 1


def test_the_code_of_a_bag_that_stayed_behind_proves_nothing(run: Run) -> None:
    _, held = run.place()
    run.collect(held[0])
    with transaction():
        held[0].handover_code, held[1].handover_code = "1111", "2222"
    assert isinstance(run.deliver("2222", *held), Invalid)
    assert held[0].status is OrderStatus.ON_THE_WAY
    view = order_view(held[1].id)
    assert view is not None
    assert not view[0].shows_code, "the buyer does not read it before the runner has the bag"


def test_wrong_codes_lock_the_parcel(run: Run) -> None:
    _, held = run.place()
    run.collect(*held)
    with transaction():
        held[0].handover_code, held[1].handover_code = "1111", "2222"
    refused = [run.deliver("9999", *held) for _ in range(5)]
    assert [type(each) for each in refused] == [Invalid] * 4 + [TooMany]
    with pytest.raises(TooMany):
        run.deliver("1111", *held)


def test_nobody_home_means_the_next_run_with_the_bags_in_hand(run: Run) -> None:
    _, held = run.place()
    with pytest.raises(Stale):
        run.nobody_home(*held)
    run.collect(*held)
    following = run.nobody_home(*held)
    assert {order.delivery_days for order in held} == {following.isoformat()}
    assert {order.status for order in held} == {OrderStatus.ON_THE_WAY}
    with make.at(16, days=1):
        assert run.deliver(held[0].handover_code, *held) is None


def test_nobody_else_runs_it(run: Run) -> None:
    _, held = run.place()
    others = [GUEST, make.actor_of(run.owner), build.runner(build.collection_round(name="Lain"), "Pelari Lain")]
    for actor in others:
        for act in (
            lambda who: services.collect(who, run.round.id, today(), [held[0].id]),
            lambda who: services.not_ready(who, run.round.id, today(), held[0].id),
            lambda who: services.deliver(who, run.round.id, today(), [held[0].id], "1234"),
            lambda who: services.nobody_home(who, run.round.id, today(), [held[0].id]),
        ):
            with pytest.raises(NotAllowed):
                act(actor)
    assert held[0].status is OrderStatus.READY


def test_a_runner_moves_only_orders_of_his_run_and_only_on_its_day(run: Run) -> None:
    _, held = run.place()
    with transaction():
        other = make.orders_of(make.purchase([run.goods[0]], up_to=OrderStatus.READY))[0]
    with pytest.raises(NotFound):
        run.collect(held[0], other)
    with make.at(8, days=-1), pytest.raises(Stale, match="moved_on"):
        run.collect(held[0])
    with pytest.raises(Stale, match="not_today"):
        services.collect(run.runner, run.round.id, today().replace(day=26), [held[0].id])
    with pytest.raises(NotAllowed):
        orders.collect(run.runner, held[0].id)


def test_an_order_that_ended_after_the_list_was_printed_cannot_be_taken(run: Run) -> None:
    purchase, _ = run.place()
    with transaction():
        waiting = make.orders_of(_placed(*build.round_form("tamu-2", run.goods, run.round, today())))
        orders.decline(SYSTEM, waiting[0].id, "Bahan habis")
    with pytest.raises(Stale, match="moved_on"):
        run.collect(waiting[0])
    view = run_view(run.round, today())
    ended = [order for stop in view.stops for order in stop.orders if order.is_ended]
    assert [order.code for order in ended] == [waiting[0].code]
    assert purchase.code in {parcel.first.purchase_code for parcel in view.parcels}


def _placed(cart: CartOwner, spec: CheckoutSpec) -> Purchase:
    return checkout.place(GUEST, cart, make.form_key(), spec)


def test_what_a_run_leaves_behind_goes_with_the_next_one(run: Run) -> None:
    _, held = run.place()
    handlers.roll_over()
    assert {order.delivery_days for order in held} == {"2026-11-25"}, "its day is not over"
    with make.at(0, 30, days=1):
        assert left_behind(today()) == [order.id for order in held]
        handlers.roll_over()
        handlers.roll_over()
        assert left_behind(today()) == []
    assert {order.delivery_days for order in held} == {"2026-11-26"}


def test_buyer_shop_and_runner_are_told_once(db: SQLAlchemy, run: Run) -> None:
    _, held = run.place()
    handlers.tell_in_the_morning()
    handlers.tell_in_the_morning()
    run.not_ready(held[0])
    handlers.tell_of_delay(OrderPutOff(held[0].id, 1))
    handlers.tell_of_delay(OrderPutOff(held[0].id, 1))
    letters = list(db.session.scalars(sa.select(Message).where(Message.key.startswith("rounds."))))
    subjects = sorted(letter.subject for letter in letters)
    assert len(subjects) == 4
    assert subjects.count(f"Pesanan {held[0].code} ikut putaran Kamis, 26 Nov 2026") == 2
    assert "Putaran Fatululi datang hari ini pukul 15.00–18.00" in subjects
    assert "Hari ini Anda menjalankan Putaran Fatululi" in subjects


def test_an_address_is_for_the_day_and_a_number_for_the_way(run: Run) -> None:
    _, held = run.place()
    with make.at(8, days=-1):
        assert all(parcel.door is None for parcel in run_view(run.round, today().replace(day=25)).parcels)
    door = run_view(run.round, today()).parcels[0].door
    assert door is not None
    assert (door.phone, door.landmark) == ("", "samping gereja")
    run.collect(*held)
    door = run_view(run.round, today()).parcels[0].door
    assert door is not None
    assert door.phone == "+6281234567890"
    run.deliver(held[0].handover_code, *held)
    assert run_view(run.round, today()).parcels[0].door is None


def test_a_run_costs_the_same_however_long_it_is(db: SQLAlchemy, run: Run) -> None:
    run.place("tamu-1")
    with statements(db) as few:
        run_view(run.round, today())
    for n in range(2, 6):
        run.place(f"tamu-{n}")
    with statements(db) as many:
        view = run_view(run.round, today())
    assert len(view.parcels) == 5
    assert len(few) == len(many)
    assert [(row.orders, row.open) for row in runs_of([run.round.id])] == [(10, 10)]


def test_stops_come_by_place_then_address(db: SQLAlchemy, run: Run) -> None:
    run.place()
    names = [stop.shop.store_name for stop in run_view(run.round, today()).stops]
    services.order_stops(SYSTEM, run.round.id, {run.stores[1].id: 1})
    turned = [stop.shop.store_name for stop in run_view(run.round, today()).stops]
    assert turned == ["Tenun Mama Yuli", "Dapur Mama Ina"] == names[::-1]
