"""Many products put up at once, hidden, as a sheet brings them: checked as one is, a few statements for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.catalog.models import Product, Variant
from marketplace.catalog.policies import can_price, can_sell
from marketplace.catalog.queries.attributes import attributes_of
from marketplace.catalog.rules import Draft, MovementKind, ProductStatus, SupplyDraft, VariantDraft
from marketplace.catalog.services import checks, form_checks, movements, pricing, variants
from marketplace.catalog.services.products import name_key, words_of
from marketplace.catalog.services.slugs import free_slugs
from marketplace.catalog.services.supply import columns
from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed
from marketplace.core.locks import lock_words
from marketplace.places.models import Region


@dataclass(frozen=True)
class NewGoods:
    """A product to put up: ready goods without axes, whose words name no pictures, papers or answers."""

    category_id: int
    draft: Draft
    forms: Sequence[VariantDraft]


def create_hidden(actor: Actor, store_id: int, wanted: Sequence[NewGoods]) -> list[Invalid | None]:
    """Put products up as `products.create` does with `is_draft`, each for itself: None, or why one was not put up.

    The number of statements does not grow with the number of products. Raises NotAllowed for a store the actor does
    not work for.
    """
    if not can_sell(actor, store_id) or not can_price(actor, store_id):
        raise NotAllowed("catalog.not_yours")
    check = _Check(actor, store_id, wanted)
    refused = [_refusal(check, goods) for goods in wanted]
    good = [goods for goods, refusal in zip(wanted, refused, strict=True) if refusal is None]
    if good:
        _write(actor, store_id, good)
    return refused


def _refusal(check: Callable[[NewGoods], None], goods: NewGoods) -> Invalid | None:
    try:
        check(goods)
    except Invalid as refusal:
        return refusal
    return None


class _Check:
    """Looks at one after the other, and knows what all of them need: places, categories, numbers that are taken."""

    def __init__(self, actor: Actor, store_id: int, wanted: Sequence[NewGoods]) -> None:
        self.actor, self.store_id = actor, store_id
        codes = {goods.draft.origin_code for goods in wanted}
        places = sa.select(Region.code).where(Region.code.in_(codes), Region.parent_code.is_(None))
        self.places = set(db.session.scalars(places))
        self.categories = {category_id: _trouble_of(category_id) for category_id in {one.category_id for one in wanted}}
        lock_words([f"sku {store_id}"])
        skus = {form.sku for goods in wanted for form in goods.forms if form.sku}
        taken = sa.select(Variant.sku).where(Variant.store_id == store_id, Variant.sku.in_(sorted(skus)))
        self.taken = set(db.session.scalars(taken))

    def __call__(self, goods: NewGoods) -> None:
        """Raises Invalid, as `products.create` does."""
        trouble = self.categories[goods.category_id]
        if trouble is not None:
            raise trouble
        checks.check_words(goods.draft)
        if goods.draft.origin_code not in self.places:
            raise Invalid("catalog.origin_unknown", field="origin_code")
        form_checks.check_forms(goods.forms)
        for row, form in enumerate(goods.forms, 1):
            if form.sku in self.taken:
                raise Invalid("catalog.sku_taken", field="sku", sku=form.sku, row=row)
        variants.demand_words(self.actor, self.store_id, goods.forms)
        self.taken |= {form.sku for form in goods.forms if form.sku}


def _trouble_of(category_id: int) -> Invalid | None:
    """Why nothing can be put into a category without being asked more."""
    try:
        checks.leaf(category_id)
    except Invalid as refusal:
        return refusal
    needed = next((attribute for attribute in attributes_of(category_id) if attribute.is_required), None)
    return Invalid("catalog.attribute_needed", field=needed.field, label=needed.label) if needed else None


def _write(actor: Actor, store_id: int, good: Sequence[NewGoods]) -> None:
    supply = columns(SupplyDraft())
    slugs = free_slugs([goods.draft.name for goods in good])
    products = [
        Product(
            slug=slug,
            store_id=store_id,
            category_id=goods.category_id,
            status=ProductStatus.HIDDEN,
            created_at=now(),
            name_key=name_key(goods.draft.name),
            price_from=min(form.price for form in goods.forms),
            price_to=max(form.price for form in goods.forms),
            **supply,
        )
        for slug, goods in zip(slugs, good, strict=True)
    ]
    db.session.add_all(products)
    db.session.flush()
    rows: list[tuple[Variant, VariantDraft]] = []
    for product, goods in zip(products, good, strict=True):
        words = words_of(actor, goods.draft, goods.category_id, number=1)
        words.product_id = product.id
        db.session.add(words)
        rows += [(variants.form_row(product, place, form), form) for place, form in enumerate(goods.forms)]
        details = {"name": goods.draft.name, "store_id": store_id}
        audit.record(actor, "catalog.product_created", "product", product.id, **details)
    db.session.add_all(row for row, _ in rows)
    db.session.flush()
    pricing.price_new(actor, {row: form.tiers for row, form in rows})
    movements.write(actor, MovementKind.OPENING, [(row.id, row.on_hand, row.on_hand) for row, _ in rows if row.on_hand])
