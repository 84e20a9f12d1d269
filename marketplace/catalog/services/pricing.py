"""Prices of goods: the one place that writes them once a variant is there, or lets them wait for the owner.

What a helper writes changes nothing by itself: it waits until an owner of the store confirms it with her own one-time
code. Every path that changes a price (one form, a whole table, a file, a new variant) comes through here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from marketplace.accounts.services import codes
from marketplace.accounts.services.codes import Purpose
from marketplace.catalog.events import PriceWaits
from marketplace.catalog.models import PendingPrice, PriceTier, Product, ProductRevision, Variant
from marketplace.catalog.policies import can_price
from marketplace.catalog.rules import ProductStatus, Tier
from marketplace.catalog.services import checks
from marketplace.core import audit, revision
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, Stale
from marketplace.core.locks import lock_many, lock_words
from marketplace.core.outbox import emit

Tiers = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Waiting:
    """A price that waits: what it is now and what it would be (rupiah)."""

    id: int
    variant_id: int
    product_id: int
    product: str
    variant: str
    before: int
    price: int
    tiers: tuple[tuple[int, int], ...] | None
    is_new: bool
    asked_by: int
    asked_at: datetime


def waits(actor: Actor) -> bool:
    """Do the prices that this actor writes wait for the owner?"""
    return actor.helping is not None


def set_price(actor: Actor, variant: Variant, price: int, tiers: Tiers | None = None) -> bool:
    """Give a variant a price (rupiah) and, unless None, its prices from a quantity on. True: at once; False: it waits.

    The caller holds the variant locked and has checked the numbers. Raises NotAllowed.
    """
    checks.demand(can_price, actor, variant.store_id)
    if waits(actor):
        _wait(actor, variant, price, tiers, is_new=False)
        return False
    _close_open([variant.id], actor)
    _write(variant, price, tiers)
    return True


def set_prices(actor: Actor, wanted: Mapping[Variant, int]) -> None:
    """Give locked variants, whose numbers were checked, other prices (rupiah) at once, or let a helper's wait.

    Raises NotAllowed. For the shop's own people the statements do not grow with the number of variants.
    """
    for store_id in {variant.store_id for variant in wanted}:
        checks.demand(can_price, actor, store_id)
    if waits(actor):
        for variant, price in wanted.items():
            _wait(actor, variant, price, None, is_new=False)
    elif wanted:
        _close_open([variant.id for variant in wanted], actor)
        _write_all({variant: (price, None) for variant, price in wanted.items()})


def price_new(actor: Actor, rows: Mapping[Variant, Sequence[Tier]]) -> None:
    """Write the tiers of new variants, which are flushed with their prices; a helper's wait for the owner."""
    _add_tiers({variant.id: as_pairs(tiers) for variant, tiers in rows.items()})
    db.session.flush()
    hold_new(actor, rows)


@dataclass(frozen=True)
class Said:
    """What somebody says a form costs, in one and from a quantity on; `number` is its place in the table, from 1."""

    variant: Variant
    price: int
    tiers: Sequence[Tier]
    number: int
    is_brought_back: bool = False


def price_forms(actor: Actor, said: Sequence[Said]) -> None:
    """Say what forms cost, where it differs from what they cost now. Statements do not grow with the number of forms.

    One that was off the shelves and is brought back by a helper stays off until the owner has confirmed it. Raises
    Invalid (catalog.price_not_yours, with its `row`) where the actor may not say what goods cost.
    """
    held = _tiers_of([each.variant.id for each in said])
    changed = []
    for each in said:
        is_same = each.price == each.variant.price and as_pairs(each.tiers) == held.get(each.variant.id, [])
        if is_same and not (waits(actor) and each.is_brought_back):
            if each.is_brought_back:
                demand_confirmed(actor, each.variant.id)
            continue
        if not can_price(actor, each.variant.store_id):
            raise Invalid("catalog.price_not_yours", field="price", row=each.number)
        changed.append(each)
    if waits(actor):
        for each in changed:
            each.variant.is_active = each.variant.is_active and not each.is_brought_back
            _wait(actor, each.variant, each.price, as_pairs(each.tiers), is_new=each.is_brought_back)
    elif changed:
        _close_open([each.variant.id for each in changed], actor)
        _write_all({each.variant: (each.price, as_pairs(each.tiers)) for each in changed})


def as_pairs(tiers: Sequence[Tier]) -> list[tuple[int, int]]:
    """Tiers as they are kept while they wait."""
    return [(tier.from_quantity, tier.price) for tier in tiers]


