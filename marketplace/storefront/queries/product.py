"""One product as everybody may read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.catalog.models import (
    Category,
    CategoryAttribute,
    PriceTier,
    Product,
    ProductRevision,
    RevisionCertificate,
    RevisionPicture,
    Variant,
)
from marketplace.catalog.queries import available_now, local_now, open_pieces
from marketplace.catalog.queries.attributes import QUESTION, merged, to_attribute
from marketplace.catalog.queries.forms import tiers_in, with_tiers
from marketplace.catalog.rules import (
    Fact,
    Supply,
    Tier,
    Today,
    allergen_names,
    cutoff_time,
    facts_of,
    ready_date,
    today_state,
)
from marketplace.certificates import queries as certificates
from marketplace.certificates.models import Certificate, CertificateType
from marketplace.certificates.queries import CertificateRow
from marketplace.checkout.rules import MOST_OF_ONE
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.core.paging import Row, Statement
from marketplace.media.models import MediaFile
from marketplace.media.rules import Picture
from marketplace.places.models import Region
from marketplace.storefront.queries.listings import is_public, place_name
from marketplace.stores.models import Store, StoreClosure
from marketplace.stores.queries import closed_today
from marketplace.stores.rules import StoreStatus, short_region

PARENT = aliased(Category)
VILLAGE, REGENCY, ORIGIN = aliased(Region), aliased(Region), aliased(Region)
LOGO = aliased(MediaFile)


@dataclass(frozen=True)
class VariantLine:
    """One form the product is sold in; price in rupiah for a single piece, weight in grams, `left` may be ordered now.

    `photo` is the number, from 1, of its own picture among those the public sees; 0 for none.
    """

    id: int
    name: str
    options: tuple[str, str]
    price: int
    weight: int
    left: int
    min_quantity: int
    tiers: tuple[Tier, ...]
    photo: int
    stocked_on: date | None = None

    @property
    def available(self) -> int:
        """How many may be bought: none when fewer are left than are sold at once."""
        return self.left if self.left >= self.min_quantity else 0

    @property
    def data(self) -> dict[str, object]:
        """What js/variant.js needs: rupiah and pieces as bare numbers, tiers as `10:24000 50:22000`."""
        return {
            "price": self.price,
            "min": self.min_quantity,
            "max": min(self.available, MOST_OF_ONE),
            "tiers": " ".join(f"{tier.from_quantity}:{tier.price}" for tier in self.tiers),
            "picture": f"foto-{self.photo}" if self.photo else "",
        }


@dataclass(frozen=True)
class Choice:
    """A value on the first axis, and where its forms are shown: the address of the first that can be bought."""

    option: str
    url: str
    is_chosen: bool
    is_sold_out: bool
    variants: tuple[VariantLine, ...]


@dataclass(frozen=True)
class Shop:
    """The shop behind a product. `closed_until` is the last day (WITA) of a closure that holds today."""

    id: int
    slug: str
    name: str
    place: str
    phone: str
    is_open: bool
    closed_until: date | None
    closure_note: str
    logo: Picture | None

    @property
    def opens_again(self) -> date | None:
        """The first day after the closure at hand."""
        return self.closed_until + timedelta(days=1) if self.closed_until else None

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
    axes: tuple[str, str] = ("", "")
    facts: tuple[Fact, ...] = ()
    allergens: tuple[str, ...] = ()
    wanted: int | None = None
    supply: Supply = Supply.READY
    ready_on: date | None = None
    cutoff_minutes: int | None = None

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
        """The form that is marked when the page opens: the one in the address, else the first that is left."""
        wanted = (variant for variant in self.variants if variant.id == self.wanted)
        left = (variant for variant in self.variants if variant.available)
        return next(chain(wanted, left, self.variants), None)

    @property
    def has_tiers(self) -> bool:
        """Does any form cost less by the dozen?"""
        return any(variant.tiers for variant in self.variants)

    @property
    def shares_tiers(self) -> bool:
        """Does every form cost the same by every quantity? Then one table says it for all."""
        return self.has_tiers and len({(each.price, each.min_quantity, each.tiers) for each in self.variants}) == 1

    @property
    def weights(self) -> tuple[int, int]:
        """The lightest and the heaviest form (grams)."""
        found = [variant.weight for variant in self.variants] or [0]
        return min(found), max(found)

    @property
    def price_varies(self) -> bool:
        """Does a single piece of another form cost something else?"""
        return len({variant.price for variant in self.variants}) > 1

    @property
    def choices(self) -> list[Choice]:
        """The values on the first axis of a product that has two, each with its forms."""
        chosen, groups = self.first_choice, dict[str, list[VariantLine]]()
        for variant in self.variants:
            groups.setdefault(variant.options[0], []).append(variant)
        return [self._choice(option, group, chosen) for option, group in groups.items()]

    def _choice(self, option: str, group: list[VariantLine], chosen: VariantLine | None) -> Choice:
        """Its address keeps the value on the second axis that is chosen now, where that can be bought."""
        other = chosen.options[1] if chosen else ""
        left = [variant for variant in group if variant.available]
        first = next((variant for variant in left if variant.options[1] == other), next(iter(left or group)))
        return Choice(option, f"{self.url}?varian={first.id}", chosen in group, not left, tuple(group))


def product(slug: str, wanted: int | None = None) -> ProductView:
    """The public product at an address, with the variant of this id marked if it is one of its own. Four statements.

    Raises NotFound for one that the public may not read.
    """
    rows = db.session.execute(_words().where(Product.slug == slug, is_public())).all()
    if not rows:
        raise NotFound("catalog.product_not_found")
    row, asked = rows[0], merged(to_attribute(each) for each in rows if each.code is not None)
    pictures = _pictures(row.revision_id, row.name)
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
        variants=_variants(row.id, [media_id for media_id, _ in pictures]),
        pictures=[picture for _, picture in pictures],
        certificates=_certificates(row.revision_id),
        axes=(row.axis_1, row.axis_2),
        facts=facts_of(asked, row.answers),
        allergens=allergen_names(row.allergens),
        wanted=wanted,
        supply=row.supply,
        ready_on=_ready_on(row),
        cutoff_minutes=row.cutoff_minutes,
    )


def _words() -> Statement:
    """The words of a product, with a row for each question that its category asks (one when it asks none)."""
    asks = sa.or_(CategoryAttribute.category_id == Category.id, CategoryAttribute.category_id == Category.parent_id)
    return (
        sa.select(
            Product.id,
            Product.slug,
            Product.axis_1,
            Product.axis_2,
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
            ProductRevision.attributes.label("answers"),
            ProductRevision.allergens,
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
            StoreClosure.last_day.label("closed_until"),
            StoreClosure.note.label("closure_note"),
            Store.village_code,
            VILLAGE.name.label("village"),
            REGENCY.name.label("regency"),
            LOGO.key.label("logo_key"),
            LOGO.width.label("logo_width"),
            LOGO.height.label("logo_height"),
            *QUESTION,
        )
        .select_from(Product)
        .join(ProductRevision, ProductRevision.id == Product.live_revision_id)
        .join(ORIGIN, ORIGIN.code == ProductRevision.origin_code)
        .join(Category, Category.id == Product.category_id)
        .outerjoin(PARENT, PARENT.id == Category.parent_id)
        .join(Store, Store.id == Product.store_id)
        .outerjoin(StoreClosure, closed_today())
        .join(VILLAGE, VILLAGE.code == Store.village_code)
        .join(REGENCY, REGENCY.code == sa.func.substr(Store.village_code, 1, 5))
        .outerjoin(LOGO, LOGO.id == Store.logo_id)
        .outerjoin(CategoryAttribute, asks)
        .order_by(CategoryAttribute.category_id == Category.id, CategoryAttribute.position, CategoryAttribute.id)
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
        is_open=row.status is StoreStatus.OPEN and row.closed_until is None,
        closed_until=row.closed_until,
        closure_note=row.closure_note or "",
        logo=Picture(row.logo_key, row.logo_width, row.logo_height) if row.logo_key else None,
    )


def _variants(product_id: int, media_ids: list[int]) -> list[VariantLine]:
    columns: tuple[Any, ...] = (
        Variant.id,
        Variant.name,
        Variant.option_1,
        Variant.option_2,
        Variant.price,
        Variant.weight,
        available_now().label("left"),
        Variant.stocked_on,
        Variant.min_quantity,
        Variant.picture_id,
    )
    query = with_tiers(sa.select(*columns).join(Product, Product.id == Variant.product_id))
    query = query.where(Variant.product_id == product_id, Variant.is_active)
    rows = db.session.execute(query.order_by(Variant.position, Variant.id, PriceTier.from_quantity)).all()
    tiers = tiers_in(rows, "id")
    found = {row.id: row for row in rows}
    return [
        VariantLine(
            id=row.id,
            name=row.name,
            options=(row.option_1, row.option_2),
            price=row.price,
            weight=row.weight,
            left=row.left,
            min_quantity=row.min_quantity,
            tiers=tiers[row.id],
            photo=media_ids.index(row.picture_id) + 1 if row.picture_id in media_ids else 0,
            stocked_on=row.stocked_on,
        )
        for row in found.values()
    ]


def _pictures(revision_id: int, name: str) -> list[tuple[int, Picture]]:
    rows = db.session.execute(
        sa.select(MediaFile.id, MediaFile.key, MediaFile.width, MediaFile.height, RevisionPicture.alt)
        .join(RevisionPicture, RevisionPicture.media_id == MediaFile.id)
        .where(RevisionPicture.revision_id == revision_id)
        .order_by(RevisionPicture.position)
    )
    return [(row.id, Picture(row.key, row.width, row.height, row.alt or name)) for row in rows]


def _certificates(revision_id: int) -> list[CertificateRow]:
    claimed = certificates.listed().join(RevisionCertificate, RevisionCertificate.certificate_id == Certificate.id)
    rows = db.session.execute(claimed.where(RevisionCertificate.revision_id == revision_id, CertificateType.is_public))
    return [certificates.to_row(row) for row in rows]
