"""Prices and pieces typed into the table of goods: each saved for itself, undone within a day as a bulk edit is.

Nothing is overwritten that moved since the table was opened: rows are locked, products before variants and each in id
order, and held against what the table showed. The number of statements does not grow with the number of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from marketplace.catalog.models import BulkChange, BulkEdit, Product, ProductRevision, Variant
from marketplace.catalog.rules import MovementKind, ProductStatus
from marketplace.catalog.rules.keeping import MOST_CHANGED, BulkField, ChangeState
from marketplace.catalog.services import bulk, movements, pricing
from marketplace.catalog.services.bulk import RIGHTS, Facts, Wish
from marketplace.core import audit, revision
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound, Refusal, Stale
from marketplace.core.locks import lock_many

Place = tuple[int, BulkField]
"""A cell of the table: the variant, and what is typed there."""


@dataclass(frozen=True)
class Typed:
    """What somebody typed into a cell (rupiah or pieces), and what stood there when she opened the table."""

    seen: int
    wanted: int


@dataclass(frozen=True)
class Saved:
    """What became of a table: the act that can be undone (None: nothing changed at once), how many cells it changed,
    how many prices wait for the owner, and a refusal for each cell that was not saved."""

    edit_id: int | None = None
    done: int = 0
    waiting: int = 0
    refused: Mapping[Place, Refusal] = field(default_factory=dict)


def save(actor: Actor, typed: Mapping[Place, Typed]) -> Saved:
    """Save every cell that can be; the others are named with the reason. The same table sent twice changes nothing.

    Raises NotFound for a cell of another's shop or of a kind the actor may not change; Invalid (catalog.bulk_too_many).
    """
    if not typed:
        return Saved()
    if len(typed) > MOST_CHANGED:
        raise Invalid("catalog.bulk_too_many", most=MOST_CHANGED)
    labels = _own(actor, typed)
    products = {row.id: row for row in lock_many(Product, {product_id for product_id, _ in labels.values()})}
    variants = {row.id: row for row in lock_many(Variant, labels)}
    facts = bulk.facts_of(labels)
    refused: dict[Place, Refusal] = {}
    wishes: list[Wish] = []
    again = _again(actor, variants, typed)
    for (variant_id, kind), said in sorted(typed.items()):
        variant = variants[variant_id]
        before = variant.price if kind is BulkField.PRICE else variant.on_hand
        if before == said.wanted and (kind is BulkField.PRICE or said.seen == before or variant_id in again):
            continue
        wish = Wish(variant.product_id, variant_id, kind, labels[variant_id][1], before, said.wanted)
        refusal = _refusal(products[variant.product_id], variant, wish, said, facts)
        if refusal is None:
            wishes.append(wish)
        else:
            refused[variant_id, kind] = refusal
    return _carry_out(actor, variants, wishes, refused)


def _own(actor: Actor, typed: Mapping[Place, Typed]) -> dict[int, tuple[int, str]]:
    """Of each variant its product and how it is called, all of them in shops where the actor may do this."""
    ids = {variant_id for variant_id, _ in typed}
    newest = sa.alias(ProductRevision.__table__)
    name = sa.select(newest.c.name).where(newest.c.product_id == Variant.product_id)
    name = name.order_by(newest.c.number.desc()).limit(1).correlate(Variant)
    query = sa.select(Variant.id, Variant.product_id, Variant.store_id, Variant.name, name.scalar_subquery())
    rows = {row.id: row for row in db.session.execute(query.where(Variant.id.in_(ids)))}
    if len(rows) < len(ids) or not all(actor.may(RIGHTS[kind], rows[one].store_id) for one, kind in typed):
        raise NotFound("catalog.product_not_found")
    return {row.id: (row.product_id, " · ".join(filter(None, (row[4], row.name)))) for row in rows.values()}


def _again(actor: Actor, variants: Mapping[int, Variant], typed: Mapping[Place, Typed]) -> set[int]:
    """Those whose pieces this very person has counted to this very number since: the table came twice."""
    moved = (
        variants[variant_id]
        for (variant_id, kind), said in typed.items()
        if kind is BulkField.STOCK and variants[variant_id].on_hand == said.wanted != said.seen
    )
    return movements.repeated(actor, list(moved))


def _refusal(product: Product, variant: Variant, wish: Wish, said: Typed, facts: Mapping[int, Facts]) -> Refusal | None:
    if product.status is ProductStatus.ARCHIVED or not variant.is_active:
        return Stale("catalog.form_gone", name=wish.label)
    if wish.before != said.seen:
        if wish.field is BulkField.STOCK:
            return Stale("catalog.stock_moved", name=variant.name, now=variant.on_hand)
        return Stale("catalog.price_moved", now=variant.price)
    trouble = bulk.trouble_with(wish, facts)
    return Invalid(trouble, field=wish.field.value) if trouble else None


def _carry_out(
    actor: Actor, variants: Mapping[int, Variant], wishes: Sequence[Wish], refused: Mapping[Place, Refusal]
) -> Saved:
    prices = {variants[wish.variant_id or 0]: wish.after for wish in wishes if wish.field is BulkField.PRICE}
    waiting = 0
    if pricing.waits(actor):
        prices = _not_asked(prices)
        waiting = len(prices)
        wishes = [wish for wish in wishes if wish.field is not BulkField.PRICE]
    pricing.set_prices(actor, prices)
    if not wishes:
        return Saved(waiting=waiting, refused=refused)
    edit_id = _write(actor, wishes)
    counted = {variants[wish.variant_id or 0]: wish.after for wish in wishes if wish.field is BulkField.STOCK}
    movements.put(actor, MovementKind.COUNT, counted, about=f"{bulk.ABOUT}{edit_id}")
    db.session.flush()
    bulk.refresh_prices(wish.product_id for wish in wishes if wish.field is BulkField.PRICE)
    audit.record(actor, "catalog.bulk_applied", "bulk_edit", edit_id, changed=len(wishes), planned=len(wishes))
    revision.touch()
    return Saved(edit_id, len(wishes), waiting, refused)


def _not_asked(prices: Mapping[Variant, int]) -> dict[Variant, int]:
    """A helper's prices without those that wait as they are already."""
    held = {row.variant_id: row.price for row in pricing.waiting({variant.store_id for variant in prices})}
    return {variant: price for variant, price in prices.items() if held.get(variant.id) != price}


def _write(actor: Actor, wishes: Sequence[Wish]) -> int:
    """Note the act with each change as done, as one that was previewed would stand there."""
    edit = BulkEdit(person_id=actor.person_id, created_at=now(), applied_at=now())
    db.session.add(edit)
    db.session.flush()
    rows = [
        {**vars(wish), "label": wish.label[:280], "edit_id": edit.id, "state": ChangeState.DONE, "reason": ""}
        for wish in wishes
    ]
    db.session.execute(sa.insert(BulkChange), rows)
    return edit.id
