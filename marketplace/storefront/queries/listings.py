"""Lists of goods: one statement for a page of cards, whatever is asked and however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.catalog.models import Category, Product, ProductRevision, RevisionPicture, Variant
from marketplace.catalog.queries import is_available, is_cover, local_now
from marketplace.catalog.rules import ProductStatus, Supply, Today, cutoff_time, today_state
from marketplace.core.db import db
from marketplace.core.paging import Page, Row, Statement, fetch
from marketplace.media.models import MediaFile
from marketplace.media.rules import Picture
from marketplace.places.models import Region
from marketplace.storefront.rules import COUNTED_UP_TO, Filters, Sort
from marketplace.stores.models import Store
from marketplace.stores.queries import within
from marketplace.stores.rules import HIDDEN, StoreStatus, short_region

PAGE_SIZE = 24
KUPANG = "53.71"
VILLAGE, REGENCY = aliased(Region), aliased(Region)


@dataclass(frozen=True)
class Card:
    """One product in a listing. `price` is the lowest of its variants, in rupiah; `sold_out`: none to be had now."""

    url: str
    name: str
    price: int
    price_varies: bool
    store_name: str
    place: str
    is_curated: bool
    is_not_halal: bool
    sold_out: bool
    picture: Picture | None
    supply: Supply = Supply.READY
    cutoff: time | None = None
    today: Today | None = None


def cards(filters: Filters, sort: Sort = Sort.NEWEST, cursor: str | None = None, limit: int = PAGE_SIZE) -> Page[Card]:
    """A page of what the filters leave. One statement."""
    keys = {
        Sort.NEWEST: (Product.published_at, Product.id),
        Sort.CHEAPEST: (Product.price_from, Product.id),
        Sort.DEAREST: (Product.price_from, Product.id),
    }[sort]
    statement = _card_columns().where(*_conditions(filters))
    page = fetch(statement, keys, cursor=cursor, limit=limit, descending=sort is not Sort.CHEAPEST)
    return page.map(_card)


def shelves(wanted: Sequence[Filters], limit: int = 8) -> list[list[Card]]:
    """The newest goods of several filters, side by side. One statement."""
    parts = []
    for number, filters in enumerate(wanted):
        part = _card_columns().add_columns(sa.literal(number).label("shelf"), Product.published_at.label("since"))
        newest = part.where(*_conditions(filters)).order_by(Product.published_at.desc(), Product.id.desc())
        parts.append(sa.select(newest.limit(limit).subquery()))
    found: list[list[Card]] = [[] for _ in wanted]
    union = sa.union_all(*parts).subquery()
    for row in db.session.execute(sa.select(union).order_by(union.c.shelf, union.c.since.desc(), union.c.id.desc())):
        found[row.shelf].append(_card(row))
    return found


def count(filters: Filters) -> int:
    """How many there are, counted no further than one beyond COUNTED_UP_TO."""
    some = (
        sa.select(sa.literal(1))
        .select_from(Product)
        .join(Store, Store.id == Product.store_id)
        .join(ProductRevision, ProductRevision.id == Product.live_revision_id)
        .where(*_conditions(filters))
        .limit(COUNTED_UP_TO + 1)
        .subquery()
    )
    return db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


@dataclass(frozen=True)
class Kind:
    """A category that a shop sells in, and how many public goods of it there are."""

    slug: str
    name: str
    number: int


def kinds_of(store_id: int) -> list[Kind]:
    """What a shop makes, most of it first. One statement."""
    number = sa.func.count()
    query = (
        sa.select(Category.slug, Category.name, number)
        .join(Product, Product.category_id == Category.id)
        .join(Store, Store.id == Product.store_id)
        .where(Product.store_id == store_id, is_public())
        .group_by(Category.id, Category.slug, Category.name)
        .order_by(number.desc(), Category.name)
    )
    return [Kind(*row) for row in db.session.execute(query)]


def is_public() -> sa.ColumnElement[bool]:
    """May everybody read this product? For statements that join the store and the live revision."""
    return sa.and_(
        Product.status == ProductStatus.ACTIVE,
        Product.published_at.is_not(None),
        Store.status.not_in(HIDDEN),
    )


def place_name(village_code: str, village: str, regency: str) -> str:
    """Where a shop is, in one word: the kelurahan inside Kota Kupang, elsewhere the regency."""
    return village if village_code.startswith(KUPANG) else short_region(regency)


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """What the filters leave of the public goods. A paused shop's goods stand on its own page only."""
    found = [is_public(), *(Product.search_text.contains(word, autoescape=True) for word in filters.words)]
    found.append(Product.store_id == filters.store_id if filters.store_id else Store.status == StoreStatus.OPEN)
    if filters.category_id is not None:
        found.append(Product.category_id.in_(_branch(filters.category_id)))
    if filters.origin:
        found.append(within(ProductRevision.origin_code, filters.origin))
    if filters.village:
        found.append(within(Store.village_code, filters.village))
    if filters.is_curated:
        found.append(Product.curated_at.is_not(None))
    if filters.is_halal:
        found.append(ProductRevision.is_not_halal.is_(False))
    return found + _price_conditions(filters)


