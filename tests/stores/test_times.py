"""When a shop is open, and what a closure does to buying."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.models import Product
from marketplace.catalog.queries import offers
from marketplace.checkout import services as checkout
from marketplace.core.actor import Actor, Grant, Right, Role
from marketplace.core.clock import WITA, now, today, travel
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from marketplace.stores import queries, services
from marketplace.stores.rules import same_days, week_problem
from tests import make

NINE, NOON, FIVE = 540, 720, 1020
WORKDAYS = (((NINE, FIVE),),) * 5 + ((),) * 2


def owner_of(store_id: int) -> Actor:
    return Actor(1, "Ina", frozenset({Grant(Role.STORE_OWNER, store_id)}))


@pytest.fixture
def sambal(db: SQLAlchemy) -> Product:
    with transaction():
        return make.product(make.store("Dapur Mama Ina"), "Sambal Lu’at")


def plan(product: Product, first: date, last: date, note: str = "Libur Natal") -> int:
    with transaction():
        return services.plan_closure(owner_of(product.store_id), product.store_id, first, last, note).id


def is_buyable(product: Product) -> bool:
    variant = make.variant(product).id
    return offers([variant])[variant].is_buyable


@pytest.mark.parametrize(
    ("week", "problem"),
    [
        ((), None),
        (WORKDAYS, None),
        ((((NINE, NOON), (NOON + 60, FIVE)),) * 7, None),
        ((((0, 1440),),) * 7, None),
        (WORKDAYS[:6], "stores.week_days"),
        ((((FIVE, NINE),),) * 7, "stores.week_order"),
        ((((NINE, NINE),),) * 7, "stores.week_order"),
        ((((NINE, FIVE), (NOON, FIVE + 60)),) * 7, "stores.week_order"),
        ((((NINE, 1441),),) * 7, "stores.week_minutes"),
        ((((-1, NINE),),) * 7, "stores.week_minutes"),
        ((((1, 2), (3, 4), (5, 6)),) * 7, "stores.week_spans"),
    ],
)
def test_a_week_is_in_order(week: tuple[tuple[tuple[int, int], ...], ...], problem: str | None) -> None:
    assert week_problem(week) == problem


@given(st.lists(st.sampled_from([(), ((NINE, FIVE),), ((NINE, NOON),)]), min_size=7, max_size=7))
def test_runs_of_days_lose_no_day(days: list[tuple[tuple[int, int], ...]]) -> None:
    runs = same_days(tuple(days))
    assert [spans for first, last, spans in runs for _ in range(first, last + 1)] == days
    assert all(earlier[2] != later[2] for earlier, later in pairwise(runs))


def test_hours_are_shown_with_equal_days_together(client: FlaskClient, sambal: Product) -> None:
    with transaction():
        services.set_week(owner_of(sambal.store_id), sambal.store_id, WORKDAYS, "Setelah ibadah")
    page = client.get("/toko/dapur-mama-ina").text
    assert "Senin–Jumat 09.00–17.00" in page
    assert "Sabtu–Minggu tutup" in page
    assert "Setelah ibadah" in page


def test_during_a_closure_nothing_is_sold_and_everybody_reads_why(client: FlaskClient, sambal: Product) -> None:
    plan(sambal, today(), today() + timedelta(days=2))
    assert not is_buyable(sambal)
    for path in ("/toko/dapur-mama-ina", f"/produk/{sambal.slug}"):
        page = client.get(path).text
        assert "Toko tutup sampai" in page
        assert "Libur Natal" in page
    cart = make.cart_of("t" * 43)
    with pytest.raises(Stale), transaction():
        checkout.add(cart, make.variant(sambal).id, 1)


def test_a_closure_holds_from_midnight_to_midnight_in_kupang(sambal: Product) -> None:
    first = today() + timedelta(days=3)
    plan(sambal, first, first)
    begins = datetime(first.year, first.month, first.day, tzinfo=WITA)
    for at, expected in (
        (begins - timedelta(seconds=1), True),
        (begins, False),
        (begins + timedelta(hours=23, minutes=59), False),
        (begins + timedelta(days=1), True),
    ):
        with travel(at):
            assert is_buyable(sambal) is expected


def test_a_planned_closure_is_told_ahead(client: FlaskClient, sambal: Product) -> None:
    plan(sambal, today() + timedelta(days=5), today() + timedelta(days=6))
    page = client.get("/toko/dapur-mama-ina").text
    assert "Tutup" in page
    assert "Libur Natal" in page
    assert is_buyable(sambal)


@pytest.mark.parametrize(
    ("first", "last", "problem"),
    [
        (-1, 2, "stores.closure_past"),
        (3, 2, "stores.closure_order"),
        (0, 90, "stores.closure_long"),
        (9, 10, "stores.closure_overlaps"),
        (12, 14, "stores.closure_overlaps"),
        (11, 11, "stores.closure_overlaps"),
    ],
)
def test_closures_that_cannot_be(sambal: Product, first: int, last: int, problem: str) -> None:
    plan(sambal, today() + timedelta(days=10), today() + timedelta(days=12))
    with pytest.raises(Invalid) as refused:
        plan(sambal, today() + timedelta(days=first), today() + timedelta(days=last))
    assert refused.value.message_id == problem
    assert len(queries.closures(sambal.store_id)) == 1


def test_next_to_each_other_is_not_overlapping(sambal: Product) -> None:
    plan(sambal, today() + timedelta(days=10), today() + timedelta(days=12))
    plan(sambal, today() + timedelta(days=13), today() + timedelta(days=13))
    assert len(queries.closures(sambal.store_id)) == 2


def test_no_more_plans_than_a_year_needs(sambal: Product) -> None:
    for number in range(12):
        plan(sambal, today() + timedelta(days=number), today() + timedelta(days=number))
    with pytest.raises(Invalid):
        plan(sambal, today() + timedelta(days=40), today() + timedelta(days=40))


def test_a_closure_that_has_begun_ends_with_yesterday(sambal: Product) -> None:
    closure_id = plan(sambal, today(), today() + timedelta(days=5))
    with travel(now() + timedelta(days=2)):
        with transaction():
            services.cancel_closure(owner_of(sambal.store_id), sambal.store_id, closure_id)
        assert is_buyable(sambal)
        assert queries.closures(sambal.store_id) == []
        with pytest.raises(NotFound), transaction():
            services.cancel_closure(owner_of(sambal.store_id), sambal.store_id, closure_id)


def test_only_those_who_keep_the_shop_change_its_times(sambal: Product) -> None:
    staff = Actor(2, "Dodi", frozenset({Grant(Role.STORE_STAFF, sambal.store_id, frozenset({Right.ORDERS}))}))
    stranger = owner_of(sambal.store_id + 1)
    closure_id = plan(sambal, today() + timedelta(days=3), today() + timedelta(days=3))
    for actor in (staff, stranger, Actor()):
        for act in (
            lambda who: services.set_week(who, sambal.store_id, WORKDAYS),
            lambda who: services.plan_closure(who, sambal.store_id, today(), today()),
            lambda who: services.cancel_closure(who, sambal.store_id, closure_id),
        ):
            with pytest.raises(NotAllowed), transaction():
                act(actor)


def test_a_closure_of_another_shop_is_not_there(sambal: Product) -> None:
    with transaction():
        other = make.store("Toko Lain").id
    closure_id = plan(sambal, today() + timedelta(days=3), today() + timedelta(days=3))
    with pytest.raises(NotFound), transaction():
        services.cancel_closure(owner_of(other), other, closure_id)
