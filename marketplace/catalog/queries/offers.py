"""What a cart needs to know of variants: what is sold, by whom, for how much, and whether it may be bought now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import Product, ProductRevision, RevisionPicture, Variant
from marketplace.catalog.queries.availability import available_now, local_now, open_pieces
from marketplace.catalog.queries.pictures import is_cover
from marketplace.catalog.rules import ProductStatus, Supply, Today, ready_date, today_state
from marketplace.core.db import db
from marketplace.media.models import MediaFile
from marketplace.media.rules import Picture
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus


@dataclass(frozen=True)
class Offer:
    """A variant as it can be bought now. Price in rupiah a piece, weight in grams.

    `available`: how many pieces may be ordered at this instant, however they are supplied (`UNLIMITED` when the
    workshop takes any number). `today` is set for goods cooked daily only.
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

    @property
    def url(self) -> str:
        return f"/produk/{self.slug}"

    def ready_on(self, quantity: int = 0) -> date | None:
        """When so many more pieces (0: those promised already) are made; None for what is not made to order."""
        pieces = self.open_pieces + quantity
        return ready_date(self.supply, local_now().date(), self.lead_days, pieces, self.weekly_capacity)


def offers(variant_ids: Iterable[int]) -> dict[int, Offer]:
    """The variants that exist, by id; `is_buyable` is about being on sale, not about stock."""
    wanted = set(variant_ids)
    if not wanted:
        return {}
    query = _statement().where(Variant.id.in_(wanted))
    return {row.variant_id: _offer(row) for row in db.session.execute(query)}


def _statement() -> sa.Select[Any]:
    columns: tuple[Any, ...] = (
        Variant.id.label("variant_id"),
        Variant.product_id,
        Variant.name.label("variant_name"),
        Variant.price,
        available_now().label("available"),
        Variant.stocked_on,
        Variant.weight,
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
        Store.name.label("store_name"),
        Store.slug.label("store_slug"),
        Store.status.label("store_status"),
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
        .outerjoin(ProductRevision, ProductRevision.id == Product.live_revision_id)
        .outerjoin(RevisionPicture, is_cover(ProductRevision.id))
        .outerjoin(MediaFile, MediaFile.id == RevisionPicture.media_id)
    )


def _open_pieces() -> sa.ColumnElement[int]:
    """Counted only for goods made to order."""
    return sa.case((Product.supply == Supply.TO_ORDER, open_pieces()), else_=0)


def _today(found: Any) -> Today | None:
    if found["supply"] is not Supply.DAILY:
        return None
    return today_state(found["stocked_on"], found["cutoff_minutes"], local_now())


def _offer(row: sa.Row[Any]) -> Offer:
    found = row._mapping
    is_open = found["store_status"] is StoreStatus.OPEN
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
    )
