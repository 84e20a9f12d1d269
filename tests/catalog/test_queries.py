"""Questions about products, and how many statements they cost."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import queries
from marketplace.catalog.queries import Visibility
from marketplace.catalog.rules import VariantDraft
from marketplace.catalog.services import products, stock
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.core.errors import NotFound
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus
from tests import make
from tests.catalog.people import shop
from tests.counting import statements


def test_the_categories_are_a_tree_with_their_papers(db: SQLAlchemy) -> None:
    tree = queries.categories()
    assert [top.slug for top in tree.tops] == [
        "tenun-fesyen",
        "makanan-olahan",
        "minuman",
        "gula-madu-minyak",
        "hasil-kebun",
        "kerajinan",
        "kecantikan-perawatan",
        "paket-cendera-mata",
    ]
    camilan = queries.category_by_slug("camilan")
    assert [row.slug for row in tree.path(camilan.id)] == ["makanan-olahan", "camilan"]
    assert camilan.is_food
    assert queries.asks_composition(camilan)
    assert not queries.asks_composition(queries.category_by_slug("anyaman"))
    assert sum(len(children) for _, children in queries.leaves(tree)) == 23
    with pytest.raises(NotFound):
        queries.category_by_slug("tidak-ada")


def test_an_offer_says_all_a_cart_needs_in_one_statement(db: SQLAlchemy) -> None:
    store = shop()
    with transaction():
        made = [make.product(store.id, f"Bakul {n}", price=1000 + n, on_hand=5).id for n in range(12)]
    ids = [queries.variants(product_id)[0].id for product_id in made]
    with transaction():
        stock.reserve({ids[0]: 2})
    with statements(db) as sent:
        found = queries.offers(ids)
    assert len(sent) == 1
    offer = found[ids[0]]
    assert (offer.product_name, offer.price, offer.available, offer.weight) == ("Bakul 0", 1000, 3, 500)
    assert (offer.store_id, offer.store_name, offer.url) == (store.id, "Dapur Mama Ina", "/produk/bakul-0")
    assert offer.is_buyable
    assert queries.offers([]) == {}
    assert queries.offers([999_999]) == {}


def test_what_is_not_on_sale_cannot_be_bought(db: SQLAlchemy) -> None:
    store = shop()
    with transaction():
        hidden = make.product(store.id, "Satu").id
        products.hide(SYSTEM, hidden)
        waiting = make.product(store.id, "Dua", category="camilan").id
        open_one = make.product(store.id, "Tiga").id
    ids = {name: queries.variants(product_id)[0].id for name, product_id in locals().items() if name in NAMES}
    offers = queries.offers(ids.values())
    assert {name: offers[variant_id].is_buyable for name, variant_id in ids.items()} == {
        "hidden": False,
        "waiting": False,
        "open_one": True,
    }
    with transaction():
        db.session.get_one(Store, store.id).status = StoreStatus.PAUSED
    offer = queries.offers([ids["open_one"]])[ids["open_one"]]
    assert (offer.store_is_open, offer.is_buyable) == (False, False)


NAMES = ("hidden", "waiting", "open_one")


def test_goods_of_a_suspended_store_are_not_public(db: SQLAlchemy) -> None:
    store = shop()
    with transaction():
        make.product(store.id, "Bakul")
        db.session.get_one(Store, store.id).status = StoreStatus.SUSPENDED
    with pytest.raises(NotFound):
        queries.product_by_slug("bakul")


@pytest.mark.parametrize("rows", [3, 25])
def test_a_sellers_list_costs_one_statement_whatever_its_length(db: SQLAlchemy, rows: int) -> None:
    store, other = shop(), shop("Tenun Mama Yuli", "Yuli Taneo")
    forms = [VariantDraft(price=1000, on_hand=4, name="A"), VariantDraft(price=3000, on_hand=1, name="B")]
    with transaction():
        make.product(other.id, "Asing")
        for number in range(rows):
            make.product(store.id, f"Bakul {number}", variants=forms)
    with statements(db) as sent:
        page = queries.seller_products([store.id])
    assert len(sent) == 1
    assert len(page.items) == rows
    first = page.items[0]
    assert (first.name, first.on_hand, first.price_from, first.price_to) == (f"Bakul {rows - 1}", 5, 1000, 3000)
    with statements(db) as sent:
        shelf = queries.stock_rows([store.id])
    assert len(sent) == 1
    assert len(shelf.items) == rows * 2


def test_a_sellers_list_says_where_each_product_stands(db: SQLAlchemy) -> None:
    store = shop()
    with transaction():
        make.product(store.id, "Terbit")
        make.product(store.id, "Menunggu", category="camilan")
        products.hide(SYSTEM, make.product(store.id, "Sembunyi").id)
        products.archive(SYSTEM, make.product(store.id, "Arsip").id)
        passed = make.live(make.product(store.id, "Lolos"), curated=True).id
    with transaction():
        products.revise(SYSTEM, passed, make.draft("Lolos Baru"))
    found = {row.name: row for row in queries.seller_products([store.id]).items}
    assert {name: row.visibility for name, row in found.items()} == {
        "Terbit": Visibility.PUBLIC,
        "Menunggu": Visibility.NOT_YET_PUBLIC,
        "Sembunyi": Visibility.HIDDEN,
        "Lolos Baru": Visibility.PUBLIC,
    }
    assert found["Lolos Baru"].is_curated
    for kind, names in (
        (Visibility.PUBLIC, ["Lolos Baru", "Terbit"]),
        (Visibility.NOT_YET_PUBLIC, ["Menunggu"]),
        (Visibility.HIDDEN, ["Sembunyi"]),
    ):
        assert [row.name for row in queries.seller_products([store.id], kind).items] == names


def test_a_sellers_list_is_walked_by_key(db: SQLAlchemy) -> None:
    store = shop()
    with transaction():
        for number in range(7):
            make.product(store.id, f"Bakul {number}")
    page = queries.seller_products([store.id], limit=3)
    names = [row.name for row in page.items]
    while page.next:
        page = queries.seller_products([store.id], cursor=page.next, limit=3)
        names += [row.name for row in page.items]
    assert names == [f"Bakul {number}" for number in reversed(range(7))]


def test_a_revision_is_read_in_three_statements(db: SQLAlchemy) -> None:
    store = shop()
    with transaction():
        revision_id = make.newest_revision_id(make.product(store.id, composition="Daun lontar"))
    queries.all_needs()
    with statements(db) as sent:
        view = queries.revision(revision_id)
    assert len(sent) <= 4
    assert (view.composition, view.origin_name, view.category_name) == ("Daun lontar", "Kota Kupang", "Anyaman")
    assert (view.needed, view.missing) == ((), ())
    with pytest.raises(NotFound):
        queries.revision(999_999)
