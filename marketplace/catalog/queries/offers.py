"""What a cart needs to know of variants: what is sold, by whom, for how much, and whether it may be bought now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.catalog.models import PriceTier, Product, ProductRevision, RevisionPicture, Variant
from marketplace.catalog.queries.availability import available_now, local_now, open_pieces
from marketplace.catalog.queries.forms import tiers_in, with_tiers
from marketplace.catalog.rules import (
    ProductStatus,
    Supply,
    Tier,
    Today,
    next_tier,
    price_for,
    ready_date,
    today_state,
)
from marketplace.core.db import db
from marketplace.media.models import MediaFile
from marketplace.media.rules import Picture
from marketplace.stores.models import Store, StoreClosure
from marketplace.stores.queries import closed_today
from marketplace.stores.rules import StoreStatus


@dataclass(frozen=True)
class Offer:
    """A variant as it can be bought now. Price in rupiah for a single piece, weight in grams.

    `available`: how many pieces may be ordered at this instant, however they are supplied (`UNLIMITED` when the
    workshop takes any number). `today` is set for goods cooked daily only. `tiers` begin at the fewest pieces; what
    each costs when so many are bought is `price_for`. `allergens` are codes.
    """

    variant_id: int
    product_id: int
    slug: str
    product_name: str
    variant_name: str
    price: int
    available: int
    weight: int
    store_id: int
    store_name: str
    store_slug: str
    store_is_open: bool
    is_buyable: bool
    is_not_halal: bool
    is_perishable: bool
    picture: Picture | None
    supply: Supply = Supply.READY
    lead_days: int = 0
    weekly_capacity: int = 0
    open_pieces: int = 0
    today: Today | None = None
    min_quantity: int = 1
    tiers: tuple[Tier, ...] = ()
    allergens: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Its own place on the product's page."""
        return f"/produk/{self.slug}?varian={self.variant_id}" if self.variant_name else f"/produk/{self.slug}"

    def price_for(self, quantity: int) -> int:
        """What each piece costs (rupiah) when so many are bought."""
        return price_for(self.price, self.tiers, quantity)

    def next_tier(self, quantity: int) -> Tier | None:
        """The next lower price, when pieces enough are left to reach it."""
        return next_tier(self.tiers, quantity, self.available)

    def ready_on(self, quantity: int = 0) -> date | None:
        """When so many more pieces (0: those promised already) are made; None for what is not made to order."""
        pieces = self.open_pieces + quantity
        return ready_date(self.supply, local_now().date(), self.lead_days, pieces, self.weekly_capacity)


def offers(variant_ids: Iterable[int]) -> dict[int, Offer]:
    """The variants that exist, by id; `is_buyable` is about being on sale, not about stock."""
    wanted = set(variant_ids)
    if not wanted:
        return {}
    query = with_tiers(_statement().where(Variant.id.in_(wanted))).order_by(Variant.id, PriceTier.from_quantity)
    rows = db.session.execute(query).all()
    tiers = tiers_in(rows)
    return {row.variant_id: _offer(row, tiers[row.variant_id]) for row in rows}


def _statement() -> sa.Select[Any]:
    columns: tuple[Any, ...] = (
        Variant.id.label("variant_id"),
        Variant.product_id,
        Variant.name.label("variant_name"),
        Variant.price,
        available_now().label("available"),
        Variant.stocked_on,
        Variant.weight,
        Variant.min_quantity,
        Variant.is_active,
        Product.slug,
        Product.status,
        Product.store_id,
        Product.supply,
        Product.lead_days,
        Product.weekly_capacity,
        Product.cutoff_minutes,
        _open_pieces().label("open_pieces"),
        ProductRevision.id.label("revision_id"),
        ProductRevision.name.label("product_name"),
        ProductRevision.is_not_halal,
        ProductRevision.is_perishable,
        ProductRevision.allergens,
        Store.name.label("store_name"),
        Store.slug.label("store_slug"),
        Store.status.label("store_status"),
        StoreClosure.id.label("closure_id"),
        RevisionPicture.alt,
        MediaFile.key,
        MediaFile.width,
        MediaFile.height,
    )
    return (
        sa.select(*columns)
        .select_from(Variant)
        .join(Product, Product.id == Variant.product_id)
        .join(Store, Store.id == Product.store_id)
        .outerjoin(StoreClosure, closed_today())
        .outerjoin(ProductRevision, ProductRevision.id == Product.live_revision_id)
        .outerjoin(RevisionPicture, _shows_variant())
        .outerjoin(MediaFile, MediaFile.id == RevisionPicture.media_id)
    )


def _open_pieces() -> sa.ColumnElement[int]:
    """Counted only for goods made to order."""
    return sa.case((Product.supply == Supply.TO_ORDER, open_pieces()), else_=0)


def _today(found: Any) -> Today | None:
    if found["supply"] is not Supply.DAILY:
        return None
    return today_state(found["stocked_on"], found["cutoff_minutes"], local_now())


def _offer(row: sa.Row[Any], tiers: tuple[Tier, ...]) -> Offer:
    found = row._mapping
    is_open = found["store_status"] is StoreStatus.OPEN and found["closure_id"] is None
    is_public = found["status"] is ProductStatus.ACTIVE and found["revision_id"] is not None
    return Offer(
        variant_id=found["variant_id"],
        product_id=found["product_id"],
        slug=found["slug"],
        product_name=found["product_name"] or "",
        variant_name=found["variant_name"],
        price=found["price"],
        available=found["available"],
        weight=found["weight"],
        store_id=found["store_id"],
        store_name=found["store_name"],
        store_slug=found["store_slug"],
        store_is_open=is_open,
        is_buyable=is_open and is_public and found["is_active"],
        is_not_halal=bool(found["is_not_halal"]),
        is_perishable=bool(found["is_perishable"]),
        picture=Picture(found["key"], found["width"], found["height"], found["alt"]) if found["key"] else None,
        supply=found["supply"],
        lead_days=found["lead_days"],
        weekly_capacity=found["weekly_capacity"],
        open_pieces=found["open_pieces"],
        today=_today(found),
        min_quantity=found["min_quantity"],
        tiers=tiers,
        allergens=tuple(found["allergens"] or ()),
    )


def _shows_variant() -> sa.ColumnElement[bool]:
    """Joins the variant's own picture where the live words hold it, else their first."""
    own = aliased(RevisionPicture)
    place = sa.select(own.position).where(own.revision_id == ProductRevision.id, own.media_id == Variant.picture_id)
    shown = sa.func.coalesce(place.limit(1).correlate(ProductRevision, Variant).scalar_subquery(), 0)
    return sa.and_(RevisionPicture.revision_id == ProductRevision.id, RevisionPicture.position == shown)
