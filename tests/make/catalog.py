"""Products for tests."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from marketplace.catalog import queries
from marketplace.catalog.models import Category, CategoryAttribute, Product, Variant
from marketplace.catalog.rules import AttributeKind, Draft, SupplyDraft, Tier, VariantDraft
from marketplace.catalog.services import attributes, products
from marketplace.catalog.services.attributes import AttributeDraft
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.db import db
from marketplace.stores.models import Store
from tests.make.stores import store as make_store

FREE, HOME_FOOD, FROZEN = "anyaman", "camilan", "sei-olahan-daging"


def draft(name: str = "Bakul Lontar", **more: Any) -> Draft:
    """Words about a basket from Kota Kupang."""
    return Draft(**{"name": name, "origin_code": "53.71", **more})


def category_id(slug: str = FREE) -> int:
    """The id of a category of the reference rows."""
    return db.session.scalars(sa.select(Category.id).where(Category.slug == slug)).one()


def form(price: int = 50_000, on_hand: int = 10, weight: int = 500, name: str = "", **more: Any) -> VariantDraft:
    """A form in which something is sold."""
    return VariantDraft(price=price, on_hand=on_hand, weight=weight, name=name, **more)


def tiers(*steps: tuple[int, int]) -> tuple[Tier, ...]:
    """Prices (rupiah) from quantities on: `tiers((10, 45_000), (50, 40_000))`."""
    return tuple(Tier(*step) for step in steps)


def shirt(store: Store | int | None = None, name: str = "Kemeja Tenun", on_hand: int = 5, **words: Any) -> Product:
    """A shirt in two colours and two sizes; large ones cost more, and there is no small one in blue left."""
    forms = [
        form(
            380_000 if size == "L" else 350_000,
            0 if (colour, size) == ("Biru", "S") else on_hand,
            options=(colour, size),
        )
        for colour in ("Merah", "Biru")
        for size in ("S", "L")
    ]
    return product(store, name, variants=forms, axes=("Warna", "Ukuran"), category="busana-tenun", **words)


def question(category: str, label: str, kind: AttributeKind = AttributeKind.TEXT, **more: Any) -> CategoryAttribute:
    """Something that is asked about goods of a category."""
    return attributes.save_attribute(SYSTEM, category_id(category), AttributeDraft(label, kind, **more))


def product(
    store: Store | int | None = None,
    name: str = "Bakul Lontar",
    price: int = 50_000,
    on_hand: int = 10,
    *,
    category: str = FREE,
    weight: int = 500,
    variants: list[VariantDraft] | None = None,
    axes: tuple[str, str] = ("", ""),
    actor: Actor = SYSTEM,
    **words: Any,
) -> Product:
    """A product with one variant (or those given); public at once in the default category, which needs no papers.

    Call it inside `transaction()` or a rolled-back test. Other `words` are those of a `Draft`.
    """
    store_id = store if isinstance(store, int) else (store or make_store()).id
    forms = variants or [form(price, on_hand, weight)]
    supply = SupplyDraft(axes=axes)
    return products.create(actor, store_id, category_id(category), draft(name, **words), forms, supply)


def live(made: Product, *, curated: bool = False) -> Product:
    """Put the newest words of a product live."""
    products.put_live(made.id, newest_revision_id(made), curated=curated)
    return made


def newest_revision_id(made: Product) -> int:
    """The id of its newest words."""
    return queries.latest_revision_id(made.id)


def variant(made: Product, name: str = "") -> Variant:
    """A variant of a product, by name (the unnamed one by default)."""
    return db.session.scalars(sa.select(Variant).where(Variant.product_id == made.id, Variant.name == name)).one()
