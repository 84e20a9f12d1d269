"""Copies of products, the way back from the archive, and times of showing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from marketplace.catalog import queries
from marketplace.catalog.models import PriceTier, Product
from marketplace.catalog.policies import can_sell
from marketplace.catalog.rules import Draft, ProductStatus, SupplyDraft, Tier, VariantDraft
from marketplace.catalog.services import checks, products
from marketplace.core import audit, revision
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed
from marketplace.core.locks import lock_one

LONGEST_NAME = 140


def duplicate(actor: Actor, product_id: int, copy_mark: str = "salinan") -> Product:
    """A hidden copy: words, pictures and forms; no stock, no numbers of the shop's own.

    Raises NotFound, NotAllowed; Invalid for words that may no longer be said.
    """
    product = checks.own_product(actor, product_id)
    said = queries.revision(queries.latest_revision_id(product_id))
    tail = f" ({copy_mark})"
    draft = Draft(
        name=said.name[: LONGEST_NAME - len(tail)] + tail,
        origin_code=said.origin_code,
        description=said.description,
        composition=said.composition,
        unit=said.unit,
        is_not_halal=said.is_not_halal,
        is_perishable=said.is_perishable,
        picture_ids=tuple(zip(said.picture_ids, (picture.alt for picture in said.pictures), strict=True)),
        certificate_ids=tuple(claim.id for claim in said.certificates),
        attributes=said.attributes,
        allergens=said.allergens,
    )
    supply = SupplyDraft(
        supply=product.supply,
        lead_days=product.lead_days,
        weekly_capacity=product.weekly_capacity,
        cutoff_minutes=product.cutoff_minutes,
        axes=(product.axis_1, product.axis_2),
    )
    forms = _forms(product_id, set(said.picture_ids))
    made = products.create(actor, product.store_id, said.category_id, draft, forms, supply, is_draft=True)
    audit.record(actor, "catalog.product_duplicated", "product", made.id, of=product_id)
    return made


def _forms(product_id: int, pictures: set[int]) -> list[VariantDraft]:
    rows = queries.variants(product_id, only_active=True)
    tiers: dict[int, list[Tier]] = {row.id: [] for row in rows}
    query = sa.select(PriceTier).where(PriceTier.variant_id.in_(tiers)).order_by(PriceTier.from_quantity)
    for tier in db.session.scalars(query):
        tiers[tier.variant_id].append(Tier(tier.from_quantity, tier.price))
    return [
        VariantDraft(
            price=row.price,
            weight=row.weight,
            name=row.name,
            options=(row.option_1, row.option_2),
            min_quantity=row.min_quantity,
            tiers=tuple(tiers[row.id]),
            low_stock=row.low_stock,
            picture_id=row.picture_id if row.picture_id in pictures else None,
        )
        for row in rows
    ]


def restore(actor: Actor, product_id: int) -> None:
    """Bring an archived product back, hidden. Doing it twice does no harm. Raises NotFound, NotAllowed."""
    product = lock_one(Product, product_id)
    if not can_sell(actor, product.store_id):
        raise NotAllowed("catalog.not_yours")
    if product.status is ProductStatus.ARCHIVED:
        product.status = ProductStatus.HIDDEN
        audit.record(actor, "catalog.product_restored", "product", product_id)
        revision.touch()


def schedule(actor: Actor, product_id: int, show_at: datetime | None, hide_at: datetime | None) -> None:
    """Show a product at one time and hide it at another; None: no such time.

    Raises NotFound, NotAllowed; Invalid: catalog.schedule_past for a time that is over, catalog.schedule_order.
    """
    product = checks.own_product(actor, product_id)
    if (product.show_at, product.hide_at) == (show_at, hide_at):
        return
    for field, at, before in (("show_at", show_at, product.show_at), ("hide_at", hide_at, product.hide_at)):
        if at is not None and at != before and at <= now():
            raise Invalid("catalog.schedule_past", field=field)
    if show_at and hide_at and hide_at <= show_at:
        raise Invalid("catalog.schedule_order", field="hide_at")
    product.show_at, product.hide_at = show_at, hide_at
    audit.record(
        actor,
        "catalog.product_scheduled",
        "product",
        product_id,
        show_at=show_at.isoformat() if show_at else None,
        hide_at=hide_at.isoformat() if hide_at else None,
    )


def keep_times() -> int:
    """Show and hide what is due: guarded updates, so doing it twice does no harm. Returns how many moved."""
    at = now()
    shown = _move(at, Product.show_at, ProductStatus.HIDDEN, ProductStatus.ACTIVE, {"show_at": None})
    hidden = _move(at, Product.hide_at, ProductStatus.ACTIVE, ProductStatus.HIDDEN, {"hide_at": None})
    for action, ids in (("catalog.product_shown", shown), ("catalog.product_hidden", hidden)):
        for product_id in ids:
            audit.record(SYSTEM, action, "product", product_id, by="schedule")
    db.session.execute(sa.update(Product).where(Product.show_at <= at).values(show_at=None))
    db.session.execute(sa.update(Product).where(Product.hide_at <= at).values(hide_at=None))
    if shown or hidden:
        revision.touch()
    return len(shown) + len(hidden)


def _move(
    at: datetime,
    due: InstrumentedAttribute[datetime | None],
    old: ProductStatus,
    new: ProductStatus,
    values: dict[str, None],
) -> Sequence[int]:
    query = sa.update(Product).where(due <= at, Product.status == old).values(status=new, **values)
    if new is ProductStatus.ACTIVE:
        query = query.where(Product.live_revision_id.is_not(None))
    return list(db.session.scalars(query.returning(Product.id)))
