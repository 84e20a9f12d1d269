"""Where a product's pieces come from, and the day of goods that are cooked daily.

Locks: the product, then its variants in id order.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from marketplace.catalog import rules
from marketplace.catalog.models import Product, Variant
from marketplace.catalog.queries.availability import is_open_today, local_now
from marketplace.catalog.queries.shelves import DAY
from marketplace.catalog.rules import MovementKind, Supply, SupplyDraft, Today
from marketplace.catalog.services import checks, movements
from marketplace.core import audit, revision
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import today
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound, Refusal, Stale
from marketplace.core.locks import lock_many

SWITCHED = "supply"
"""What a movement is about when a shelf is emptied because its product is made to order from now on."""
CLOSED_AT_ONCE = 200


def set_supply(actor: Actor, product_id: int, draft: SupplyDraft) -> None:
    """Say how a product is supplied; its axes are not touched. Saying the same again changes nothing.

    From or to made to order only while no piece is promised to a buyer: such pieces are either on the shelf or being
    made, and nobody could tell which. Raises NotFound, NotAllowed; Invalid naming the field: catalog.pieces_open,
    catalog.number_out_of_bounds, catalog.cutoff_out_of_bounds.
    """
    product = checks.own_product(actor, product_id)
    wanted = columns(draft)
    before = {name: getattr(product, name) for name in wanted}
    if before == wanted:
        return
    variants = _lock_variants([product.id])
    if (product.supply is Supply.TO_ORDER) is not (draft.supply is Supply.TO_ORDER):
        _switch(actor, variants, is_to_order=draft.supply is Supply.TO_ORDER)
    if product.supply is not draft.supply:
        for variant in variants:
            is_todays = draft.supply is Supply.DAILY and variant.available > 0
            variant.stocked_on = today() if is_todays else None
    for name, value in wanted.items():
        setattr(product, name, value)
    db.session.flush()
    audit.record(actor, "catalog.supply_set", "product", product.id, **wanted, before=before)
    revision.touch()


def open_day(actor: Actor, numbers: Mapping[int, int]) -> dict[int, Refusal]:
    """Stock goods cooked daily for today: so many pieces of each variant for sale, besides those promised before.

    Left-overs of another day are closed first. A variant that is open already, or gets none, stays as it is, so the
    same form may come twice. The answer says which could not be opened (catalog.day_is_over,
    catalog.number_out_of_bounds). Raises NotFound, NotAllowed.
    """
    variants = movements.lock_own(actor, numbers)
    products = _daily_products(variants)
    refused: dict[int, Refusal] = {}
    opened: dict[Variant, int] = {}
    for variant in variants:
        state = _state(products[variant.product_id], variant)
        if state is Today.OPEN or numbers[variant.id] == 0:
            continue
        on_hand = variant.reserved + numbers[variant.id]
        refusal = Invalid("catalog.day_is_over") if state is Today.OVER else movements.refusal_of(variant, on_hand)
        if numbers[variant.id] < 0 or refusal is not None:
            refused[variant.id] = refusal or _no_number()
        else:
            opened[variant] = on_hand
    movements.put(actor, MovementKind.CLOSING, {variant: variant.reserved for variant in opened})
    movements.put(actor, MovementKind.RECEIVED, opened, about=day_word())
    return refused


def add_today(actor: Actor, variant_id: int, pieces: int, form_key: str | None = None) -> None:
    """More came from the kitchen. The same form key adds nothing twice.

    Raises NotFound, NotAllowed; Stale (catalog.not_open_today); Invalid (catalog.number_out_of_bounds).
    """
    if not 0 < pieces <= rules.MOST_STOCK:
        raise _no_number(lowest=1)
    _open_variant(actor, variant_id)
    movements.record_movements(actor, MovementKind.RECEIVED, {variant_id: pieces}, about=day_word(), form_key=form_key)


def sell_out_today(actor: Actor, variant_id: int) -> None:
    """Nothing is left but what is promised; the day goes on. Twice does no harm.

    Raises NotFound, NotAllowed; Stale (catalog.not_open_today).
    """
    variant = _open_variant(actor, variant_id)
    movements.put(actor, MovementKind.CLOSING, {variant: variant.reserved}, about=day_word())


def close_days() -> int:
    """Close the shelves whose day or hour is over: what is not promised is gone. Returns how many were closed.

    Nothing is sold by this or without it: the guarded update of a sale asks for day and hour itself. Closes a few
    hundred at a time, so call it until it says 0; the same shelf is never closed twice.
    """
    is_due = sa.or_(Variant.stocked_on.is_not(None), Variant.on_hand > Variant.reserved)
    query = (
        sa.select(Variant.id)
        .join(Product, Product.id == Variant.product_id)
        .where(Product.supply == Supply.DAILY, is_due, sa.not_(sa.func.coalesce(is_open_today(), sa.false())))
        .order_by(Variant.id)
        .limit(CLOSED_AT_ONCE)
    )
    variants = lock_many(Variant, db.session.scalars(query))
    products = _daily(variants)
    still = [variant for variant in variants if variant.product_id in products]
    over = [variant for variant in still if _state(products[variant.product_id], variant) is not Today.OPEN]
    movements.put(SYSTEM, MovementKind.CLOSING, {variant: variant.reserved for variant in over})
    for variant in over:
        variant.stocked_on = None
    db.session.flush()
    if over:
        revision.touch()
    return len(over)


def day_word() -> str:
    """What the movements of today's kitchen are about."""
    return f"{DAY}{today().isoformat()}"


