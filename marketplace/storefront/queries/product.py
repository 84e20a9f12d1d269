"""One product as everybody may read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.catalog.models import (
    Category,
    Product,
    ProductRevision,
    RevisionCertificate,
    RevisionPicture,
    Variant,
)
from marketplace.catalog.queries import available_now, local_now, open_pieces
from marketplace.catalog.rules import Supply, Today, cutoff_time, ready_date, today_state
from marketplace.certificates import queries as certificates
from marketplace.certificates.models import Certificate
from marketplace.certificates.queries import CertificateRow
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.core.paging import Row, Statement
from marketplace.media.models import MediaFile
from marketplace.media.rules import Picture
from marketplace.places.models import Region
from marketplace.storefront.queries.listings import is_public, place_name
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus, short_region

PARENT = aliased(Category)
VILLAGE, REGENCY, ORIGIN = aliased(Region), aliased(Region), aliased(Region)
LOGO = aliased(MediaFile)


@dataclass(frozen=True)
class VariantLine:
    """One form the product is sold in; price in rupiah, weight in grams, pieces that may be ordered now."""

    id: int
    name: str
    price: int
    weight: int
    available: int
    stocked_on: date | None = None


@dataclass(frozen=True)
class Shop:
    """The shop behind a product."""

    id: int
    slug: str
    name: str
    place: str
    phone: str
    is_open: bool
    logo: Picture | None

    @property
    def url(self) -> str:
        return f"/toko/{self.slug}"


@dataclass(frozen=True)
class ProductView:
    """The words of the live revision, and what may be bought. `crumbs` are (name, address) of its categories.

    `ready_on` is when one more piece of something made to order is ready; `cutoff` ends the orders of the day.
    """

    id: int
    revision_id: int
    slug: str
    name: str
    description: str
    composition: str
    unit: str
    is_not_halal: bool
    is_perishable: bool
    is_food: bool
    origin_code: str
    origin: str
    curated_at: datetime | None
    crumbs: tuple[tuple[str, str], ...]
    shop: Shop
    variants: list[VariantLine]
    pictures: list[Picture]
    certificates: list[CertificateRow]
    supply: Supply
    ready_on: date | None
    cutoff_minutes: int | None

    @property
    def cutoff(self) -> time | None:
        return cutoff_time(self.cutoff_minutes)

    @property
    def today(self) -> Today:
        """May goods cooked daily be ordered now? Open when one form is."""
        days = [variant.stocked_on for variant in self.variants if variant.stocked_on]
        return today_state(max(days, default=None), self.cutoff_minutes, local_now())

    @property
    def url(self) -> str:
        return f"/produk/{self.slug}"

    @property
    def available(self) -> int:
        """Pieces left in all forms together."""
        return sum(variant.available for variant in self.variants)

    @property
    def is_buyable(self) -> bool:
        return self.shop.is_open and self.available > 0

    @property
    def first_choice(self) -> VariantLine | None:
        """The form that is marked when the page opens: the first that is left."""
        return next((variant for variant in self.variants if variant.available), next(iter(self.variants), None))


def product(slug: str) -> ProductView:
    """The public product at an address. Four statements. Raises NotFound for one that the public may not read."""
    row = db.session.execute(_words().where(Product.slug == slug, is_public())).one_or_none()
    if row is None:
        raise NotFound("catalog.product_not_found")
    return ProductView(
        id=row.id,
        revision_id=row.revision_id,
        slug=row.slug,
        name=row.name,
        description=row.description,
        composition=row.composition,
        unit=row.unit,
        is_not_halal=row.is_not_halal,
        is_perishable=row.is_perishable,
        is_food=row.is_food,
        origin_code=row.origin_code,
        origin=short_region(row.origin),
        curated_at=row.curated_at,
        crumbs=_crumbs(row),
        shop=_shop(row),
        variants=_variants(row.id),
        pictures=_pictures(row.revision_id, row.name),
        certificates=_certificates(row.revision_id),
        supply=row.supply,
        ready_on=_ready_on(row),
        cutoff_minutes=row.cutoff_minutes,
    )


def _words() -> Statement:
    return (
        sa.select(
            Product.id,
            Product.slug,
            Product.curated_at,
            Product.supply,
            Product.lead_days,
            Product.weekly_capacity,
            Product.cutoff_minutes,
            open_pieces().label("open_pieces"),
            ProductRevision.id.label("revision_id"),
            ProductRevision.name,
            ProductRevision.description,
            ProductRevision.composition,
            ProductRevision.unit,
            ProductRevision.is_not_halal,
            ProductRevision.is_perishable,
            ProductRevision.origin_code,
            ORIGIN.name.label("origin"),
            Category.name.label("category"),
            Category.slug.label("category_slug"),
            Category.is_food,
            PARENT.name.label("parent"),
            PARENT.slug.label("parent_slug"),
            Store.id.label("store_id"),
            Store.slug.label("store_slug"),
            Store.name.label("store_name"),
            Store.phone,
            Store.status,
            Store.village_code,
            VILLAGE.name.label("village"),
            REGENCY.name.label("regency"),
            LOGO.key.label("logo_key"),
            LOGO.width.label("logo_width"),
            LOGO.height.label("logo_height"),
        )
        .select_from(Product)
        .join(ProductRevision, ProductRevision.id == Product.live_revision_id)
        .join(ORIGIN, ORIGIN.code == ProductRevision.origin_code)
        .join(Category, Category.id == Product.category_id)
        .outerjoin(PARENT, PARENT.id == Category.parent_id)
        .join(Store, Store.id == Product.store_id)
        .join(VILLAGE, VILLAGE.code == Store.village_code)
        .join(REGENCY, REGENCY.code == sa.func.substr(Store.village_code, 1, 5))
        .outerjoin(LOGO, LOGO.id == Store.logo_id)
    )


def _ready_on(row: Row) -> date | None:
    today = local_now().date()
    return ready_date(row.supply, today, row.lead_days, row.open_pieces + 1, row.weekly_capacity)


def _crumbs(row: Row) -> tuple[tuple[str, str], ...]:
    own = (row.category, f"/kategori/{row.category_slug}")
    return ((row.parent, f"/kategori/{row.parent_slug}"), own) if row.parent else (own,)


def _shop(row: Row) -> Shop:
    place = place_name(row.village_code, row.village, row.regency)
    return Shop(
        id=row.store_id,
        slug=row.store_slug,
        name=row.store_name,
        place=place if place == short_region(row.regency) else f"{place}, {short_region(row.regency)}",
        phone=row.phone,
        is_open=row.status is StoreStatus.OPEN,
        logo=Picture(row.logo_key, row.logo_width, row.logo_height) if row.logo_key else None,
    )


def _variants(product_id: int) -> list[VariantLine]:
    rows = db.session.execute(
        sa.select(
            Variant.id,
            Variant.name,
            Variant.price,
            Variant.weight,
            available_now().label("left"),
            Variant.stocked_on,
        )
        .join(Product, Product.id == Variant.product_id)
        .where(Variant.product_id == product_id, Variant.is_active)
        .order_by(Variant.position, Variant.id)
    )
    return [VariantLine(row.id, row.name, row.price, row.weight, row.left, row.stocked_on) for row in rows]


def _pictures(revision_id: int, name: str) -> list[Picture]:
    rows = db.session.execute(
        sa.select(MediaFile.key, MediaFile.width, MediaFile.height, RevisionPicture.alt)
        .join(RevisionPicture, RevisionPicture.media_id == MediaFile.id)
        .where(RevisionPicture.revision_id == revision_id)
        .order_by(RevisionPicture.position)
    )
    return [Picture(row.key, row.width, row.height, row.alt or name) for row in rows]


def _certificates(revision_id: int) -> list[CertificateRow]:
    claimed = certificates.listed().join(RevisionCertificate, RevisionCertificate.certificate_id == Certificate.id)
    rows = db.session.execute(claimed.where(RevisionCertificate.revision_id == revision_id))
    return [certificates.to_row(row) for row in rows]
