"""Questions about reports: what waits for an operator, what was said, how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import Product, ProductRevision, RevisionPicture
from marketplace.catalog.queries import is_cover, newest_revision
from marketplace.catalog.rules import ProductStatus
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.core.paging import Page, Row, Statement, fetch
from marketplace.media.models import MediaFile
from marketplace.media.rules import Picture
from marketplace.moderation.models import ListingReport
from marketplace.moderation.rules import Kind, Outcome, Reason, Thing
from marketplace.stores.models import Store
from marketplace.stores.rules import HIDDEN, StoreStatus

PAGE_SIZE = 20
MOST_SHOWN = 100
MOST_EARLIER = 10
IS_OPEN = ListingReport.closed_at.is_(None)


@dataclass(frozen=True)
class ThingView:
    """A thing as whoever works on it sees it. `url` is its public page, `is_shown` whether everybody may read that."""

    thing: Thing
    name: str
    url: str
    store_name: str
    store_url: str
    is_shown: bool
    is_held: bool
    is_suspended: bool
    picture: Picture | None


@dataclass(frozen=True)
class Heap:
    """The open reports of one thing: how many, since when, and how often each reason was named."""

    about: ThingView
    number: int
    since: datetime
    reasons: tuple[tuple[Reason, int], ...]


@dataclass(frozen=True)
class ReportView:
    """One report. `is_member` is all that is told of who wrote it."""

    id: int
    reason: Reason
    words: str
    contact: str
    is_member: bool
    made_at: datetime


@dataclass(frozen=True)
class Ending:
    """How earlier reports of a thing ended; `number` of them at once."""

    at: datetime
    outcome: Outcome
    note: str
    number: int


@dataclass(frozen=True)
class Suspended:
    """A shop that operators suspended, and why."""

    store_id: int
    name: str
    note: str


def public_thing(kind: Kind, slug: str) -> ThingView:
    """What everybody may read at an address, and therefore report. Raises NotFound. One statement."""
    found = _one(kind, Product.slug == slug if kind is Kind.PRODUCT else Store.slug == slug)
    if not found.is_shown:
        raise NotFound("moderation.thing_not_found")
    return found


def thing_view(kind: Kind, thing_id: int) -> ThingView:
    """The thing, whatever has become of it. Raises NotFound. One statement."""
    return _one(kind, Product.id == thing_id if kind is Kind.PRODUCT else Store.id == thing_id)


def waiting(cursor: str | None = None, limit: int = PAGE_SIZE) -> Page[Heap]:
    """What was reported and is not decided, a thing at a time, the oldest first. Two statements."""
    heaps = _heaps().subquery()
    source = sa.join(heaps, Store, Store.id == heaps.c.store_id)
    query = _things(source, Product.id == heaps.c.product_id).add_columns(heaps.c.number, heaps.c.since)
    page = fetch(query, [heaps.c.first_id], cursor=cursor, limit=limit)
    reasons = _reasons([row.store_id for row in page.items]) if page.items else {}
    return page.map(lambda row: _heap(row, reasons))


def count_waiting() -> int:
    """How many things wait for an operator. One statement."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(_heaps().subquery())) or 0


def open_reports(thing: Thing) -> list[ReportView]:
    """What was said of a thing and is not decided, the oldest first. One statement."""
    query = sa.select(ListingReport).where(is_about(thing), IS_OPEN).order_by(ListingReport.id).limit(MOST_SHOWN)
    return [
        ReportView(row.id, row.reason, row.words, row.contact or "", row.person_id is not None, row.made_at)
        for row in db.session.scalars(query)
    ]


def endings(thing: Thing) -> list[Ending]:
    """How earlier reports of a thing ended, the latest first. One statement."""
    what: tuple[Any, ...] = (ListingReport.closed_at, ListingReport.outcome, ListingReport.note)
    query: Statement = (
        sa.select(*what, sa.func.count())
        .where(is_about(thing), ListingReport.closed_at.is_not(None))
        .group_by(*what)
        .order_by(ListingReport.closed_at.desc())
        .limit(MOST_EARLIER)
    )
    return [Ending(*row) for row in db.session.execute(query)]


def suspended() -> list[Suspended]:
    """The shops that are suspended, by name, each with the latest reason that a report led to. One statement."""
    why = sa.select(ListingReport.note).where(
        ListingReport.store_id == Store.id, ListingReport.outcome == Outcome.SUSPENDED
    )
    latest = why.order_by(ListingReport.id.desc()).limit(1).correlate(Store).scalar_subquery()
    query = sa.select(Store.id, Store.name, latest).where(Store.status == StoreStatus.SUSPENDED)
    return [Suspended(id_, name, note or "") for id_, name, note in db.session.execute(query.order_by(Store.name))]