def _price_conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """Something of the product costs that much."""
    found: list[sa.ColumnElement[bool]] = []
    if filters.price_min is not None:
        found.append(Product.price_to >= filters.price_min)
    if filters.price_max is not None:
        found.append(Product.price_from <= filters.price_max)
    return found


def _branch(category_id: int) -> sa.Select[int]:
    """A category and what is below it (the tree has two levels)."""
    return sa.select(Category.id).where(sa.or_(Category.id == category_id, Category.parent_id == category_id))


def _card_columns() -> Statement:
    live = ProductRevision.id == Product.live_revision_id
    return (
        sa.select(
            Product.id,
            Product.slug,
            Product.price_from,
            Product.price_to,
            Product.curated_at,
            ProductRevision.name,
            ProductRevision.is_not_halal,
            Store.name.label("store_name"),
            Store.village_code,
            VILLAGE.name.label("village"),
            REGENCY.name.label("regency"),
            is_available().label("has_stock"),
            Product.supply,
            Product.cutoff_minutes,
            _stocked_on().label("stocked_on"),
            MediaFile.key.label("picture_key"),
            MediaFile.width.label("picture_width"),
            MediaFile.height.label("picture_height"),
            RevisionPicture.alt.label("picture_alt"),
        )
        .select_from(Product)
        .join(Store, Store.id == Product.store_id)
        .join(ProductRevision, live)
        .join(VILLAGE, VILLAGE.code == Store.village_code)
        .join(REGENCY, REGENCY.code == sa.func.substr(Store.village_code, 1, 5))
        .outerjoin(RevisionPicture, is_cover(ProductRevision.id))
        .outerjoin(MediaFile, MediaFile.id == RevisionPicture.media_id)
    )


def _stocked_on() -> sa.ScalarSelect[date | None]:
    """The last day that anything of the product of the row at hand was stocked for."""
    query = sa.select(sa.func.max(Variant.stocked_on)).where(Variant.product_id == Product.id, Variant.is_active)
    return query.correlate(Product).scalar_subquery()


def _today(row: Row) -> Today | None:
    if row.supply is not Supply.DAILY:
        return None
    return today_state(row.stocked_on, row.cutoff_minutes, local_now())


def _card(row: Row) -> Card:
    picture = None
    if row.picture_key:
        picture = Picture(row.picture_key, row.picture_width, row.picture_height, row.picture_alt)
    return Card(
        url=f"/produk/{row.slug}",
        name=row.name,
        price=row.price_from,
        price_varies=row.price_to > row.price_from,
        store_name=row.store_name,
        place=place_name(row.village_code, row.village, row.regency),
        is_curated=row.curated_at is not None,
        is_not_halal=row.is_not_halal,
        sold_out=not row.has_stock,
        picture=picture,
        supply=row.supply,
        cutoff=cutoff_time(row.cutoff_minutes),
        today=_today(row),
    )
