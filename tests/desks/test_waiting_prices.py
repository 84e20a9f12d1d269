"""Every path by which a helper could change a price: each waits for the owner, or is refused in words."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.queries import actor_for
from marketplace.accounts.services import helping
from marketplace.catalog.models import PendingPrice, PriceTier, Product
from marketplace.catalog.rules import ProductStatus, Tier
from marketplace.catalog.rules.keeping import BulkField, BulkMode, Operation
from marketplace.catalog.services import bulk, keeping, pricing, products, variants
from marketplace.core.actor import Actor, Grant, Right, Role, village_scope
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.imports.policies import can_import
from marketplace.stores.models import Store
from tests import make

NO_AXES = ("", "")


@pytest.fixture
def shop(db: SQLAlchemy) -> Store:
    ina = make.person("Ina Rohi")
    with transaction():
        return make.store("Dapur Ina", ina)


@pytest.fixture
def product(shop: Store) -> Product:
    with transaction():
        return make.product(shop, price=50_000)


@pytest.fixture
def helper(db: SQLAlchemy, shop: Store) -> Actor:
    lurah = make.person("Lurah", roles=[Grant(Role.FACILITATOR, village_scope(make.FATULULI))])
    owner = make.actor_of(make.person("Ina Lain", roles=[Grant(Role.STORE_OWNER, shop.id)]))
    token = make.sign_in(lurah)
    with transaction():
        asked = helping.ask(owner, shop.id, make.FATULULI, lurah.id, 1, "foto")
        helping.begin(make.actor_of(lurah), asked.id, token)
    found = actor_for(token)
    assert found
    return found.actor


def _waiting(shop: Store) -> list[tuple[int, int, bool]]:
    return [(row.variant_id, row.price, row.is_new) for row in pricing.waiting([shop.id])]


def test_one_form(helper: Actor, shop: Store, product: Product) -> None:
    row = make.variant(product)
    with transaction():
        variants.change_variant(helper, row.id, price=70_000)
    assert make.variant(product).price == 50_000
    assert _waiting(shop) == [(row.id, 70_000, False)]


def test_the_whole_table_with_its_tiers(db: SQLAlchemy, helper: Actor, shop: Store, product: Product) -> None:
    row = make.variant(product)
    form = make.form(price=70_000, tiers=(Tier(10, 60_000),))
    with transaction():
        variants.save_all(helper, product.id, NO_AXES, [(row.id, form)])
    assert make.variant(product).price == 50_000
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PriceTier)) == 0
    assert _waiting(shop) == [(row.id, 70_000, False)]


def test_tiers_alone(db: SQLAlchemy, helper: Actor, shop: Store, product: Product) -> None:
    row = make.variant(product)
    with transaction():
        variants.save_all(helper, product.id, NO_AXES, [(row.id, make.form(price=50_000, tiers=(Tier(10, 40_000),)))])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PriceTier)) == 0
    assert _waiting(shop) == [(row.id, 50_000, False)]


def test_a_new_form_of_the_table_is_not_on_sale(db: SQLAlchemy, helper: Actor, shop: Store, product: Product) -> None:
    row = make.variant(product)
    forms = [
        (row.id, make.form(price=50_000, options=("S", ""))),
        (None, make.form(price=9_000, on_hand=0, options=("M", ""))),
    ]
    with transaction():
        variants.save_all(helper, product.id, ("Ukuran", ""), forms)
    assert [(price, is_new) for _, price, is_new in _waiting(shop)] == [(9_000, True)]
    assert db.session.get_one(Product, product.id).price_from == 50_000


def test_one_more_form(helper: Actor, shop: Store, product: Product) -> None:
    with transaction():
        added = variants.add_variant(helper, product.id, make.form(price=1_000, name="Besar"))
        assert not added.is_active
    with pytest.raises(Invalid), transaction():
        variants.restore_variant(helper, _waiting(shop)[0][0])


def test_a_new_product_is_hidden(db: SQLAlchemy, helper: Actor, shop: Store, product: Product) -> None:
    with transaction():
        made = products.create(helper, shop.id, product.category_id, make.draft("Kain"), [make.form(price=1_000)])
        assert made.status is ProductStatus.HIDDEN
    assert [is_new for *_, is_new in _waiting(shop)] == [True]


def test_a_copy_waits_too(db: SQLAlchemy, helper: Actor, shop: Store, product: Product) -> None:
    with transaction():
        keeping.duplicate(helper, product.id)
    assert [(price, is_new) for _, price, is_new in _waiting(shop)] == [(50_000, True)]


def test_many_at_once_are_refused_in_words(db: SQLAlchemy, helper: Actor, product: Product) -> None:
    operation = Operation(BulkField.PRICE, BulkMode.RAISE, 1_000, False, 1)
    with pytest.raises(Invalid) as refused, transaction():
        bulk.plan(helper, [product.id], operation)
    assert refused.value.message_id == "catalog.bulk_helper_price"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PendingPrice)) == 0


def test_sheets_are_not_for_helpers(helper: Actor, shop: Store) -> None:
    assert not can_import(helper, shop.id)


def test_without_the_right_no_price_changes_through_the_screen(db: SQLAlchemy, shop: Store, product: Product) -> None:
    dodi = make.person("Dodi", roles=[Grant(Role.STORE_STAFF, shop.id, frozenset({Right.PRODUCTS}))])
    row, actor = make.variant(product), make.actor_of(dodi)
    with pytest.raises(Invalid) as refused, transaction():
        variants.save_all(actor, product.id, NO_AXES, [(row.id, make.form(price=1_000))])
    assert refused.value.message_id == "catalog.price_not_yours"
    with transaction():
        variants.save_all(actor, product.id, NO_AXES, [(row.id, make.form(price=50_000, weight=700))])
    assert make.variant(product).weight == 700
