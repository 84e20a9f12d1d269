"""Many goods changed at once: planned, looked at, done in one go, and undone within a day.

Nothing is overwritten that moved after the preview: every row is locked, in id order and products before variants, and
is held against what was shown. The number of statements does not grow with the number of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from marketplace.catalog import rules
from marketplace.catalog.models import (
    BulkChange,
    BulkEdit,
    PriceTier,
    Product,
    ProductRevision,
    StockMovement,
    Variant,
)
from marketplace.catalog.rules import MovementKind, ProductStatus, Supply
from marketplace.catalog.rules.keeping import (
    MOST_CHANGED,
    MOST_PERCENT,
    ROUNDINGS,
    STATUS_CODES,
    UNDO_HOURS,
    BulkField,
    BulkMode,
    ChangeState,
    Operation,
    outcome,
)
from marketplace.catalog.services import pricing
from marketplace.core import audit, revision
from marketplace.core.actor import Actor, Right
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.core.locks import lock_many, lock_one

ABOUT = "edit:"
"""How the word begins that the movements of such an act are about."""
RIGHTS = {BulkField.PRICE: Right.PRICES, BulkField.STOCK: Right.STOCK, BulkField.STATUS: Right.PRODUCTS}


@dataclass(frozen=True)
class Wish:
    """One row as it is now and as it shall be."""

    product_id: int
    variant_id: int | None
    field: BulkField
    label: str
    before: int
    after: int


def plan(actor: Actor, product_ids: Sequence[int], operation: Operation) -> BulkEdit:
    """Write down what would change, and what cannot; nothing else is touched.

    Raises NotFound for a product of another's shop; Invalid: catalog.bulk_empty, catalog.bulk_too_many,
    catalog.bulk_amount (field amount).
    """
    _check(operation)
    _own(actor, product_ids, operation.field)
    wishes = (
        _statuses(product_ids, operation)
        if operation.field is BulkField.STATUS
        else _numbers(Variant.product_id.in_(product_ids), operation)
    )
    return _write(actor, wishes)


def apply(actor: Actor, edit_id: int) -> BulkEdit:
    """Do all that can be done, in one go; rows that moved since the preview are named as stale.

    Doing it twice is once. Raises NotFound.
    """
    edit = _own_edit(actor, edit_id)
    if edit.applied_at is None:
        changes = _changes(edit_id, ChangeState.PLANNED)
        done = _carry_out(actor, changes, forwards=True)
        _settle(changes, done, ChangeState.DONE, ChangeState.STALE)
        edit.applied_at = now()
        audit.record(actor, "catalog.bulk_applied", "bulk_edit", edit_id, changed=len(done), planned=len(changes))
    return edit


def undo(actor: Actor, edit_id: int) -> BulkEdit:
    """Put back, within a day, what nobody has changed since; the rest stays and is named.

    Doing it twice is once. Raises NotFound; Stale (catalog.bulk_too_late).
    """
    edit = _own_edit(actor, edit_id)
    if edit.undone_at is not None:
        return edit
    if not can_undo(edit):
        raise Stale("catalog.bulk_too_late")
    changes = _changes(edit_id, ChangeState.DONE)
    done = _carry_out(actor, changes, forwards=False)
    _settle(changes, done, ChangeState.UNDONE, ChangeState.KEPT)
    edit.undone_at = now()
    audit.record(actor, "catalog.bulk_undone", "bulk_edit", edit_id, undone=len(done), kept=len(changes) - len(done))
    return edit


def can_undo(edit: BulkEdit) -> bool:
    """Is there something that may still be put back?"""
    is_done = edit.applied_at is not None and edit.undone_at is None
    return is_done and edit.applied_at is not None and now() <= edit.applied_at + timedelta(hours=UNDO_HOURS)


# --- planning --------------------------------------------------------------


def _check(operation: Operation) -> None:
    highest = {
        BulkField.PRICE: MOST_PERCENT if operation.is_percent else rules.HIGHEST_PRICE,
        BulkField.STOCK: rules.MOST_STOCK,
        BulkField.STATUS: len(STATUS_CODES) - 1,
    }[operation.field]
    lowest = 0 if operation.field is not BulkField.PRICE else 1
    is_odd = operation.is_percent and (operation.field is not BulkField.PRICE or operation.mode is BulkMode.SET)
    if is_odd or not lowest <= operation.amount <= highest:
        raise Invalid("catalog.bulk_amount", field="amount", lowest=lowest, highest=highest)
    if operation.rounding not in ROUNDINGS:
        raise Invalid("catalog.bulk_amount", field="rounding", lowest=1, highest=ROUNDINGS[-1])


def _own(actor: Actor, product_ids: Sequence[int], field: BulkField) -> None:
    """All of these lie in shops where the actor may do this."""
    if not product_ids:
        raise Invalid("catalog.bulk_empty", field="pilih")
    if field is BulkField.PRICE and pricing.waits(actor):
        raise Invalid("catalog.bulk_helper_price", field="tindakan")
    query = sa.select(Product.store_id, sa.func.count()).where(Product.id.in_(set(product_ids)))
    found = {row[0]: row[1] for row in db.session.execute(query.group_by(Product.store_id))}
    if sum(found.values()) < len(set(product_ids)) or not all(actor.may(RIGHTS[field], store) for store in found):
        raise NotFound("catalog.product_not_found")


def _statuses(product_ids: Sequence[int], operation: Operation) -> list[Wish]:
    query = (
        sa.select(Product.id, Product.status, _name().label("name"))
        .where(Product.id.in_(product_ids))
        .order_by(Product.id)
    )
    return [
        Wish(row.id, None, BulkField.STATUS, row.name, STATUS_CODES.index(row.status.value), operation.amount)
        for row in db.session.execute(query)
    ]


def _numbers(condition: sa.ColumnElement[bool], operation: Operation) -> list[Wish]:
    return _rows(condition, operation.field, operation)


def _rows(condition: sa.ColumnElement[bool], field: BulkField, asked: Operation | Mapping[int, int]) -> list[Wish]:
    number = Variant.price if field is BulkField.PRICE else Variant.on_hand
    query = (
        sa.select(Variant.id, Variant.product_id, Variant.name, number.label("before"), _name().label("product"))
        .join(Product, Product.id == Variant.product_id)
        .where(condition, Variant.is_active, Product.status != ProductStatus.ARCHIVED)
        .order_by(Variant.product_id, Variant.position, Variant.id)
    )
    return [
        Wish(
            row.product_id,
            row.id,
            field,
            " · ".join(filter(None, (row.product, row.name))),
            row.before,
            outcome(asked, row.before) if isinstance(asked, Operation) else asked[row.id],
        )
        for row in db.session.execute(query)
    ]


def _name() -> sa.ScalarSelect[str]:
    inner = sa.alias(ProductRevision.__table__)
    query = sa.select(inner.c.name).where(inner.c.product_id == Product.id)
    return query.order_by(inner.c.number.desc()).limit(1).correlate(Product).scalar_subquery()


def _write(actor: Actor, wishes: Sequence[Wish]) -> BulkEdit:
    changed = [wish for wish in wishes if wish.before != wish.after]
    if not changed:
        raise Invalid("catalog.bulk_empty", field="pilih")
    if len(changed) > MOST_CHANGED:
        raise Invalid("catalog.bulk_too_many", field="pilih", most=MOST_CHANGED)
    edit = BulkEdit(person_id=actor.person_id, created_at=now())
    db.session.add(edit)
    db.session.flush()
    facts = facts_of(wish.variant_id for wish in changed)
    rows = []
    for wish in changed:
        reason = trouble_with(wish, facts)
        state = ChangeState.REFUSED if reason else ChangeState.PLANNED
        rows.append({**vars(wish), "label": wish.label[:280], "edit_id": edit.id, "state": state, "reason": reason})
    db.session.execute(sa.insert(BulkChange), rows)
    return edit


@dataclass(frozen=True)
class Facts:
    """What bounds a variant's numbers: pieces promised, the dearest price by quantity (rupiah), where it comes from."""

    reserved: int
    dearest: int
    supply: Supply


