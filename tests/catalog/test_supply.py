"""Made to order within a capacity, cooked for today and no other day."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import queries
from marketplace.catalog.models import Variant
from marketplace.catalog.queries.availability import HORIZON
from marketplace.catalog.rules import MovementKind as K
from marketplace.catalog.rules import Supply, SupplyDraft, Today, cutoff_time, ready_on, today_state
from marketplace.catalog.services import stock, supply, variants
from marketplace.catalog.services.stock import OutOfStock
from marketplace.core import clock, settings
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from tests import make
from tests.catalog.people import Shop, shop

READY, TO_ORDER, DAILY = (SupplyDraft(kind, lead_days=7 if kind is Supply.TO_ORDER else 0) for kind in Supply)


@pytest.fixture
def mine(db: SQLAlchemy) -> Shop:
    return shop()


def _free(variant_id: int) -> int:
    return queries.offers([variant_id])[variant_id].available


# --- rules -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("pieces", "capacity", "day"),
    [(1, 2, 8), (2, 2, 8), (3, 2, 15), (4, 2, 15), (5, 2, 22), (100, 0, 8), (0, 2, 8)],
)
def test_a_workshop_is_ready_after_the_weeks_before(pieces: int, capacity: int, day: int) -> None:
    assert ready_on(date(2026, 12, 1), 7, pieces, capacity) == date(2026, 12, day)


@pytest.mark.parametrize(
    ("stocked", "cutoff", "hour", "state"),
    [
        (25, 600, 9, Today.OPEN),
        (25, 600, 10, Today.OVER),
        (25, None, 23, Today.OPEN),
        (24, None, 23, Today.NOT_YET),
        (24, 600, 9, Today.NOT_YET),
        (24, 600, 10, Today.OVER),
        (None, 600, 9, Today.NOT_YET),
    ],
)
def test_a_day_is_open_from_its_stocking_to_its_cutoff(
    stocked: int | None, cutoff: int | None, hour: int, state: Today
) -> None:
    stocked_on = date(2026, 11, stocked) if stocked else None
    assert today_state(stocked_on, cutoff, datetime(2026, 11, 25, hour, tzinfo=clock.WITA)) is state


def test_the_end_of_the_day_is_no_cutoff() -> None:
    assert (cutoff_time(None), cutoff_time(1440)) == (None, None)
    assert str(cutoff_time(630)) == "10:30:00"


# --- choosing --------------------------------------------------------------


def test_all_forms_follow_their_product(mine: Shop, db: SQLAlchemy) -> None:
    with transaction():
        made = make.product(mine.id, variants=[make.form(name="S", on_hand=3), make.form(name="M", on_hand=0)])
        supply.set_supply(mine.ina, made.id, TO_ORDER)
        variants.add_variant(mine.ina, made.id, make.form(name="L", on_hand=9))
    rows = db.session.execute(sa.select(Variant.is_to_order, Variant.on_hand).where(Variant.product_id == made.id))
    assert {tuple(row) for row in rows} == {(True, 0)}
    assert make.ledger_is_true()
    with transaction():
        supply.set_supply(mine.ina, made.id, READY)
    assert set(db.session.scalars(sa.select(Variant.is_to_order).where(Variant.product_id == made.id))) == {False}
    assert make.ledger_is_true()


def test_saying_the_same_again_changes_nothing(mine: Shop) -> None:
    with transaction():
        made = make.product(mine.id, on_hand=3)
        for _ in range(2):
            supply.set_supply(mine.ina, made.id, TO_ORDER)
    assert make.movements(make.variant(made).id) == [(K.OPENING, 3), (K.CORRECTION, -3)]


@pytest.mark.parametrize(("before", "after"), [(READY, TO_ORDER), (TO_ORDER, READY), (TO_ORDER, DAILY)])
def test_a_switch_waits_until_nothing_is_promised(mine: Shop, before: SupplyDraft, after: SupplyDraft) -> None:
    with transaction():
        made = make.product(mine.id, on_hand=3)
        supply.set_supply(mine.ina, made.id, before)
        stock.reserve({make.variant(made).id: 2})
    with pytest.raises(Invalid) as refused, transaction():
        supply.set_supply(mine.ina, made.id, after)
    assert (refused.value.message_id, refused.value.field) == ("catalog.pieces_open", "supply")
    assert refused.value.values["open"] == 2
    with transaction():
        stock.release({make.variant(made).id: 2})
        supply.set_supply(mine.ina, made.id, after)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (SupplyDraft(Supply.TO_ORDER, lead_days=91), "lead_days"),
        (SupplyDraft(Supply.TO_ORDER, lead_days=-1), "lead_days"),
        (SupplyDraft(Supply.TO_ORDER, weekly_capacity=-1), "weekly_capacity"),
        (SupplyDraft(Supply.DAILY, cutoff_minutes=0), "cutoff_minutes"),
        (SupplyDraft(Supply.DAILY, cutoff_minutes=1441), "cutoff_minutes"),
    ],
)
def test_numbers_out_of_bounds_are_named(mine: Shop, draft: SupplyDraft, field: str) -> None:
    with transaction():
        made = make.product(mine.id)
    with pytest.raises(Invalid) as refused, transaction():
        supply.set_supply(mine.ina, made.id, draft)
    assert refused.value.field == field


def test_the_supply_of_another_is_not_touched(mine: Shop) -> None:
    other = shop("Tenun Mama Yuli", "Yuli Taneo")
    with transaction():
        made, cooked = make.product(mine.id), make.daily(mine.id)
    variant_id = make.variant(cooked).id
    with pytest.raises(NotAllowed), transaction():
        supply.set_supply(other.ina, made.id, TO_ORDER)
    for act in (
        lambda: supply.open_day(other.ina, {variant_id: 3}),
        lambda: supply.add_today(other.ina, variant_id, 3),
        lambda: supply.sell_out_today(other.ina, variant_id),
    ):
        with make.at(7), pytest.raises(NotAllowed), transaction():
            act()


# --- made to order ---------------------------------------------------------


def test_a_workshop_takes_on_what_it_can_make(mine: Shop) -> None:
    with transaction():
        made = make.to_order(mine.id, capacity=2, variants=[make.form(name="S", on_hand=0), make.form(name="M")])
    small, medium = (row.id for row in queries.variants(made.id))
    assert (_free(small), _free(medium)) == (8, 8)
    with transaction():
        stock.reserve({small: 5, medium: 2})
    assert (_free(small), _free(medium)) == (1, 1)
    with pytest.raises(OutOfStock) as refused, transaction():
        stock.reserve({medium: 2})
    assert (refused.value.message_id, refused.value.values["left"]) == ("catalog.workshop_full", 1)
    with pytest.raises(OutOfStock), transaction():
        stock.reserve({small: 1, medium: 1})
    with transaction():
        stock.hand_over({small: 5}, mine.ina, "order:1")
    assert _free(medium) == 6
    assert make.shelf(small) == (0, 0)
    assert make.movements(small) == []


def test_the_horizon_is_a_dated_setting(mine: Shop) -> None:
    with transaction():
        made = make.to_order(mine.id, capacity=2)
        settings.change(SYSTEM, HORIZON.key, 1, clock.today())
    assert _free(make.variant(made).id) == 2
    with pytest.raises(OutOfStock), transaction():
        stock.reserve({make.variant(made).id: 3})


def test_without_a_capacity_any_number_is_made(mine: Shop) -> None:
    with transaction():
        made = make.to_order(mine.id)
        stock.reserve({make.variant(made).id: 999})
        stock.reserve({make.variant(made).id: 999})
    assert make.shelf(make.variant(made).id) == (0, 1998)


def test_the_day_it_is_ready_counts_what_is_ordered_before(mine: Shop) -> None:
    with transaction():
        made = make.to_order(mine.id, lead_days=7, capacity=2)
        variant_id = make.variant(made).id
    with make.at(9):
        assert queries.offers([variant_id])[variant_id].ready_on(2) == date(2026, 12, 2)
        assert queries.offers([variant_id])[variant_id].ready_on(3) == date(2026, 12, 9)
        with transaction():
            stock.reserve({variant_id: 2})
        assert queries.offers([variant_id])[variant_id].ready_on() == date(2026, 12, 2)
        assert queries.offers([variant_id])[variant_id].ready_on(1) == date(2026, 12, 9)


def test_there_is_no_shelf_to_count(mine: Shop) -> None:
    with transaction():
        made = make.to_order(mine.id)
    variant_id = make.variant(made).id
    with pytest.raises(Invalid) as refused, transaction():
        variants.set_stock(mine.ina, variant_id, 3, 0)
    assert refused.value.message_id == "catalog.made_to_order"
    assert queries.stock_rows([mine.id]).items == []


# --- cooked daily ----------------------------------------------------------


@pytest.fixture
def meal(mine: Shop) -> int:
    with transaction():
        return make.variant(make.daily(mine.id)).id


def test_a_meal_is_sold_today_before_the_cutoff_only(mine: Shop, meal: int) -> None:
    with make.at(7):
        with pytest.raises(OutOfStock) as refused, transaction():
            stock.reserve({meal: 1})
        assert refused.value.message_id == "catalog.not_today"
        with transaction():
            assert supply.open_day(mine.ina, {meal: 10}) == {}
            stock.reserve({meal: 2})
        assert _free(meal) == 8
    with make.at(9, 59), transaction():
        stock.reserve({meal: 1})
    for hour, days in ((10, 0), (23, 0), (7, 1)):
        with make.at(hour, days=days):
            assert _free(meal) == 0
            with pytest.raises(OutOfStock), transaction():
                stock.reserve({meal: 1})
    assert make.shelf(meal) == (10, 3)


def test_no_routine_is_needed_for_the_end_of_a_day_without_cutoff(mine: Shop) -> None:
    with make.at(7), transaction():
        made = make.opened(make.daily(mine.id, cutoff=None))
    with make.at(23, 59):
        assert _free(make.variant(made).id) == 10
    with make.at(0, days=1):
        assert _free(make.variant(made).id) == 0


def test_opening_twice_is_opening_once(mine: Shop, meal: int) -> None:
    for number in (10, 10, 99):
        with make.at(7), transaction():
            assert supply.open_day(mine.ina, {meal: number}) == {}
    assert make.movements(meal) == [(K.RECEIVED, 10)]


def test_left_overs_of_a_day_that_nobody_closed_are_closed_first(mine: Shop, meal: int) -> None:
    with make.at(7), transaction():
        supply.open_day(mine.ina, {meal: 10})
        stock.reserve({meal: 2})
    with make.at(7, days=1), transaction():
        supply.open_day(mine.ina, {meal: 5})
    assert make.shelf(meal) == (7, 2)
    assert make.movements(meal) == [(K.RECEIVED, 10), (K.CLOSING, -8), (K.RECEIVED, 5)]
    assert make.ledger_is_true()


def test_more_from_the_kitchen_and_nothing_left(mine: Shop, meal: int) -> None:
    with make.at(8):
        with pytest.raises(Stale), transaction():
            supply.add_today(mine.ina, meal, 5)
        with transaction():
            supply.open_day(mine.ina, {meal: 4})
            stock.reserve({meal: 1})
        for _ in range(2):
            with transaction():
                supply.add_today(mine.ina, meal, 5, "kunci")
        assert make.shelf(meal) == (9, 1)
        for _ in range(2):
            with transaction():
                supply.sell_out_today(mine.ina, meal)
        assert make.shelf(meal) == (1, 1)
        assert queries.offers([meal])[meal].today is Today.OPEN
        with pytest.raises(Invalid), transaction():
            supply.add_today(mine.ina, meal, 0)
    with make.at(10), pytest.raises(Stale), transaction():
        supply.add_today(mine.ina, meal, 5)


def test_a_day_that_is_over_is_not_opened_again(mine: Shop, meal: int) -> None:
    with make.at(10), transaction():
        refused = supply.open_day(mine.ina, {meal: 10})
    assert refused[meal].message_id == "catalog.day_is_over"
    with make.at(7), transaction():
        refused = supply.open_day(mine.ina, {meal: -1})
    assert refused[meal].message_id == "catalog.number_out_of_bounds"
    assert make.movements(meal) == []


def test_only_what_is_cooked_daily_has_a_day(mine: Shop) -> None:
    with transaction():
        plain = make.variant(make.product(mine.id)).id
    with pytest.raises(NotFound), transaction():
        supply.open_day(mine.ina, {plain: 5})


def test_closing_leaves_what_is_promised_and_is_done_once(mine: Shop, meal: int) -> None:
    with make.at(7), transaction():
        supply.open_day(mine.ina, {meal: 10})
        stock.reserve({meal: 3})
        assert supply.close_days() == 0
    with make.at(10):
        with transaction():
            assert supply.close_days() == 1
        with transaction():
            assert supply.close_days() == 0
    assert make.shelf(meal) == (3, 3)
    with make.at(11), transaction():
        stock.release({meal: 1})  # a purchase was taken back: nobody may have that piece any more
        assert supply.close_days() == 1
        stock.hand_over({meal: 2}, mine.ina, "order:1")
    assert make.shelf(meal) == (0, 0)
    assert make.ledger_is_true()


def test_other_goods_are_never_closed(mine: Shop) -> None:
    with transaction():
        plain = make.variant(make.product(mine.id)).id
        make.to_order(mine.id)
    with make.at(23), transaction():
        assert supply.close_days() == 0
    assert make.shelf(plain) == (10, 0)


def test_what_is_counted_of_a_meal_is_todays(mine: Shop, meal: int) -> None:
    with make.at(7), transaction():
        variants.set_stock(mine.ina, meal, 6, 0)
        assert _free(meal) == 6
