"""The forms in which a product is sold: price, weight and stock, free of the curators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.catalog import rules
from marketplace.catalog.models import Product, Variant
from marketplace.catalog.policies import can_count_stock, can_price, can_see_goods, can_sell
from marketplace.catalog.rules import ProductStatus, VariantDraft
from marketplace.catalog.services import checks, pricing
from marketplace.core import audit, revision
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, Stale


def write_all(actor: Actor, product: Product, drafts: Sequence[VariantDraft]) -> None:
    """Write the first variants of a new product, already checked. A helper's wait for the owner, and so does it all."""
    rows = [_row(product, position, draft) for position, draft in enumerate(drafts)]
    db.session.add_all(rows)
    product.price_from = min(draft.price for draft in drafts)
    product.price_to = max(draft.price for draft in drafts)
    db.session.flush()
    if pricing.waits(actor):
        pricing.hold_new(actor, rows)
        product.status, product.price_from, product.price_to = ProductStatus.HIDDEN, 0, 0
        db.session.flush()


def add_variant(actor: Actor, product_id: int, draft: VariantDraft) -> Variant:
    """Sell a product in one more form. Raises NotFound, NotAllowed, Invalid."""
    product = checks.own_product(actor, product_id)
    checks.demand(can_price, actor, product.store_id)
    checks.check_variants([draft])
    _check_name(product.id, draft.name)
    last = db.session.scalar(sa.select(sa.func.max(Variant.position)).where(Variant.product_id == product.id))
    variant = _row(product, (last or 0) + 1, draft)
    db.session.add(variant)
    db.session.flush()
    pricing.hold_new(actor, [variant])
    _note(actor, "catalog.variant_added", variant, name=draft.name, price=draft.price, on_hand=draft.on_hand)
    return variant


def change_variant(
    actor: Actor,
    variant_id: int,
    *,
    price: int | None = None,
    weight: int | None = None,
    name: str | None = None,
) -> None:
    """Give a variant another price (rupiah), weight (grams) or name; what is None stays.

    Raises NotFound, NotAllowed, Invalid.
    """
    variant = checks.own_variant(actor, variant_id, can_see_goods)
    wanted: dict[str, Any] = {"price": price, "weight": weight, "name": name}
    changed = {key: value for key, value in wanted.items() if value is not None and value != getattr(variant, key)}
    if not changed:
        return
    for key in changed:
        checks.demand(can_price if key == "price" else can_sell, actor, variant.store_id)
    checks.check_numbers(variant.price if price is None else price, weight or 0)
    if "name" in changed:
        checks.check_variant_name(str(name))
        _check_name(variant.product_id, str(name), besides=variant.id)
    before = {f"{key}_before": getattr(variant, key) for key in changed}
    if "price" in changed and not pricing.set_price(actor, variant, changed["price"]):
        changed.pop("price")
        before.pop("price_before")
    for key, value in changed.items():
        setattr(variant, key, value)
    if not before:
        return
    _note(actor, "catalog.variant_changed", variant, **changed, **before)


def remove_variant(actor: Actor, variant_id: int) -> None:
    """Sell a product in this form no more; orders that hold it are not touched.

    Raises NotFound, NotAllowed, and Invalid (catalog.last_variant) for the only one on sale.
    """
    variant = checks.own_variant(actor, variant_id)
    if not variant.is_active:
        return
    others = sa.select(sa.func.count()).where(
        Variant.product_id == variant.product_id, Variant.is_active, Variant.id != variant.id
    )
    if not db.session.scalar(others):
        raise Invalid("catalog.last_variant")
    variant.is_active = False
    _note(actor, "catalog.variant_removed", variant)


def restore_variant(actor: Actor, variant_id: int) -> None:
    """Sell a product in a form again that was taken away. Raises NotFound, NotAllowed."""
    variant = checks.own_variant(actor, variant_id)
    if not variant.is_active:
        pricing.demand_confirmed(actor, variant_id)
        variant.is_active = True
        _note(actor, "catalog.variant_restored", variant)


def set_stock(actor: Actor, variant_id: int, on_hand: int, seen_on_hand: int) -> None:
    """Count the shelf anew: pieces on hand, promised ones included.

    The update is guarded by what the seller saw, so a piece handed over meanwhile is never counted back in. Raises
    NotFound, NotAllowed; Stale (catalog.stock_moved) when the count moved meanwhile; Invalid
    (catalog.stock_below_reserved) for fewer than are promised to buyers.
    """
    product_id = _own_product_id(actor, variant_id, can_see_goods)
    checks.check_numbers(1, 0, on_hand)
    if on_hand == seen_on_hand:
        return
    _own_product_id(actor, variant_id, can_count_stock)
    changed = db.session.execute(
        sa.update(Variant)
        .where(Variant.id == variant_id, Variant.on_hand == seen_on_hand, Variant.reserved <= on_hand)
        .values(on_hand=on_hand)
        .returning(Variant.id)
    ).scalar_one_or_none()
    if changed is None:
        raise _not_counted(variant_id, seen_on_hand)
    audit.record(
        actor, "catalog.stock_set", "variant", variant_id, on_hand=on_hand, before=seen_on_hand, product_id=product_id
    )
    revision.touch()


def _own_product_id(actor: Actor, variant_id: int, may: checks.May) -> int:
    query = sa.select(Variant.product_id).where(Variant.id == variant_id)
    product_id = db.session.scalar(query)
    return checks.own_product(actor, product_id or 0, may).id


def _not_counted(variant_id: int, seen_on_hand: int) -> Stale | Invalid:
    row = db.session.execute(
        sa.select(Variant.name, Variant.on_hand, Variant.reserved).where(Variant.id == variant_id)
    ).one()
    if row.on_hand != seen_on_hand:
        return Stale("catalog.stock_moved", name=row.name, now=row.on_hand)
    return Invalid("catalog.stock_below_reserved", field="on_hand", name=row.name, reserved=row.reserved)


def _row(product: Product, position: int, draft: VariantDraft) -> Variant:
    return Variant(
        product_id=product.id,
        store_id=product.store_id,
        name=draft.name,
        option_1=draft.options[0],
        option_2=draft.options[1],
        sku=draft.sku,
        position=position,
        price=draft.price,
        weight=draft.weight,
        min_quantity=draft.min_quantity,
        on_hand=draft.on_hand,
        reserved=0,
        low_stock=draft.low_stock,
        picture_id=draft.picture_id,
        is_active=True,
    )


def _check_name(product_id: int, name: str, besides: int = 0) -> None:
    query = sa.select(Variant.name).where(Variant.product_id == product_id, Variant.id != besides)
    if rules.fold(name) in {rules.fold(other) for other in db.session.scalars(query)}:
        raise Invalid("catalog.variant_name_taken", field="name")


def _note(actor: Actor, action: str, variant: Variant, **details: object) -> None:
    """Write the act down and bring the product's lowest and highest price up to date."""
    pricing.refresh_prices(variant.product_id)
    audit.record(actor, action, "variant", variant.id, product_id=variant.product_id, **details)
    revision.touch()