def _tiers_of(variant_ids: list[int]) -> dict[int, list[tuple[int, int]]]:
    query = sa.select(PriceTier).where(PriceTier.variant_id.in_(variant_ids)).order_by(PriceTier.from_quantity)
    found: dict[int, list[tuple[int, int]]] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.variant_id, []).append((row.from_quantity, row.price))
    return found


def hold_new(actor: Actor, variants: Iterable[Variant]) -> None:
    """Keep a helper's new variants off the shelves until the owner has confirmed their prices. Flush before."""
    if not waits(actor):
        return
    for variant in variants:
        variant.is_active = False
        _wait(actor, variant, variant.price, _tiers_of([variant.id]).get(variant.id), is_new=True)


def demand_confirmed(actor: Actor, variant_id: int) -> None:
    """Raises Invalid (catalog.price_waits) for a new variant whose price no owner has confirmed.

    One that was withdrawn may be put on sale by the shop's own people, never by a helper.
    """
    query = sa.select(PendingPrice).where(PendingPrice.variant_id == variant_id, PendingPrice.is_new)
    last = db.session.scalars(query.order_by(PendingPrice.id.desc()).limit(1)).first()
    if last is not None and not last.is_confirmed and (last.decided_at is None or waits(actor)):
        raise Invalid("catalog.price_waits")


