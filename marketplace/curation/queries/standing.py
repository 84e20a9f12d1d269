"""Where each product of a shop stands with the curators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.catalog.models import Product, ProductRevision
from marketplace.catalog.queries import newest_revision
from marketplace.catalog.rules import ProductStatus
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.paging import Page, fetch
from marketplace.curation import rules
from marketplace.curation.models import Decision, Submission
from marketplace.curation.queries.desk import DAYS
from marketplace.curation.rules import SubmissionStatus
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus

PAGE_SIZE = 50
WATCHED = (SubmissionStatus.RETURNED, SubmissionStatus.WAITING)


@dataclass(frozen=True)
class ProductStanding:
    """A product, its newest revision and what the curators said last.

    `status` is None when nothing was handed in. `shop_waits`: the shop is not opened, so curators see nothing of it.
    """

    product_id: int
    store_id: int
    name: str
    number: int
    is_public: bool
    is_curated: bool
    submission_id: int | None
    status: SubmissionStatus | None
    submitted_at: datetime | None
    shop_waits: bool
    day: int
    days: int
    reason_words: str
    note: str
    decided_at: datetime | None

    @property
    def status_words(self) -> str:
        if self.status is SubmissionStatus.WAITING and self.shop_waits:
            return "Menunggu toko dibuka"
        return "Belum diajukan" if self.status is None else rules.STATUS_WORDS[self.status]


def for_store(store_ids: Iterable[int], cursor: str | None = None, limit: int = PAGE_SIZE) -> Page[ProductStanding]:
    """The products of shops, the newest first. One statement, and one for the dated settings."""
    statement = _standings().where(Product.store_id.in_(sorted(set(store_ids))))
    page = fetch(statement, [Product.__table__.c.id], cursor=cursor, limit=limit, descending=True)
    return page.map(_row)


def standings(product_ids: Iterable[int]) -> dict[int, ProductStanding]:
    """Where products stand that were handed in, by product. One statement, and one for the dated settings."""
    statement = _standings().where(Product.id.in_(sorted(set(product_ids))), Submission.id.is_not(None))
    return {row.id: _row(row) for row in db.session.execute(statement)}


def to_watch(store_ids: Iterable[int]) -> dict[SubmissionStatus, int]:
    """How many products of shops wait for a curator, and how many came back to be mended. One statement.

    A submission's shop is its product's: both are named, so that either table is entered by its index.
    """
    shops = sorted(set(store_ids))
    last = aliased(Submission)
    latest = sa.select(sa.func.max(last.id)).where(last.product_id == Product.id).scalar_subquery()
    statement = (
        sa.select(Submission.status, sa.func.count())
        .join(Product, Product.id == Submission.product_id)
        .where(Product.store_id.in_(shops), Product.status != ProductStatus.ARCHIVED)
        .where(Submission.store_id.in_(shops))
        .where(Submission.id == latest, Submission.status.in_(WATCHED))
        .group_by(Submission.status)
    )
    counted = {status: int(number) for status, number in db.session.execute(statement)}
    return {status: counted.get(status, 0) for status in WATCHED}


def _standings() -> sa.Select[Any]:
    """Each product with its newest words, its last submission and the last decision on that."""
    last, decided = aliased(Submission), aliased(Decision)
    latest = sa.select(sa.func.max(last.id)).where(last.product_id == Product.id).scalar_subquery()
    verdict = sa.select(sa.func.max(decided.id)).where(decided.submission_id == Submission.id).scalar_subquery()
    columns: tuple[Any, ...] = (
        Product.id,
        Product.store_id,
        Product.live_revision_id,
        Product.curated_at,
        ProductRevision.name,
        ProductRevision.number,
        Submission.id.label("submission_id"),
        Submission.status,
        Submission.submitted_at,
        Store.status.label("store_status"),
        Decision.reason,
        Decision.note,
        Decision.decided_at,
    )
    return (
        sa.select(*columns)
        .select_from(Product)
        .join(Store, Store.id == Product.store_id)
        .join(ProductRevision, ProductRevision.id == newest_revision())
        .outerjoin(Submission, Submission.id == latest)
        .outerjoin(Decision, Decision.id == verdict)
        .where(Product.status != ProductStatus.ARCHIVED)
    )


def _row(row: sa.Row[Any]) -> ProductStanding:
    today = clock.today()
    since = row.submitted_at.astimezone(clock.WITA).date() if row.submitted_at else today
    is_judged = row.status not in (None, SubmissionStatus.WAITING)
    return ProductStanding(
        product_id=row.id,
        store_id=row.store_id,
        name=row.name,
        number=row.number,
        is_public=row.live_revision_id is not None,
        is_curated=row.curated_at is not None,
        submission_id=row.submission_id,
        status=row.status,
        submitted_at=row.submitted_at,
        shop_waits=row.store_status is StoreStatus.PENDING,
        day=rules.working_day(since, today),
        days=DAYS.today(),
        reason_words=rules.REASONS.get(row.reason or "", "") if is_judged else "",
        note=(row.note or "") if is_judged else "",
        decided_at=row.decided_at if is_judged else None,
    )
