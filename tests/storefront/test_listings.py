"""What the filters leave, in which order, in one statement."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.catalog.rules import VariantDraft
from marketplace.catalog.services import products
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.storefront.queries import choices, listings
from marketplace.storefront.rules import Filters, Sort, words_of
from marketplace.stores import services as stores
from marketplace.stores.rules import StoreStatus
from tests import make
from tests.counting import statements

WAINGAPU = "53.11.01.1001"


def names(filters: Filters, sort: Sort = Sort.NEWEST) -> list[str]:
    return [card.name for card in listings.cards(filters, sort, limit=100).items]


def test_all_words_must_be_found_however_they_are_written(db: SQLAlchemy) -> None:
    with transaction():
        make.product(name="Se’i Sapi Asap", category="buah-sayur")
        make.product(name="Abon Sapi", category="buah-sayur")
    assert names(Filters(words=words_of("SEI  sapi"))) == ["Se’i Sapi Asap"]
    assert sorted(names(Filters(words=words_of("sapi")))) == ["Abon Sapi", "Se’i Sapi Asap"]
    assert names(Filters(words=words_of("sapi kambing"))) == []
    assert names(Filters(words=words_of("%"))) == names(Filters())


def test_what_the_public_may_not_read_is_in_no_list(db: SQLAlchemy) -> None:
    with transaction():
        seen = make.store("Toko Buka")
        make.product(seen, "Kelihatan")
        products.hide(SYSTEM, make.product(seen, "Disembunyikan").id)
        products.archive(SYSTEM, make.product(seen, "Diarsipkan").id)
        make.product(seen, "Menunggu izin", category="camilan")
        gone, resting = make.store("Toko Ditahan"), make.store("Toko Libur")
        make.product(gone, "Ditahan")
        make.product(resting, "Libur")
        stores.set_status(SYSTEM, gone.id, StoreStatus.SUSPENDED, "Izin palsu")
        stores.set_status(SYSTEM, resting.id, StoreStatus.PAUSED)
        resting_id, gone_id = resting.id, gone.id
    assert names(Filters()) == ["Kelihatan"]
    assert listings.count(Filters()) == 1
    assert names(Filters(store_id=resting_id)) == ["Libur"]
    assert names(Filters(store_id=gone_id)) == []


def test_filters_narrow_by_category_origin_village_price_badge_and_halal(db: SQLAlchemy) -> None:
    with transaction():
        here, there = make.store("Toko Kupang"), make.store("Toko Waingapu", village_code=WAINGAPU)
        make.product(here, "Bakul", price=40_000, origin_code="53.14")
        make.live(
            make.product(there, "Kain", price=900_000, category="selendang-syal", origin_code="53.11"), curated=True
        )
        make.live(make.product(here, "Babi", price=75_000, category="sei-olahan-daging", is_not_halal=True))
    offered = choices.choices()
    top, leaf = offered.category("tenun-fesyen"), offered.category("selendang-syal")
    assert top is not None
    assert leaf is not None
    for filters, wanted in (
        (Filters(category_id=top.id), ["Kain"]),
        (Filters(category_id=leaf.id), ["Kain"]),
        (Filters(origin="53.14"), ["Bakul"]),
        (Filters(village="53.71.04.1011"), ["Bakul", "Babi"]),
        (Filters(village="53.11"), ["Kain"]),
        (Filters(is_curated=True), ["Kain"]),
        (Filters(is_halal=True), ["Bakul", "Kain"]),
        (Filters(price_min=75_000), ["Kain", "Babi"]),
        (Filters(price_max=75_000), ["Bakul", "Babi"]),
        (Filters(price_min=50_000, price_max=80_000, is_halal=True), []),
    ):
        assert sorted(names(filters)) == sorted(wanted), filters
        assert listings.count(filters) == len(wanted)


def test_a_price_filter_finds_a_product_by_any_of_its_forms(db: SQLAlchemy) -> None:
    with transaction():
        make.product(
            name="Kopi", variants=[VariantDraft(70_000, 5, name="200 g"), VariantDraft(310_000, 0, name="1 kg")]
        )
    (card,) = listings.cards(Filters(price_min=200_000)).items
    assert (card.price, card.price_varies, card.sold_out) == (70_000, True, False)


def test_a_card_says_what_it_must(db: SQLAlchemy) -> None:
    with transaction():
        make.product(make.store("Toko Kupang"), "Habis", on_hand=0)
        make.live(make.product(make.store("Sumba", village_code=WAINGAPU), "Kain", price=1_250_000_000), curated=True)
    cards = {card.name: card for card in listings.cards(Filters()).items}
    assert cards["Habis"].sold_out
    assert not cards["Habis"].is_curated
    assert cards["Habis"].place == "Fatululi"
    assert cards["Kain"].place == "Sumba Timur"
    assert cards["Kain"].price == 1_250_000_000
    assert cards["Kain"].is_curated
    assert cards["Kain"].picture is None


@pytest.mark.parametrize(("sort", "is_rising"), [(Sort.CHEAPEST, True), (Sort.DEAREST, False)])
def test_prices_sort_through_all_pages_and_back(db: SQLAlchemy, sort: Sort, is_rising: bool) -> None:
    prices = [10_000, 20_000, 20_000, 20_000, 30_000, 40_000, 50_000]
    with transaction():
        store = make.store()
        for number, price in enumerate(prices):
            make.product(store, f"Barang {number}", price=price)
    first = listings.cards(Filters(), sort, limit=3)
    second = listings.cards(Filters(), sort, first.next, limit=3)
    third = listings.cards(Filters(), sort, second.next, limit=3)
    seen = [card.price for page in (first, second, third) for card in page.items]
    assert seen == sorted(prices, reverse=not is_rising)
    assert len({card.url for page in (first, second, third) for card in page.items}) == 7
    assert third.next is None
    assert listings.cards(Filters(), sort, third.prev, limit=3) == second
    assert listings.cards(Filters(), sort, second.prev, limit=3).items == first.items


@pytest.mark.parametrize("rows", [5, 60])
def test_a_page_of_cards_is_one_statement_however_many_there_are(db: SQLAlchemy, rows: int) -> None:
    with transaction():
        store = make.store()
        for number in range(rows):
            make.product(store, f"Barang {number}")
    with statements(db) as sent:
        listings.cards(Filters())
    assert len(sent) == 1
    with statements(db) as sent:
        shelves = listings.shelves([Filters(), Filters(is_curated=True)], limit=4)
    assert len(sent) == 1
    assert [len(shelf) for shelf in shelves] == [4, 0]


def test_counting_stops_one_beyond_the_cap(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "COUNTED_UP_TO", 3)
    with transaction():
        store = make.store()
        for number in range(6):
            make.product(store, f"Barang {number}")
    assert listings.count(Filters()) == 4


def test_choices_hold_active_categories_and_only_villages_with_open_shops(db: SQLAlchemy) -> None:
    with transaction():
        make.store("Toko Kupang")
        closed = make.store("Toko Waingapu", village_code=WAINGAPU)
        stores.set_status(SYSTEM, closed.id, StoreStatus.PAUSED)
    with statements(db) as sent:
        offered = choices.choices()
    assert len(sent) == 1
    assert [found.slug for found in offered.categories][:2] == ["tenun-fesyen", "makanan-olahan"]
    assert "kopi" in [found.slug for found in offered.all_categories()]
    assert offered.villages == [("53.71.04.1011", "Fatululi")]
    assert len(offered.regencies) == 22
    assert ("53.11", "Sumba Timur") in offered.regencies


def test_the_text_that_is_searched_is_folded_as_the_question_is(db: SQLAlchemy) -> None:
    with transaction():
        make.product(name="Kopi Détusoko")
    text = db.session.scalars(sa.select(Product.search_text)).one()
    assert all(word in text for word in words_of("kopi détusoko"))
