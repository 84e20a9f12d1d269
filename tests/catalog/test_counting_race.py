"""A seller counts the shelf while buyers buy: nothing promised is counted away, nothing sold is counted back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import Variant
from marketplace.catalog.rules.keeping import BulkField
from marketplace.catalog.services import stock, table, variants
from marketplace.catalog.services.table import Typed
from marketplace.core.actor import SYSTEM
from marketplace.core.db import db, transaction
from marketplace.core.errors import Invalid, Stale
from tests import make
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market

pytestmark = pytest.mark.race


def _variant(market: Market, on_hand: int, reserved: int = 0) -> int:
    with market.app.app_context():
        with transaction():
            variant_id = make.variant(make.product(on_hand=on_hand)).id
        if reserved:
            with transaction():
                stock.reserve({variant_id: reserved})
        return variant_id


def _shelf(market: Market, variant_id: int) -> tuple[int, int]:
    with market.app.app_context():
        row = db.session.execute(sa.select(Variant.on_hand, Variant.reserved).where(Variant.id == variant_id)).one()
        return row.on_hand, row.reserved


def test_what_is_promised_meanwhile_is_never_counted_away(live_database: Market) -> None:
    variant_id = _variant(live_database, on_hand=10)

    def buy() -> str:
        with transaction():
            stock.reserve({variant_id: 1})
        return "bought"

    def count() -> str:
        with transaction():
            variants.set_stock(SYSTEM, variant_id, 3, 10)
        return "counted"

    done = together(live_database.app, [*[buy] * 8, count])
    on_hand, reserved = _shelf(live_database, variant_id)
    assert reserved == done.count("bought")
    assert reserved <= on_hand
    assert on_hand == (3 if done[-1] == "counted" else 10)
    assert all(outcome == "counted" or isinstance(outcome, Invalid) for outcome in done[-1:])


def test_what_is_promised_meanwhile_is_never_typed_away_in_the_table(live_database: Market) -> None:
    variant_id = _variant(live_database, on_hand=10)

    def buy() -> str:
        with transaction():
            stock.reserve({variant_id: 1})
        return "bought"

    def count() -> str:
        with transaction():
            saved = table.save(SYSTEM, {(variant_id, BulkField.STOCK): Typed(10, 3)})
        return "typed" if saved.done else "refused"

    done = together(live_database.app, [*[buy] * 8, count])
    on_hand, reserved = _shelf(live_database, variant_id)
    assert reserved == done.count("bought")
    assert reserved <= on_hand == (3 if done[-1] == "typed" else 10)


def test_what_is_handed_over_meanwhile_is_never_counted_back(live_database: Market) -> None:
    variant_id = _variant(live_database, on_hand=10, reserved=4)

    def hand_over() -> str:
        with transaction():
            stock.hand_over({variant_id: 4})
        return "handed over"

    def count() -> str:
        with transaction():
            variants.set_stock(SYSTEM, variant_id, 12, 10)
        return "counted"

    _, counted = together(live_database.app, [hand_over, count])
    if counted == "counted":  # counted first, then four of the twelve left
        assert _shelf(live_database, variant_id) == (8, 0)
    else:
        assert isinstance(counted, Stale)
        assert _shelf(live_database, variant_id) == (6, 0)


def test_two_people_who_count_at_once_do_not_overwrite_each_other(live_database: Market) -> None:
    variant_id = _variant(live_database, on_hand=10)

    def count(number: int) -> int:
        with transaction():
            variants.set_stock(SYSTEM, variant_id, number, 10)
        return number

    done = together(live_database.app, [lambda: count(20), lambda: count(30)])
    winners = [outcome for outcome in done if isinstance(outcome, int)]
    assert len(winners) == 1
    assert sum(isinstance(outcome, Stale) for outcome in done) == 1
    assert _shelf(live_database, variant_id)[0] == winners[0]


def test_control_without_the_guard_a_sale_is_counted_back(live_database: Market) -> None:
    """The naive way, look and then write, undoes what was handed over in between: what the guard is for."""
    variant_id = _variant(live_database, on_hand=10, reserved=4)
    looked, sold = Meeting(2), Meeting(2)

    def naive_count() -> str:
        seen = db.session.scalar(sa.select(Variant.on_hand).where(Variant.id == variant_id))
        db.session.rollback()
        looked.wait()
        sold.wait()
        with transaction():
            db.session.execute(sa.update(Variant).where(Variant.id == variant_id).values(on_hand=(seen or 0) + 2))
        return "counted"

    def hand_over() -> str:
        looked.wait()
        with transaction():
            stock.hand_over({variant_id: 4})
        sold.wait()
        return "handed over"

    assert together(live_database.app, [naive_count, hand_over]) == ["counted", "handed over"]
    assert _shelf(live_database, variant_id) == (12, 0)  # eight are really there
