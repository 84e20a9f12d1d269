"""The forms in which a product is sold: price, weight and stock, free of the curators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.catalog import rules
from marketplace.catalog.models import Product, Variant
from marketplace.catalog.policies import can_keep_stock, can_price, can_see_goods, can_sell
from marketplace.catalog.queries.forms import forms_mark
from marketplace.catalog.rules import ProductStatus, Supply, VariantDraft
from marketplace.catalog.services import checks, form_checks, movements, pricing
from marketplace.catalog.services.movements import set_stock as set_stock
from marketplace.core import audit, revision
from marketplace.core.actor import Actor
from marketplace.core.clock import today
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.core.locks import lock_many


def write_all(actor: Actor, product: Product, drafts: Sequence[VariantDraft]) -> None:
    """Write the first variants of a new product with their tiers, already checked.

    A helper's wait for the owner, and so does the product. Raises Invalid (catalog.price_not_yours,
    catalog.stock_not_yours) for whoever may not say what they cost, or how many there are.
    """
    demand_words(actor, product.store_id, drafts)
    rows = [form_row(product, position, draft) for position, draft in enumerate(drafts)]
    db.session.add_all(rows)
    product.price_from = min(draft.price for draft in drafts)
    product.price_to = max(draft.price for draft in drafts)
    db.session.flush()
    pricing.price_new(actor, {row: draft.tiers for row, draft in zip(rows, drafts, strict=True)})
    if pricing.waits(actor) and product.status is ProductStatus.ACTIVE:
        product.status, product.price_from, product.price_to = ProductStatus.HIDDEN, 0, 0
        db.session.flush()


def demand_words(actor: Actor, store_id: int, drafts: Sequence[VariantDraft]) -> None:
    """May the actor say what new forms cost, and how many there are? Raises Invalid, in plain words."""
    if drafts and not can_price(actor, store_id):
        raise Invalid("catalog.price_not_yours", field="price")
    if any(draft.on_hand for draft in drafts) and not can_keep_stock(actor, store_id):
        raise Invalid("catalog.stock_not_yours", field="on_hand")


def save_all(
    actor: Actor,
    product_id: int,
    axes: tuple[str, str],
    forms: Sequence[tuple[int | None, VariantDraft]],
    *,
    seen: str | None = None,
) -> None:
    """Sell a product along these axes in exactly these forms, in this order, all or nothing.

    A form with the id of a variant on sale changes it (its stock stays: that is counted, see `set_stock`); one without
    is new; variants on sale that are not named are sold no more. A new form called as one that was stopped brings that
    one back, with the stock given. `seen` is `queries.forms_mark` of the page that was filled in.

    What a helper says about prices waits for the owner (`pricing`). Raises NotFound, NotAllowed; Stale
    (catalog.forms_moved) when somebody changed the forms since `seen`, or a named one is no longer on sale; Invalid
    (also catalog.price_not_yours, catalog.stock_not_yours), whose value `row` is the number of the form it is about,
    counted from 1.
    """
    product = checks.own_product(actor, product_id)
    rows = {row.id: row for row in lock_many(Variant, _ids_of(product.id))}
    drafts = [draft for _, draft in forms]
    chosen = _chosen(rows, axes, forms)
    if seen is not None and seen != forms_mark(product.id):
        raise Stale("catalog.forms_moved")
    form_checks.check_forms(drafts, axes)
    kept = [row.picture_id if row else None for row in chosen]
    form_checks.check_pictures(drafts, form_checks.newest_picture_ids(product.id), kept)
    form_checks.check_skus(product, drafts, rows)
    demand_words(actor, product.store_id, [draft for row, draft in zip(chosen, drafts, strict=True) if row is None])
    fresh = {row.id for row in chosen if row is not None and not row.is_active}
    before = forms_mark(product.id)
    product.axis_1, product.axis_2 = axes
    stopped = _stop(rows.values(), chosen)
    _make_way(rows.values(), chosen, axes, drafts)
    saved = [
        _write(actor, product, position, row, draft)
        for position, (row, draft) in enumerate(zip(chosen, drafts, strict=True))
    ]
    db.session.flush()
    movements.open_shelf(actor, product.id)
    _price_all(actor, zip(saved, chosen, drafts, strict=True), fresh)
    pricing.refresh_prices(product.id)
    if forms_mark(product.id) != before:
        details = {"forms": {row.id: [row.name, row.price] for row in saved}, "stopped": stopped, "axes": list(axes)}
        audit.record(actor, "catalog.forms_saved", "product", product.id, **details)
        revision.touch()


def _price_all(
    actor: Actor, saved: Iterable[tuple[Variant, Variant | None, VariantDraft]], brought_back: set[int]
) -> None:
    """Say what the forms cost, each by the rule of its kind: a new one, one brought back, one that was on sale."""
    rows = list(saved)
    pricing.price_new(actor, {row: draft.tiers for row, was, draft in rows if was is None})
    pricing.price_forms(
        actor,
        [
            pricing.Said(row, draft.price, draft.tiers, number, is_brought_back=row.id in brought_back)
            for number, (row, was, draft) in enumerate(rows, 1)
            if was is not None
        ],
    )


def _ids_of(product_id: int) -> list[int]:
    return list(db.session.scalars(sa.select(Variant.id).where(Variant.product_id == product_id)))


def _chosen(
    rows: Mapping[int, Variant], axes: tuple[str, str], forms: Sequence[tuple[int | None, VariantDraft]]
) -> list[Variant | None]:
    """The row that each form goes into: the one it names, a stopped one of its name, or None for a new one."""
    named = [variant_id for variant_id, _ in forms if variant_id is not None]
    if len(set(named)) < len(named) or not set(named) <= rows.keys():
        raise NotFound("catalog.product_not_found")
    if not all(rows[variant_id].is_active for variant_id in named):
        raise Stale("catalog.forms_moved")
    stopped = {row.name: row for row in rows.values() if not row.is_active}
    return [
        rows[variant_id] if variant_id is not None else stopped.pop(rules.form_name(axes, draft), None)
        for variant_id, draft in forms
    ]


def _stop(rows: Iterable[Variant], chosen: Sequence[Variant | None]) -> list[str]:
    """Sell those that no form goes into no more; their numbers are free. Returns their names."""
    gone = [row for row in rows if row.is_active and row not in chosen]
    for row in gone:
        row.is_active, row.sku = False, ""
    return [row.name for row in gone]


def _make_way(
    rows: Iterable[Variant],
    chosen: Sequence[Variant | None],
    axes: tuple[str, str],
    drafts: Sequence[VariantDraft],
) -> None:
    """Free the names and numbers that change hands, so that two forms can swap them under the unique keys.

    A stopped variant that stands in the way of a name keeps it with its id behind.
    """
    names = {rules.form_name(axes, draft) for draft in drafts}
    for row in rows:
        if row in chosen:
            row.name, row.sku = f"~{row.id}", ""
        elif row.name in names:
            row.name = f"{row.name[:110]} #{row.id}"
    db.session.flush()


def _write(actor: Actor, product: Product, position: int, row: Variant | None, draft: VariantDraft) -> Variant:
    fresh = form_row(product, position, draft)
    if row is None:
        db.session.add(fresh)
        return fresh
    was_stopped = not row.is_active
    for name in WORDS:
        setattr(row, name, getattr(fresh, name))
    if was_stopped and row.on_hand != draft.on_hand and not row.is_to_order:
        db.session.flush()
        with form_checks.in_row(position + 1):
            set_stock(actor, row.id, draft.on_hand, row.on_hand)
    return row


WORDS = (
    "name",
    "option_1",
    "option_2",
    "sku",
    "position",
    "weight",
    "min_quantity",
    "low_stock",
    "picture_id",
    "is_active",
)


def add_variant(actor: Actor, product_id: int, draft: VariantDraft) -> Variant:
    """Sell a product in one more form. Raises NotFound, NotAllowed, Invalid."""
    product = checks.own_product(actor, product_id)
    checks.demand(can_price, actor, product.store_id)
    form_checks.check_forms([draft], (product.axis_1, product.axis_2))
    form_checks.check_pictures([draft], form_checks.newest_picture_ids(product.id))
    name = rules.form_name((product.axis_1, product.axis_2), draft)
    _check_name(product.id, name)
    _check_room(product.id)
    form_checks.check_skus(product, [draft])
    last = db.session.scalar(sa.select(sa.func.max(Variant.position)).where(Variant.product_id == product.id))
    variant = form_row(product, (last or 0) + 1, draft)
    db.session.add(variant)
    db.session.flush()
    demand_words(actor, product.store_id, [draft])
    pricing.price_new(actor, {variant: draft.tiers})
    movements.open_shelf(actor, product.id)
    _note(actor, "catalog.variant_added", variant, name=name, price=draft.price, on_hand=draft.on_hand)
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

    Raises NotFound, NotAllowed, and Invalid: also for a price that is not above what the variant costs by the dozen
    (catalog.price_below_tier), and for another name where options make it (catalog.named_by_options).
    """
    variant = checks.own_variant(actor, variant_id, can_see_goods)
    wanted: dict[str, Any] = {"price": price, "weight": weight, "name": name}
    changed = {key: value for key, value in wanted.items() if value is not None and value != getattr(variant, key)}
    if not changed:
        return
    _demand_rights(actor, variant, changed)
    form_checks.check_numbers(variant.price if price is None else price, weight or 0)
    if "price" in changed:
        form_checks.check_price(variant.id, int(changed["price"]))
    if "name" in changed:
        _check_other_name(variant, str(name))
    before = {f"{key}_before": getattr(variant, key) for key in changed}
    if "price" in changed and not pricing.set_price(actor, variant, changed["price"]):
        changed.pop("price")
        before.pop("price_before")
    for key in changed.keys() - {"price"}:
        setattr(variant, key, changed[key])
    if before:
        _note(actor, "catalog.variant_changed", variant, **changed, **before)


