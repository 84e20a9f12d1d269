"""What waits, oldest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.catalog.models import Category, Product, ProductRevision, RevisionPicture
from marketplace.catalog.queries import is_cover
from marketplace.catalog.rules import ProductStatus
from marketplace.core import clock, settings
from marketplace.core.db import db
from marketplace.core.paging import Page, fetch
from marketplace.curation import rules
from marketplace.curation.models import Submission
from marketplace.curation.rules import SubmissionStatus
from marketplace.media.models import MediaFile
from marketplace.media.rules import Picture
from marketplace.places.models import Region
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus

PAGE_SIZE = 24
DAYS = settings.define("curation.days", 5, "Hari kerja yang dimiliki kurator untuk satu ajuan", minimum=1, maximum=60)
VILLAGE = aliased(Region)
IS_WAITING = sa.and_(
    Submission.status == SubmissionStatus.WAITING,
    Product.status != ProductStatus.ARCHIVED,
    Store.status != StoreStatus.PENDING,
)
"""Goods of a shop that is not opened yet wait outside: they enter the queue with its opening."""


@dataclass(frozen=True)
class QueueRow:
    """A waiting revision. `day` of `days` is the clock, in working days; `is_change`: another one is public."""

    id: int
    name: str
    store_name: str
    place: str
    category: str
    number: int
    is_change: bool
    submitted_at: datetime
    day: int
    days: int
    picture: Picture | None

    @property
    def is_late(self) -> bool:
        return self.day > self.days


@dataclass(frozen=True)
class QueuePage:
    """Some of the queue, and how many wait in all and how many of them for too long."""

    page: Page[QueueRow]
    waiting: int
    late: int


def queue(cursor: str | None = None, limit: int = PAGE_SIZE) -> QueuePage:
    """A page of what waits, oldest first, counts included. One statement, and one for the dated settings."""
    days, today = DAYS.today(), clock.today()
    threshold = datetime.combine(rules.late_before(today, days), datetime.min.time(), clock.WITA)
    columns: tuple[Any, ...] = (
        Submission.id,
        Submission.submitted_at,
        ProductRevision.name,
        ProductRevision.number,
        Product.live_revision_id,
        Category.name.label("category"),
        Store.name.label("store_name"),
        VILLAGE.name.label("place"),
        MediaFile.key,
        MediaFile.width,
        MediaFile.height,
        _count().scalar_subquery().label("waiting"),
        _count(Submission.submitted_at < threshold).scalar_subquery().label("late"),
    )
    statement = (
        sa.select(*columns)
        .join(Product, Product.id == Submission.product_id)
        .join(ProductRevision, ProductRevision.id == Submission.revision_id)
        .join(Category, Category.id == ProductRevision.category_id)
        .join(Store, Store.id == Submission.store_id)
        .join(VILLAGE, VILLAGE.code == Store.village_code)
        .outerjoin(RevisionPicture, is_cover(Submission.revision_id))
        .outerjoin(MediaFile, MediaFile.id == RevisionPicture.media_id)
        .where(IS_WAITING)
    )
    table = Submission.__table__.c
    found = fetch(statement, [table.submitted_at, table.id], cursor=cursor, limit=limit)
    if not found.items:
        return QueuePage(Page([]), waiting_count() if cursor else 0, 0)
    top = found.items[0]
    return QueuePage(found.map(lambda row: _row(row, days)), top.waiting, top.late)


def waiting_count() -> int:
    """How many revisions wait. One statement."""
    return db.session.scalar(_count()) or 0


def next_waiting(without_stores: Iterable[int] = ()) -> int | None:
    """The id of the submission that waits longest, leaving out the shops that the curator works for. One statement."""
    statement = (
        sa.select(Submission.id)
        .join(Product, Product.id == Submission.product_id)
        .join(Store, Store.id == Submission.store_id)
        .where(IS_WAITING, Submission.store_id.not_in(list(without_stores)))
        .order_by(Submission.submitted_at, Submission.id)
        .limit(1)
    )
    return db.session.scalar(statement)


def _count(*more: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Counted on its own rows, whatever the statement around it picks."""
    return (
        sa.select(sa.func.count(Submission.id))
        .join(Product, Product.id == Submission.product_id)
        .join(Store, Store.id == Submission.store_id)
        .where(IS_WAITING, *more)
        .correlate(None)
    )


def _row(row: sa.Row[Any], days: int) -> QueueRow:
    return QueueRow(
        id=row.id,
        name=row.name,
        store_name=row.store_name,
        place=row.place,
        category=row.category,
        number=row.number,
        is_change=row.live_revision_id is not None,
        submitted_at=row.submitted_at,
        day=rules.working_day(row.submitted_at.astimezone(clock.WITA).date(), clock.today()),
        days=days,
        picture=Picture(row.key, row.width, row.height, row.name) if row.key else None,
    )
