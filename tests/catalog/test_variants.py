"""Variants and the shelf."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import queries
from marketplace.catalog.rules import VariantDraft
from marketplace.catalog.services import stock, variants
from marketplace.core import revision
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, Stale
from tests import make
from tests.catalog.people import shop

SIZES = [VariantDraft(price=40_000, on_hand=5, name="Kecil"), VariantDraft(price=90_000, on_hand=2, name="Besar")]


def _product(**more: object) -> int:
    store = shop()
    with transaction():
        return make.product(store.id, **more).id  # type: ignore[arg-type]


def _ids(product_id: int) -> list[int]:
    return [row.id for row in queries.variants(product_id)]


def _prices(product_id: int) -> tuple[int, int]:
    product = queries.product(product_id)
    return product.price_from, product.price_to


def test_prices_from_and_to_follow_the_variants_on_sale(db: SQLAlchemy) -> None:
    product_id = _product(variants=SIZES)
    small, large = _ids(product_id)
    assert _prices(product_id) == (40_000, 90_000)
    with transaction():
        variants.change_variant(SYSTEM, small, price=45_000)
        variants.add_variant(SYSTEM, product_id, VariantDraft(price=150_000, name="Raksasa"))
    assert _prices(product_id) == (45_000, 150_000)
    with transaction():
        variants.remove_variant(SYSTEM, small)
    assert _prices(product_id) == (90_000, 150_000)
    with transaction():
        variants.restore_variant(SYSTEM, small)
    assert _prices(product_id) == (45_000, 150_000)
    assert [row.id for row in queries.variants(product_id)][:2] == [small, large]


def test_the_last_variant_on_sale_stays(db: SQLAlchemy) -> None:
    product_id = _product()
    with pytest.raises(Invalid, match=r"catalog\.last_variant"), transaction():
        variants.remove_variant(SYSTEM, _ids(product_id)[0])
    assert queries.variants(product_id)[0].is_active


def test_two_variants_never_bear_one_name(db: SQLAlchemy) -> None:
    product_id = _product(variants=SIZES)
    small, _ = _ids(product_id)
    for name in ("Besar", "besar", " BESAR "):
        with pytest.raises(Invalid, match=r"catalog\.variant_name_taken"), transaction():
            variants.change_variant(SYSTEM, small, name=name)
        with pytest.raises(Invalid, match=r"catalog\.variant_name_taken"), transaction():
            variants.add_variant(SYSTEM, product_id, VariantDraft(price=1, name=name))


def test_numbers_out_of_bounds_are_refused(db: SQLAlchemy) -> None:
    product_id = _product()
    variant_id = _ids(product_id)[0]
    for changes in ({"price": 0}, {"price": -5}, {"weight": -1}, {"price": 10**15}):
        with pytest.raises(Invalid), transaction():
            variants.change_variant(SYSTEM, variant_id, **changes)
    for on_hand in (-1, 10**9):
        with pytest.raises(Invalid), transaction():
            variants.set_stock(SYSTEM, variant_id, on_hand, 10)


def test_blocked_goods_do_not_come_in_as_a_variant(db: SQLAlchemy) -> None:
    product_id = _product()
    with pytest.raises(Invalid, match=r"catalog\.blocked_goods"), transaction():
        variants.add_variant(SYSTEM, product_id, VariantDraft(price=1, name="Sopi 600 ml"))


def test_the_shelf_is_counted_against_what_the_seller_saw(db: SQLAlchemy) -> None:
    variant_id = _ids(_product(on_hand=10))[0]
    with transaction():
        variants.set_stock(SYSTEM, variant_id, 25, 10)
    with pytest.raises(Stale, match=r"catalog\.stock_moved") as refused, transaction():
        variants.set_stock(SYSTEM, variant_id, 30, 10)
    assert refused.value.values["now"] == 25


def test_the_shelf_never_holds_fewer_than_are_promised(db: SQLAlchemy) -> None:
    variant_id = _ids(_product(on_hand=10))[0]
    with transaction():
        stock.reserve({variant_id: 4})
    with pytest.raises(Invalid, match=r"catalog\.stock_below_reserved"), transaction():
        variants.set_stock(SYSTEM, variant_id, 3, 10)
    with transaction():
        variants.set_stock(SYSTEM, variant_id, 4, 10)


def test_a_reservation_does_not_disturb_the_count(db: SQLAlchemy) -> None:
    product_id = _product(on_hand=10)
    variant_id = _ids(product_id)[0]
    with transaction():
        stock.reserve({variant_id: 4})
    with transaction():
        variants.set_stock(SYSTEM, variant_id, 12, 10)
    assert queries.variants(product_id)[0].available == 8


def test_stock_is_promised_given_back_and_handed_over(db: SQLAlchemy) -> None:
    product_id = _product(on_hand=10)
    variant_id = _ids(product_id)[0]
    before = revision.current()
    for step, on_hand, reserved in (
        (stock.reserve, 10, 6),
        (stock.release, 10, 0),
        (stock.reserve, 10, 6),
        (stock.hand_over, 4, 0),
    ):
        with transaction():
            step({variant_id: 6})
        row = queries.variants(product_id)[0]
        assert (row.on_hand, row.reserved) == (on_hand, reserved)
    assert revision.current() > before


def test_nothing_is_promised_when_one_of_the_goods_is_out(db: SQLAlchemy) -> None:
    product_id = _product(variants=SIZES)
    small, large = _ids(product_id)
    with pytest.raises(stock.OutOfStock) as refused, transaction():
        stock.reserve({small: 1, large: 3})
    assert refused.value.variant_id == large
    assert refused.value.values == {"name": "Bakul Lontar · Besar", "left": 2}
    assert [row.reserved for row in queries.variants(product_id)] == [0, 0]


def test_what_is_no_longer_sold_is_out(db: SQLAlchemy) -> None:
    product_id = _product(variants=SIZES)
    small, _ = _ids(product_id)
    with transaction():
        variants.remove_variant(SYSTEM, small)
    with pytest.raises(stock.OutOfStock), transaction():
        stock.reserve({small: 1})
    with pytest.raises(stock.OutOfStock), transaction():
        stock.reserve({999_999: 1})


def test_more_than_was_promised_is_never_given_back(db: SQLAlchemy) -> None:
    product_id = _product(on_hand=5)
    variant_id = _ids(product_id)[0]
    with transaction():
        stock.reserve({variant_id: 2})
    for settle in (stock.release, stock.hand_over):
        with pytest.raises(ValueError, match="never reserved"), transaction():
            settle({variant_id: 3})
    row = queries.variants(product_id)[0]
    assert (row.on_hand, row.reserved) == (5, 2)


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_quantity_is_one_or_more(db: SQLAlchemy, quantity: int) -> None:
    variant_id = _ids(_product())[0]
    with pytest.raises(ValueError, match="one or more"), transaction():
        stock.reserve({variant_id: quantity})