def facts_of(variant_ids: Iterable[int | None]) -> dict[int, Facts]:
    """What bounds the numbers of these variants. One statement."""
    dearest = sa.select(sa.func.coalesce(sa.func.max(PriceTier.price), 0)).where(PriceTier.variant_id == Variant.id)
    query = sa.select(Variant.id, Variant.reserved, dearest.scalar_subquery(), Product.supply)
    ids = [variant_id for variant_id in variant_ids if variant_id is not None]
    query = query.join(Product, Product.id == Variant.product_id).where(Variant.id.in_(ids))
    return {row[0]: Facts(*row[1:]) for row in db.session.execute(query)}


def trouble_with(wish: Wish, facts: Mapping[int, Facts]) -> str:
    """The refusal id when this cannot be, else ''. What is cooked daily is counted on the page of the day alone."""
    if wish.variant_id is None:
        return ""
    bounds = facts[wish.variant_id]
    if wish.field is BulkField.PRICE:
        if not 1 <= wish.after <= rules.HIGHEST_PRICE:
            return "catalog.bulk_price_bounds"
        return "catalog.bulk_below_tier" if wish.after <= bounds.dearest else ""
    if bounds.supply is not Supply.READY:
        return "catalog.bulk_to_order" if bounds.supply is Supply.TO_ORDER else "catalog.bulk_daily"
    if wish.after < bounds.reserved:
        return "catalog.bulk_below_reserved"
    return "" if wish.after <= rules.MOST_STOCK else "catalog.bulk_stock_bounds"