def columns(draft: SupplyDraft) -> dict[str, object]:
    """What a product keeps of a supply, the numbers of other supplies at rest. Raises Invalid, as `set_supply` does."""
    is_to_order = draft.supply is Supply.TO_ORDER
    cutoff = draft.cutoff_minutes if draft.supply is Supply.DAILY else None
    lead_days, capacity = (draft.lead_days, draft.weekly_capacity) if is_to_order else (0, 0)
    for field, value, highest in (
        ("lead_days", lead_days, rules.MOST_DAYS),
        ("weekly_capacity", capacity, rules.MOST_STOCK),
    ):
        if not 0 <= value <= highest:
            raise Invalid("catalog.number_out_of_bounds", field=field, lowest=0, highest=highest)
    if cutoff is not None and not 0 < cutoff <= rules.MINUTES_A_DAY:
        raise Invalid("catalog.cutoff_out_of_bounds", field="cutoff_minutes")
    return {
        "supply": draft.supply,
        "lead_days": lead_days,
        "weekly_capacity": capacity,
        "cutoff_minutes": cutoff,
    }


def _switch(actor: Actor, variants: list[Variant], *, is_to_order: bool) -> None:
    promised = sum(variant.reserved for variant in variants)
    if promised:
        raise Invalid("catalog.pieces_open", field="supply", open=promised)
    movements.put(actor, MovementKind.CORRECTION, dict.fromkeys(variants, 0), about=SWITCHED)
    for variant in variants:
        variant.is_to_order = is_to_order
    db.session.flush()


def _lock_variants(product_ids: list[int]) -> list[Variant]:
    ids = db.session.scalars(sa.select(Variant.id).where(Variant.product_id.in_(product_ids)))
    return lock_many(Variant, ids)


def _daily(variants: list[Variant]) -> dict[int, Product]:
    """Those products of variants that are cooked daily."""
    wanted = {variant.product_id for variant in variants}
    query = sa.select(Product).where(Product.id.in_(wanted), Product.supply == Supply.DAILY)
    return {product.id: product for product in db.session.scalars(query)}


def _daily_products(variants: list[Variant]) -> dict[int, Product]:
    """The products of variants, all cooked daily. Raises NotFound."""
    found = _daily(variants)
    if any(variant.product_id not in found for variant in variants):
        raise NotFound("catalog.product_not_found")
    return found


def _open_variant(actor: Actor, variant_id: int) -> Variant:
    (variant,) = movements.lock_own(actor, [variant_id])
    product = _daily_products([variant])[variant.product_id]
    if _state(product, variant) is not Today.OPEN:
        raise Stale("catalog.not_open_today", name=variant.name)
    return variant


def _state(product: Product, variant: Variant) -> Today:
    return rules.today_state(variant.stocked_on, product.cutoff_minutes, local_now())


def _no_number(lowest: int = 0) -> Invalid:
    return Invalid("catalog.number_out_of_bounds", field="on_hand", lowest=lowest, highest=rules.MOST_STOCK)