def last_suspension(store_id: int) -> int:
    """The last report for which a shop was suspended; 0 when it was for none."""
    query = sa.select(sa.func.max(ListingReport.id)).where(
        ListingReport.store_id == store_id, ListingReport.outcome == Outcome.SUSPENDED
    )
    return db.session.scalar(query) or 0


def is_about(thing: Thing) -> sa.ColumnElement[bool]:
    """The reports of a thing: those of a shop are not those of its products."""
    return sa.and_(
        ListingReport.store_id == thing.store_id, ListingReport.product_id.is_not_distinct_from(thing.product_id)
    )


def _heaps() -> Statement:
    """The open reports, a thing at a time."""
    columns: tuple[Any, ...] = (
        ListingReport.store_id,
        ListingReport.product_id,
        sa.func.min(ListingReport.id).label("first_id"),
        sa.func.min(ListingReport.made_at).label("since"),
        sa.func.count().label("number"),
    )
    return sa.select(*columns).where(IS_OPEN).group_by(ListingReport.store_id, ListingReport.product_id)


def _reasons(store_ids: Iterable[int]) -> dict[Thing, list[tuple[Reason, int]]]:
    """How often each reason was named in the open reports of things of these shops, the commonest first."""
    number = sa.func.count()
    what = (ListingReport.store_id, ListingReport.product_id, ListingReport.reason)
    of_stores = ListingReport.store_id.in_(sorted(set(store_ids)))
    query = sa.select(*what, number).where(IS_OPEN, of_stores).group_by(*what)
    query = query.order_by(number.desc(), sa.func.min(ListingReport.id))
    found: dict[Thing, list[tuple[Reason, int]]] = {}
    for store_id, product_id, reason, times in db.session.execute(query):
        found.setdefault(Thing(store_id, product_id), []).append((reason, times))
    return found


def _heap(row: Row, reasons: dict[Thing, list[tuple[Reason, int]]]) -> Heap:
    about = _thing(row)
    return Heap(about, row.number, row.since, tuple(reasons.get(about.thing, ())))


def _one(kind: Kind, wanted: sa.ColumnElement[bool]) -> ThingView:
    meant = Product.store_id == Store.id if kind is Kind.PRODUCT else sa.false()
    row = db.session.execute(_things(Store.__table__, meant).where(wanted)).one_or_none()
    if row is None:
        raise NotFound("moderation.thing_not_found")
    return _thing(row)


def _things(source: sa.FromClause, meant: sa.ColumnElement[bool]) -> Statement:
    """Shops, each with the product that is meant (none where the shop is): the words that are public, else the newest,
    and the picture that stands for it.
    """
    columns: tuple[Any, ...] = (
        Store.id.label("store_id"),
        Store.name.label("store_name"),
        Store.slug.label("store_slug"),
        Store.status.label("store_status"),
        Product.id.label("product_id"),
        Product.slug,
        Product.status,
        Product.live_revision_id,
        Product.held_at,
        ProductRevision.name,
        MediaFile.key,
        MediaFile.width,
        MediaFile.height,
    )
    words = sa.func.coalesce(Product.live_revision_id, newest_revision())
    picture = sa.case((Product.id.is_(None), Store.logo_id), else_=RevisionPicture.media_id)
    return (
        sa.select(*columns)
        .select_from(source)
        .outerjoin(Product, meant)
        .outerjoin(ProductRevision, ProductRevision.id == words)
        .outerjoin(RevisionPicture, is_cover(ProductRevision.id))
        .outerjoin(MediaFile, MediaFile.id == picture)
    )


def _thing(row: Row) -> ThingView:
    is_shop = row.product_id is None
    store_url = f"/toko/{row.store_slug}"
    is_shown = row.store_status not in HIDDEN and (
        is_shop or (row.status is ProductStatus.ACTIVE and row.live_revision_id is not None)
    )
    return ThingView(
        thing=Thing(row.store_id, row.product_id),
        name=row.store_name if is_shop else row.name,
        url=store_url if is_shop else f"/produk/{row.slug}",
        store_name=row.store_name,
        store_url=store_url,
        is_shown=is_shown,
        is_held=row.held_at is not None,
        is_suspended=row.store_status is StoreStatus.SUSPENDED,
        picture=Picture(row.key, row.width, row.height, row.name or row.store_name) if row.key else None,
    )