# --- doing -----------------------------------------------------------------


def _own_edit(actor: Actor, edit_id: int) -> BulkEdit:
    edit = lock_one(BulkEdit, edit_id)
    if edit.person_id != actor.person_id:
        raise NotFound("catalog.product_not_found")
    return edit


def _changes(edit_id: int, state: ChangeState) -> list[BulkChange]:
    query = sa.select(BulkChange).where(BulkChange.edit_id == edit_id, BulkChange.state == state)
    return list(db.session.scalars(query.order_by(BulkChange.id)))


def _carry_out(actor: Actor, changes: Sequence[BulkChange], *, forwards: bool) -> set[int]:
    """Move each row from what it must be to what it shall be. Returns the ids of the changes that were done."""
    products = {row.id: row for row in lock_many(Product, {change.product_id for change in changes})}
    wanted = {change.variant_id for change in changes if change.variant_id is not None}
    variants = {row.id: row for row in lock_many(Variant, wanted)}
    facts = facts_of(variants)
    done: set[int] = set()
    prices: dict[Variant, int] = {}
    for change in changes:
        old, new = (change.before, change.after) if forwards else (change.after, change.before)
        product = products[change.product_id]
        wish = Wish(product.id, change.variant_id, change.field, change.label, old, new)
        if not _may(actor, change.field, product.store_id) or trouble_with(wish, facts):
            continue
        if change.variant_id is None:
            moved = _move_status(product, old, new)
        else:
            moved = _move_number(actor, product, variants[change.variant_id], wish, f"{ABOUT}{change.edit_id}")
        if moved:
            done.add(change.id)
        if moved and change.variant_id is not None and change.field is BulkField.PRICE:
            prices[variants[change.variant_id]] = new
    pricing.set_prices(actor, prices)
    db.session.flush()
    refresh_prices({change.product_id for change in changes if change.field is BulkField.PRICE})
    if done:
        revision.touch()
    return done


def _may(actor: Actor, field: BulkField, store_id: int) -> bool:
    """A helper changes no prices in bulk: each of hers waits for the owner, so it is written on the product's page."""
    return actor.may(RIGHTS[field], store_id) and not (field is BulkField.PRICE and pricing.waits(actor))


def _move_status(product: Product, old: int, new: int) -> bool:
    if product.status.value != STATUS_CODES[old]:
        return False
    product.status = ProductStatus(STATUS_CODES[new])
    return True


def _move_number(actor: Actor, product: Product, variant: Variant, wish: Wish, about: str) -> bool:
    if product.status is ProductStatus.ARCHIVED or not variant.is_active:
        return False
    if wish.field is BulkField.PRICE:
        return variant.price == wish.before
    if variant.on_hand != wish.before:
        return False
    variant.on_hand = wish.after
    note_movements(actor, [(variant.id, wish.after - wish.before, wish.after)], about)
    return True


def note_movements(actor: Actor, moved: Iterable[tuple[int, int, int]], about: str = "") -> None:
    """Write down counts of shelves: variant id, signed change, pieces on hand afterwards."""
    at = now()
    db.session.add_all(
        StockMovement(
            variant_id=variant_id,
            kind=MovementKind.COUNT,
            change=change,
            on_hand=on_hand,
            about=about,
            person_id=actor.person_id,
            at=at,
        )
        for variant_id, change, on_hand in moved
    )


def refresh_prices(product_ids: Iterable[int]) -> None:
    """Bring the lowest and highest price of products up to date, all in one statement."""
    own = sa.select(sa.func.min(Variant.price)).where(Variant.product_id == Product.id, Variant.is_active)
    top = sa.select(sa.func.max(Variant.price)).where(Variant.product_id == Product.id, Variant.is_active)
    db.session.execute(
        sa.update(Product)
        .where(Product.id.in_(sorted(set(product_ids))))
        .values(
            price_from=sa.func.coalesce(own.correlate(Product).scalar_subquery(), 0),
            price_to=sa.func.coalesce(top.correlate(Product).scalar_subquery(), 0),
        )
        .execution_options(synchronize_session=False)
    )


def _settle(changes: Sequence[BulkChange], done: set[int], good: ChangeState, rest: ChangeState) -> None:
    for change in changes:
        change.state = good if change.id in done else rest
    db.session.flush()
