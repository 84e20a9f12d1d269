"""Two people save the forms of one product at once, and a buyer orders meanwhile."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.catalog import queries
from marketplace.catalog.models import PriceTier, Product, Variant
from marketplace.catalog.queries import forms_mark
from marketplace.catalog.rules import VariantDraft
from marketplace.catalog.services import products, stock, variants
from marketplace.core.actor import SYSTEM
from marketplace.core.db import db, transaction
from marketplace.core.errors import Invalid, Stale
from tests import make
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market

pytestmark = pytest.mark.race
AXES = ("Ukuran", "")


def _cloth(market: Market) -> tuple[int, str, list[int]]:
    """A product with the forms S and L: its id, the mark of its page, the ids of its forms."""
    with market.app.app_context():
        with transaction():
            made = make.product(variants=[make.form(options=("S", "")), make.form(options=("L", ""))], axes=AXES)
            product_id = made.id
        return product_id, forms_mark(product_id), [row.id for row in queries.variants(product_id)]


def _names(market: Market, product_id: int) -> set[str]:
    with market.app.app_context():
        return {row.name for row in queries.variants(product_id, only_active=True)}


def _with(ids: list[int], more: str) -> list[tuple[int | None, VariantDraft]]:
    kept = zip(ids, ("S", "L"), strict=True)
    return [*((each, make.form(options=(size, ""))) for each, size in kept), (None, make.form(options=(more, "")))]


def test_of_two_who_save_one_page_the_second_is_told(live_database: Market) -> None:
    product_id, mark, ids = _cloth(live_database)

    def save(more: str) -> str:
        with transaction():
            variants.save_all(SYSTEM, product_id, AXES, _with(ids, more), seen=mark)
        return more

    done = together(live_database.app, [lambda: save("XL"), lambda: save("XXL")])
    winners = [outcome for outcome in done if isinstance(outcome, str)]
    assert len(winners) == 1
    assert sum(isinstance(outcome, Stale) for outcome in done) == 1
    assert _names(live_database, product_id) == {"S", "L", *winners}


def test_control_without_the_mark_the_second_takes_the_firsts_form_away(live_database: Market) -> None:
    product_id, _, ids = _cloth(live_database)

    def save(more: str) -> str:
        with transaction():
            variants.save_all(SYSTEM, product_id, AXES, _with(ids, more))
        return more

    assert together(live_database.app, [lambda: save("XL"), lambda: save("XXL")]) == ["XL", "XXL"]
    assert len(_names(live_database, product_id)) == 3  # one of the two is gone, and nobody was told


def test_of_two_who_write_from_one_page_the_second_is_told(live_database: Market) -> None:
    product_id, *_ = _cloth(live_database)
    with live_database.app.app_context():
        seen = queries.latest_revision_id(product_id)

    def write(text: str) -> str:
        with transaction():
            products.revise(SYSTEM, product_id, make.draft(description=text), seen=seen)
        return text

    done = together(live_database.app, [lambda: write("Satu"), lambda: write("Dua")])
    (winner,) = [outcome for outcome in done if isinstance(outcome, str)]
    assert sum(isinstance(outcome, Stale) for outcome in done) == 1
    with live_database.app.app_context():
        assert make.newest_words(product_id).description == winner


def test_two_products_that_want_one_number_at_once(live_database: Market) -> None:
    with live_database.app.app_context(), transaction():
        store = make.store()
        ids = [make.product(store, name).id for name in ("Bakul", "Tikar")]
        forms = [make.variant(db.session.get_one(Product, each)).id for each in ids]

    def save(product_id: int, variant_id: int) -> str:
        with transaction():
            variants.save_all(SYSTEM, product_id, ("", ""), [(variant_id, make.form(sku="A-1"))])
        return "saved"

    done = together(live_database.app, [lambda i=i, f=f: save(i, f) for i, f in zip(ids, forms, strict=True)])  # type: ignore[misc]
    assert done.count("saved") == 1
    assert sum(isinstance(outcome, Invalid) for outcome in done) == 1


def test_tiers_wait_for_an_order_that_is_being_placed(live_database: Market) -> None:
    """Once pieces are reserved, what they cost stays until the order is written."""
    product_id, mark, ids = _cloth(live_database)
    reserved = Meeting(2)
    read: list[int | None] = []

    def order() -> str:
        with transaction():
            stock.reserve({ids[0]: 5})
            reserved.wait()
            read.extend(db.session.scalar(sa.select(sa.func.count()).select_from(PriceTier)) for _ in range(20))
        return "ordered"

    def save() -> str:
        reserved.wait()
        forms = [
            (ids[0], make.form(options=("S", ""), tiers=make.tiers((5, 1_000)))),
            (ids[1], make.form(options=("L", ""))),
        ]
        with transaction():
            variants.save_all(SYSTEM, product_id, AXES, forms, seen=mark)
        return "saved"

    assert together(live_database.app, [order, save]) == ["ordered", "saved"]
    assert set(read) == {0}
    with live_database.app.app_context():
        assert db.session.scalar(sa.select(Variant.reserved).where(Variant.id == ids[0])) == 5
        assert db.session.scalar(sa.select(PriceTier.price)) == 1_000
