"""The ledger of stock: whatever changes the pieces on hand is written down with who, when and why.

Rows are locked in id order, products before variants, and every change of `on_hand` writes its movement in the same
transaction: the changes of a variant add up to what it has on hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.catalog import rules
from marketplace.catalog.models import Product, StockMovement, Variant
from marketplace.catalog.policies import can_keep_stock
from marketplace.catalog.queries.shelves import gone_with
from marketplace.catalog.rules import MovementKind, ProductStatus, Supply
from marketplace.core import audit, revision
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import now, today
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Refusal, Stale
from marketplace.core.locks import lock_many

LONGEST_REASON = 200


@dataclass(frozen=True)
class Counted:
    """What somebody counted (pieces, promised ones included), and what the page said when she began."""

    on_hand: int
    seen: int


def record_movements(
    actor: Actor,
    kind: MovementKind,
    changes: Mapping[int, int],
    *,
    reason: str = "",
    about: str = "",
    form_key: str | None = None,
) -> None:
    """Let the shelves of many variants (id to signed change in pieces) become fuller or emptier, all or none.

    `form_key` is for a single variant: a form that is sent again moves nothing. Goods cooked daily that become more
    are today's. Raises NotFound, NotAllowed; Invalid (catalog.reason_needed, catalog.stock_below_reserved,
    catalog.number_out_of_bounds, catalog.made_to_order).
    """
    reason = _checked(kind, reason)
    variants = lock_own(actor, changes)
    if form_key and _was_sent(form_key):
        return
    for variant in variants:
        _check(variant, variant.on_hand + changes[variant.id])
    put(actor, kind, {variant: variant.on_hand + changes[variant.id] for variant in variants}, reason, about, form_key)


def count(actor: Actor, counts: Mapping[int, Counted]) -> dict[int, Refusal]:
    """Count shelves anew. Each stands for itself: the answer says which were not saved and why.

    Guarded by what was seen, so that a piece handed over meanwhile is never counted back in; the same count sent again
    by the same person is no refusal. Raises NotFound, NotAllowed when one of the variants is not the actor's.
    """
    variants = lock_own(actor, counts)
    again = repeated(actor, [v for v in variants if v.on_hand == counts[v.id].on_hand != counts[v.id].seen])
    refused: dict[int, Refusal] = {}
    moved: dict[Variant, int] = {}
    for variant in variants:
        refusal = None if variant.id in again else _not_counted(variant, counts[variant.id])
        if refusal is not None:
            refused[variant.id] = refusal
        elif counts[variant.id].on_hand != variant.on_hand:
            moved[variant] = counts[variant.id].on_hand
    put(actor, MovementKind.COUNT, moved)
    return refused


def set_stock(actor: Actor, variant_id: int, on_hand: int, seen_on_hand: int) -> None:
    """Count one shelf anew: pieces on hand, promised ones included.

    Raises NotFound, NotAllowed; Stale (catalog.stock_moved) when the count moved meanwhile; Invalid
    (catalog.stock_below_reserved) for fewer than are promised to buyers, catalog.number_out_of_bounds,
    catalog.made_to_order.
    """
    if on_hand == seen_on_hand:
        lock_own(actor, [variant_id])
        return
    for refusal in count(actor, {variant_id: Counted(on_hand, seen_on_hand)}).values():
        raise refusal


def put_back(actor: Actor, about: str, pieces: Mapping[int, int]) -> None:
    """What was sold has come back and lies on the shelf again: `about` is the order, `pieces` by variant.

    Never more than left with it and has not come back yet, so a form that is sent twice does no harm. Raises NotFound,
    NotAllowed; Invalid (catalog.not_so_many_sold).
    """
    variants = lock_own(actor, pieces)
    gone = gone_with(about)
    for variant in variants:
        if not 0 < pieces[variant.id] <= gone.get(variant.id, 0):
            raise Invalid("catalog.not_so_many_sold", field="quantity", most=gone.get(variant.id, 0))
    put(actor, MovementKind.RETURN, {v: v.on_hand + pieces[v.id] for v in variants}, about=about)


def open_shelf(actor: Actor, product_id: int) -> None:
    """Write down what new variants of a product begin with. Doing it twice does no harm."""
    has_rows = sa.exists().where(StockMovement.variant_id == Variant.id)
    query = sa.select(Variant.id, Variant.on_hand).where(
        Variant.product_id == product_id, Variant.on_hand > 0, sa.not_(has_rows)
    )
    rows = db.session.execute(query.order_by(Variant.id)).all()
    write(actor, MovementKind.OPENING, [(row.id, row.on_hand, row.on_hand) for row in rows])


def lock_own(actor: Actor, variant_ids: Iterable[int]) -> list[Variant]:
    """The variants, locked in id order, of stores whose stock the actor keeps. Raises NotFound, NotAllowed."""
    wanted = set(variant_ids)
    variants = lock_many(Variant, wanted)
    if len(variants) < len(wanted):
        raise NotFound("catalog.product_not_found")
    if not all(can_keep_stock(actor, store_id) for store_id in {variant.store_id for variant in variants}):
        raise NotAllowed("catalog.not_yours")
    gone = sa.select(Product.id).where(
        Product.id.in_({variant.product_id for variant in variants}), Product.status == ProductStatus.ARCHIVED
    )
    if db.session.scalar(gone.limit(1)) is not None:
        raise NotFound("catalog.product_not_found")
    return variants


def put(
    actor: Actor,
    kind: MovementKind,
    to: Mapping[Variant, int],
    reason: str = "",
    about: str = "",
    form_key: str | None = None,
) -> None:
    """Set what locked variants have on hand, checked before, and write the movements, the trail and the revision."""
    changes = {variant: on_hand - variant.on_hand for variant, on_hand in to.items() if on_hand != variant.on_hand}
    if not changes:
        return
    daily = _daily({variant.product_id for variant in changes})
    _note(actor, kind, changes)
    for variant, change in changes.items():
        variant.on_hand += change
        if change > 0 and variant.product_id in daily:
            variant.stocked_on = today()
    db.session.flush()
    write(actor, kind, [(v.id, change, v.on_hand) for v, change in changes.items()], reason, about, form_key)
    revision.touch()


def _note(actor: Actor, kind: MovementKind, changes: Mapping[Variant, int]) -> None:
    """On the trail: one shelf with its numbers, many as one act in each store (their numbers are in the ledger)."""
    action = "catalog.stock_set" if kind is MovementKind.COUNT else "catalog.stock_moved"
    if len(changes) == 1:
        ((variant, change),) = changes.items()
        numbers = {"before": variant.on_hand, "on_hand": variant.on_hand + change, "product_id": variant.product_id}
        audit.record(actor, action, "variant", variant.id, kind=kind, **numbers)
        return
    by_store: dict[int, list[int]] = {}
    for variant in changes:
        by_store.setdefault(variant.store_id, []).append(variant.id)
    for store_id, variant_ids in sorted(by_store.items()):
        audit.record(actor, action, "store", store_id, kind=kind, variants=variant_ids)


def write(
    actor: Actor,
    kind: MovementKind,
    moved: Iterable[tuple[int, int, int]],
    reason: str = "",
    about: str = "",
    form_key: str | None = None,
) -> None:
    """Add movements (variant, signed change, pieces on hand afterwards) to the ledger: one statement."""
    said = {"kind": kind, "reason": reason, "about": about, "form_key": form_key}
    rows = [
        {"variant_id": variant_id, "change": change, "on_hand": on_hand, "person_id": actor.person_id, "at": now()}
        for variant_id, change, on_hand in moved
    ]
    if rows:
        db.session.execute(sa.insert(StockMovement), [row | said for row in rows])


def _checked(kind: MovementKind, reason: str) -> str:
    reason = reason.strip()
    if kind is MovementKind.CORRECTION and not reason:
        raise Invalid("catalog.reason_needed", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Invalid("catalog.reason_too_long", field="reason", most=LONGEST_REASON)
    return reason


def _was_sent(form_key: str) -> bool:
    return db.session.scalar(sa.select(StockMovement.id).where(StockMovement.form_key == form_key)) is not None


def _check(variant: Variant, on_hand: int) -> None:
    refusal = refusal_of(variant, on_hand)
    if refusal is not None:
        raise refusal


def refusal_of(variant: Variant, on_hand: int) -> Invalid | None:
    """Why a locked variant cannot have so many pieces on hand; None when it can."""
    if variant.is_to_order:
        return Invalid("catalog.made_to_order", field="on_hand", name=variant.name)
    if not 0 <= on_hand <= rules.MOST_STOCK:
        return Invalid("catalog.number_out_of_bounds", field="on_hand", lowest=0, highest=rules.MOST_STOCK)
    if on_hand < variant.reserved:
        return Invalid("catalog.stock_below_reserved", field="on_hand", name=variant.name, reserved=variant.reserved)
    return None


def _not_counted(variant: Variant, counted: Counted) -> Refusal | None:
    if variant.is_to_order or not 0 <= counted.on_hand <= rules.MOST_STOCK:
        return refusal_of(variant, counted.on_hand)
    if variant.on_hand != counted.seen:
        return Stale("catalog.stock_moved", name=variant.name, now=variant.on_hand)
    return refusal_of(variant, counted.on_hand)


def repeated(actor: Actor, variants: list[Variant]) -> set[int]:
    """Those of which the last movement is this very count by this very person: the form came twice."""
    if not variants or actor is SYSTEM:
        return set()
    last = sa.select(sa.func.max(StockMovement.id)).where(StockMovement.variant_id.in_([v.id for v in variants]))
    query = sa.select(StockMovement.variant_id).where(
        StockMovement.id.in_(last.group_by(StockMovement.variant_id)),
        StockMovement.kind == MovementKind.COUNT,
        StockMovement.person_id == actor.person_id,
    )
    return set(db.session.scalars(query))


def _daily(product_ids: set[int]) -> set[int]:
    query = sa.select(Product.id).where(Product.id.in_(product_ids), Product.supply == Supply.DAILY)
    return set(db.session.scalars(query))
