"""The ledger of stock: every change of what is on hand is written down once, with who and why."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import queries
from marketplace.catalog.models import StockMovement, Variant
from marketplace.catalog.rules import MovementKind as K
from marketplace.catalog.services import stock, variants
from marketplace.catalog.services.stock import Counted
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from tests import make
from tests.catalog.people import Shop, shop
from tests.counting import statements


@pytest.fixture
def mine(db: SQLAlchemy) -> Shop:
    return shop()


def _variant(mine: Shop, on_hand: int = 10, name: str = "Bakul Lontar") -> int:
    with transaction():
        return make.variant(make.product(mine.id, name, on_hand=on_hand)).id


def test_a_life_on_the_shelf_adds_up(mine: Shop) -> None:
    variant_id = _variant(mine)
    with transaction():
        stock.record_movements(mine.ina, K.RECEIVED, {variant_id: 5})
        stock.reserve({variant_id: 4})
        stock.hand_over({variant_id: 3}, mine.ina, "order:7")
        stock.release({variant_id: 1})
        stock.put_back(mine.ina, "order:7", {variant_id: 1})
        stock.record_movements(mine.ina, K.SPOILAGE, {variant_id: -2}, reason="basah")
        stock.record_movements(mine.ina, K.CORRECTION, {variant_id: 1}, reason="ketemu di gudang")
        variants.set_stock(mine.ina, variant_id, 20, 12)
    assert make.shelf(variant_id) == (20, 0)
    assert make.movements(variant_id) == [
        (K.OPENING, 10),
        (K.RECEIVED, 5),
        (K.SALE, -3),
        (K.RETURN, 1),
        (K.SPOILAGE, -2),
        (K.CORRECTION, 1),
        (K.COUNT, 8),
    ]
    assert make.ledger_is_true()


def test_the_ledger_says_who_and_for_which_order(mine: Shop, db: SQLAlchemy) -> None:
    variant_id = _variant(mine)
    with transaction():
        stock.reserve({variant_id: 2})
        stock.hand_over({variant_id: 2}, mine.ina, "order:9")
    sale = db.session.scalars(sa.select(StockMovement).where(StockMovement.kind == K.SALE)).one()
    assert (sale.person_id, sale.about, sale.change, sale.on_hand) == (mine.owner.id, "order:9", -2, 8)


def test_a_change_past_the_services_is_found(mine: Shop, db: SQLAlchemy) -> None:
    variant_id = _variant(mine)
    with transaction():
        db.session.execute(sa.update(Variant).where(Variant.id == variant_id).values(on_hand=11))
    (crooked,) = queries.crooked_shelves()
    assert (crooked.kept, crooked.found) == (11, 10)


@pytest.mark.parametrize("statement", ["UPDATE stock_movements SET change = 1", "DELETE FROM stock_movements"])
def test_nobody_rewrites_the_ledger(mine: Shop, db: SQLAlchemy, statement: str) -> None:
    _variant(mine)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction():
        db.session.execute(sa.text(statement))


REFUSED: dict[str, tuple[Callable[[Shop, int], None], str]] = {
    "a correction without a reason": (
        lambda mine, v: stock.record_movements(mine.ina, K.CORRECTION, {v: 1}, reason="  "),
        "catalog.reason_needed",
    ),
    "a reason too long": (
        lambda mine, v: stock.record_movements(mine.ina, K.CORRECTION, {v: 1}, reason="x" * 201),
        "catalog.reason_too_long",
    ),
    "fewer than promised": (
        lambda mine, v: stock.record_movements(mine.ina, K.SPOILAGE, {v: -8}),
        "catalog.stock_below_reserved",
    ),
    "fewer than none": (
        lambda mine, v: stock.record_movements(mine.ina, K.SPOILAGE, {v: -11}),
        "catalog.number_out_of_bounds",
    ),
    "more than a shelf holds": (
        lambda mine, v: stock.record_movements(mine.ina, K.RECEIVED, {v: 1_000_000}),
        "catalog.number_out_of_bounds",
    ),
    "more back than left": (
        lambda mine, v: stock.put_back(mine.ina, "order:1", {v: 1}),
        "catalog.not_so_many_sold",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_refused(mine: Shop, what: str) -> None:
    act, message_id = REFUSED[what]
    variant_id = _variant(mine)
    with transaction():
        stock.reserve({variant_id: 3})
    with pytest.raises(Invalid) as refused, transaction():
        act(mine, variant_id)
    assert refused.value.message_id == message_id
    assert make.movements(variant_id) == [(K.OPENING, 10)]


def test_many_shelves_move_together_or_not_at_all(mine: Shop) -> None:
    one, other = _variant(mine), _variant(mine, on_hand=1, name="Topi")
    with pytest.raises(Invalid), transaction():
        stock.record_movements(mine.ina, K.SPOILAGE, {one: -1, other: -2})
    assert (make.shelf(one), make.shelf(other)) == ((10, 0), (1, 0))


def test_the_cost_of_moving_does_not_grow(mine: Shop, db: SQLAlchemy) -> None:
    many = [_variant(mine, name=f"Barang {n}") for n in range(30)]
    with statements(db) as few, transaction():
        stock.record_movements(mine.ina, K.RECEIVED, dict.fromkeys(many[:1], 1))
    with statements(db) as lots, transaction():
        stock.record_movements(mine.ina, K.RECEIVED, dict.fromkeys(many, 1))
    with statements(db) as counted, transaction():
        assert stock.count(mine.ina, {v: Counted(3, 11) for v in many[1:]}) == {}
    assert len(lots) == len(few)
    assert len(counted) <= len(few) + 1
    assert make.ledger_is_true()


def test_a_form_that_comes_twice_moves_nothing_twice(mine: Shop) -> None:
    variant_id = _variant(mine)
    for _ in range(2):
        with transaction():
            stock.record_movements(mine.ina, K.RECEIVED, {variant_id: 5}, form_key="kunci")
    assert make.shelf(variant_id) == (15, 0)
    for _ in range(2):
        with transaction():
            stock.record_movements(mine.ina, K.RECEIVED, {variant_id: 5})
    assert make.shelf(variant_id) == (25, 0)


def test_a_count_sent_again_is_no_refusal_but_another_count_is(mine: Shop) -> None:
    variant_id = _variant(mine)
    for _ in range(2):
        with transaction():
            assert stock.count(mine.ina, {variant_id: Counted(8, 10)}) == {}
    with transaction():
        refused = stock.count(mine.ina, {variant_id: Counted(9, 10)})
    assert isinstance(refused[variant_id], Stale)
    with transaction():
        stock.reserve({variant_id: 1})
        stock.hand_over({variant_id: 1}, mine.ina)
        refused = stock.count(mine.ina, {variant_id: Counted(7, 8)})  # seven by a sale, not by this count
    assert isinstance(refused[variant_id], Stale)
    assert make.movements(variant_id)[1:] == [(K.COUNT, -2), (K.SALE, -1)]


def test_what_came_back_is_not_put_back_twice(mine: Shop) -> None:
    variant_id = _variant(mine)
    with transaction():
        stock.reserve({variant_id: 2})
        stock.hand_over({variant_id: 2}, mine.ina, "order:5")
        stock.put_back(mine.ina, "order:5", {variant_id: 2})
    with pytest.raises(Invalid), transaction():
        stock.put_back(mine.ina, "order:5", {variant_id: 2})
    assert make.shelf(variant_id) == (10, 0)


ACTS: dict[str, Callable[[Shop, int], object]] = {
    "move": lambda who, v: stock.record_movements(who.ina, K.RECEIVED, {v: 1}),
    "count": lambda who, v: stock.count(who.ina, {v: Counted(1, 10)}),
    "set": lambda who, v: variants.set_stock(who.ina, v, 1, 10),
    "set nothing": lambda who, v: variants.set_stock(who.ina, v, 10, 10),
    "put back": lambda who, v: stock.put_back(who.ina, "order:1", {v: 1}),
}


@pytest.mark.parametrize("act", ACTS)
def test_the_shelf_of_another_is_not_touched(mine: Shop, act: str) -> None:
    variant_id = _variant(mine)
    other = shop("Tenun Mama Yuli", "Yuli Taneo")
    with pytest.raises(NotAllowed), transaction():
        ACTS[act](other, variant_id)
    with pytest.raises(NotFound), transaction():
        ACTS[act](mine, 10**9)
    assert make.movements(variant_id) == [(K.OPENING, 10)]


def test_a_new_form_opens_its_shelf_once(mine: Shop) -> None:
    with transaction():
        made = make.product(mine.id, on_hand=0)
        variants.add_variant(SYSTEM, made.id, make.form(on_hand=4, name="Besar"))
        stock.open_shelf(SYSTEM, made.id)
    assert [make.movements(row.id) for row in queries.variants(made.id)] == [[], [(K.OPENING, 4)]]