def _demand_rights(actor: Actor, variant: Variant, changed: Iterable[str]) -> None:
    for key in changed:
        checks.demand(can_price if key == "price" else can_sell, actor, variant.store_id)


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
    """Sell a product in a form again that was taken away.

    Raises NotFound, NotAllowed, and Invalid when it would be the same as another one now, differs along other axes
    than the product does today, or is one too many.
    """
    variant = checks.own_variant(actor, variant_id)
    if variant.is_active:
        return
    product = db.session.get_one(Product, variant.product_id)
    options = (variant.option_1, variant.option_2)
    if [bool(option) for option in options] != [bool(product.axis_1), bool(product.axis_2)]:
        raise Invalid("catalog.other_axes")
    same = sa.select(Variant.id).where(
        Variant.product_id == product.id,
        Variant.is_active,
        Variant.option_1 == options[0],
        Variant.option_2 == options[1],
    )
    if product.axis_1 and db.session.scalar(same.limit(1)) is not None:
        raise Invalid("catalog.variant_name_taken", field="options")
    _check_room(product.id)
    pricing.demand_confirmed(actor, variant_id)
    variant.is_active = True
    _note(actor, "catalog.variant_restored", variant)


def form_row(product: Product, position: int, draft: VariantDraft) -> Variant:
    """A new form as the product's supply has it: what is made to order lies on no shelf, what is cooked is today's."""
    is_to_order = product.supply is Supply.TO_ORDER
    is_todays = product.supply is Supply.DAILY and draft.on_hand > 0
    return Variant(
        product_id=product.id,
        store_id=product.store_id,
        name=rules.form_name((product.axis_1, product.axis_2), draft),
        option_1=draft.options[0],
        option_2=draft.options[1],
        sku=draft.sku,
        position=position,
        price=draft.price,
        weight=draft.weight,
        min_quantity=draft.min_quantity,
        on_hand=0 if is_to_order else draft.on_hand,
        reserved=0,
        low_stock=draft.low_stock,
        is_to_order=is_to_order,
        stocked_on=today() if is_todays else None,
        is_low_told=draft.on_hand <= draft.low_stock,
        picture_id=draft.picture_id,
        is_active=True,
    )


def _check_name(product_id: int, name: str, besides: int = 0) -> None:
    query = sa.select(Variant.name).where(Variant.product_id == product_id, Variant.id != besides)
    if rules.fold(name) in {rules.fold(other) for other in db.session.scalars(query)}:
        raise Invalid("catalog.variant_name_taken", field="name")


def _check_other_name(variant: Variant, name: str) -> None:
    if variant.option_1:
        raise Invalid("catalog.named_by_options", field="name")
    form_checks.check_words(name, "name", rules.LONGEST_FORM_NAME)
    _check_name(variant.product_id, name, besides=variant.id)


def _check_room(product_id: int) -> None:
    """Is there room for one more form?"""
    held = sa.select(sa.func.count()).where(Variant.product_id == product_id, Variant.is_active)
    if (db.session.scalar(held) or 0) >= rules.MOST_VARIANTS:
        raise Invalid("catalog.too_many_variants", most=rules.MOST_VARIANTS)


def _note(actor: Actor, action: str, variant: Variant, **details: object) -> None:
    """Write the act down and bring the product's lowest and highest price up to date."""
    pricing.refresh_prices(variant.product_id)
    audit.record(actor, action, "variant", variant.id, product_id=variant.product_id, **details)
    revision.touch()