def waiting(store_ids: Iterable[int]) -> list[Waiting]:
    """The prices that wait in these stores, in the order of asking. One statement."""
    query = (
        sa.select(PendingPrice, Variant.product_id, Variant.name, Variant.price, ProductRevision.name)
        .join(Variant, Variant.id == PendingPrice.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .join(
            ProductRevision,
            sa.and_(ProductRevision.product_id == Product.id, ProductRevision.number == _newest_number()),
        )
        .where(*_open(PendingPrice.store_id.in_(list(store_ids))))
        .order_by(PendingPrice.id)
    )
    return [
        Waiting(
            row.id,
            row.variant_id,
            product_id,
            product,
            variant,
            before,
            row.price,
            None if row.tiers is None else tuple((int(count), int(price)) for count, price in row.tiers),
            row.is_new,
            row.asked_by,
            row.asked_at,
        )
        for row, product_id, variant, before, product in db.session.execute(query)
    ]


def oldest_waiting(store_id: int) -> PendingPrice | None:
    """The price that has waited longest in a store."""
    query = sa.select(PendingPrice).where(*_open(PendingPrice.store_id == store_id)).order_by(PendingPrice.id)
    return db.session.scalars(query.limit(1)).first()


def change_of(rows: Iterable[Waiting]) -> str:
    """What stands for exactly these prices: a code asked for them confirms no others."""
    return codes.fingerprint("prices", *((row.id, row.variant_id, row.price, row.tiers) for row in rows))


def confirm(owner: Actor, store_id: int, seen: str, typed: str, asker: Actor | None = None) -> Invalid | None:
    """Let all that waits in a store hold, by the owner's code; a wrong code is returned, so that it is counted.

    `seen` is `change_of` what the owner looked at; `asker` is on whose screen she typed, where it is another's.
    Raises NotAllowed for all but an owner, Stale when something else waits now, TooMany.
    """
    if not owner.owns(store_id):
        raise NotAllowed("catalog.not_yours")
    lock_words([f"prices {store_id}"])
    rows = waiting([store_id])
    if not rows or change_of(rows) != seen:
        raise Stale("catalog.prices_moved")
    wrong = codes.use(owner, Purpose.PRICES, seen, typed, asker)
    if wrong is not None:
        return wrong
    lock_many(Product, {row.product_id for row in rows})
    held = {variant.id: variant for variant in lock_many(Variant, {row.variant_id for row in rows})}
    for row in rows:
        _let_hold(held[row.variant_id], row)
    _close([row.id for row in rows], owner, confirmed=True)
    for product_id in {row.product_id for row in rows}:
        refresh_prices(product_id)
    told = [{"variant": row.variant_id, "price": row.price, "before": row.before, "by": row.asked_by} for row in rows]
    audit.record(owner, "catalog.prices_confirmed", "store", store_id, prices=told)
    revision.touch()
    return None


def withdraw(actor: Actor, store_id: int, pending_id: int) -> None:
    """Drop a price that waits: the owner, or whoever may write prices there. Raises NotAllowed."""
    checks.demand(can_price, actor, store_id)
    query = sa.select(PendingPrice.id).where(*_open(PendingPrice.id == pending_id, PendingPrice.store_id == store_id))
    found = db.session.scalar(query)
    if found is not None:
        _close([found], actor, confirmed=False)
        audit.record(actor, "catalog.price_withdrawn", "store", store_id, pending=pending_id)


def refresh_prices(product_id: int) -> None:
    """Bring the product's lowest and highest price up to date."""
    db.session.flush()
    on_sale = sa.select(Variant.price).where(Variant.product_id == product_id, Variant.is_active).subquery()
    db.session.execute(
        sa.update(Product)
        .where(Product.id == product_id)
        .values(
            price_from=sa.select(sa.func.coalesce(sa.func.min(on_sale.c.price), 0)).scalar_subquery(),
            price_to=sa.select(sa.func.coalesce(sa.func.max(on_sale.c.price), 0)).scalar_subquery(),
        )
    )


def _let_hold(variant: Variant, row: Waiting) -> None:
    _write(variant, row.price, row.tiers)
    product = db.session.get_one(Product, variant.product_id)
    if row.is_new and _has_place(product, variant):
        variant.is_active = True
        if product.status is ProductStatus.HIDDEN and not product.price_to:
            product.status = ProductStatus.ACTIVE


def _has_place(product: Product, variant: Variant) -> bool:
    """Does the product still differ along the axes of this form, and is no other sold under the same options?"""
    if (bool(variant.option_1), bool(variant.option_2)) != (bool(product.axis_1), bool(product.axis_2)):
        return False
    same = sa.select(Variant.id).where(
        Variant.product_id == product.id,
        Variant.id != variant.id,
        Variant.is_active,
        Variant.option_1 == variant.option_1,
        Variant.option_2 == variant.option_2,
    )
    return not product.axis_1 or db.session.scalar(same.limit(1)) is None


def _write(variant: Variant, price: int, tiers: Tiers | None) -> None:
    _write_all({variant: (price, tiers)})


def _write_all(wanted: Mapping[Variant, tuple[int, Tiers | None]]) -> None:
    """The only place where the price of a variant that is there is written."""
    for variant, (price, _tiers) in wanted.items():
        variant.price = price
    fresh = {variant.id: tiers for variant, (_price, tiers) in wanted.items() if tiers is not None}
    if fresh:
        db.session.execute(sa.delete(PriceTier).where(PriceTier.variant_id.in_(sorted(fresh))))
        _add_tiers(fresh)


def _add_tiers(wanted: Mapping[int, Tiers]) -> None:
    db.session.add_all(
        PriceTier(variant_id=variant_id, from_quantity=count, price=each)
        for variant_id, tiers in wanted.items()
        for count, each in tiers
    )


def _wait(actor: Actor, variant: Variant, price: int, tiers: Tiers | None, *, is_new: bool) -> None:
    """One price waits for each variant; the last word counts."""
    lock_words([f"prices {variant.store_id}"])
    was_new = db.session.scalar(sa.select(PendingPrice.is_new).where(*_open(PendingPrice.variant_id == variant.id)))
    _close_open([variant.id], actor)
    same = price == variant.price and tiers is None and not (is_new or was_new)
    if same:
        return
    is_first = not db.session.scalar(sa.select(sa.exists().where(*_open(PendingPrice.store_id == variant.store_id))))
    made = PendingPrice(
        store_id=variant.store_id,
        variant_id=variant.id,
        price=price,
        tiers=None if tiers is None else [list(tier) for tier in tiers],
        is_new=is_new or bool(was_new),
        asked_by=actor.person_id,
        asked_at=now(),
    )
    db.session.add(made)
    db.session.flush()
    if is_first:
        emit(PriceWaits(made.id))
    audit.record(actor, "catalog.price_asked", "variant", variant.id, price=price, before=variant.price)


def _close_open(variant_ids: list[int], actor: Actor) -> None:
    query = sa.select(PendingPrice.id).where(*_open(PendingPrice.variant_id.in_(variant_ids)))
    _close(list(db.session.scalars(query)), actor, confirmed=False)


def _close(ids: list[int], actor: Actor, *, confirmed: bool) -> None:
    db.session.execute(
        sa.update(PendingPrice)
        .where(PendingPrice.id.in_(ids))
        .values(decided_at=now(), decided_by=actor.person_id, is_confirmed=confirmed)
    )


def _open(*more: sa.ColumnElement[bool]) -> tuple[sa.ColumnElement[bool], ...]:
    return (PendingPrice.decided_at.is_(None), *more)


def _newest_number() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.max(ProductRevision.number))
        .where(ProductRevision.product_id == Product.id)
        .correlate(Product)
        .scalar_subquery()
    )
