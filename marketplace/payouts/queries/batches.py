"""Batches, their lines and files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.core.paging import Page, fetch
from marketplace.orders.models import Purchase, PurchasePayment
from marketplace.payments.models import Refund
from marketplace.payouts.models import PayoutBatch, PayoutFile, PayoutHold, PayoutLine
from marketplace.payouts.rules import OPEN_BATCHES, BatchState, LineKind, LineState
from marketplace.stores.models import Store
from marketplace.stores.rules import BANKS

PAGE_SIZE = 20


@dataclass(frozen=True)
class BatchView:
    """A batch with the number of its lines and their sum (rupiah), those cancelled left out."""

    id: int
    reference: str
    state: BatchState
    made_at: datetime
    fetched_at: datetime | None
    lines: int
    amount: int
    reserved: int
    """How many lines nobody has settled yet."""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_BATCHES


@dataclass(frozen=True)
class LineView:
    """A line as it may be shown: never the whole number. `name`: the shop's, or the code of the buyer's purchase."""

    id: int
    reference: str
    batch_reference: str
    kind: LineKind
    state: LineState
    store_id: int | None
    name: str
    amount: int
    bank: str
    masked: str
    holder: str
    reason: str
    is_account_wrong: bool
    made_at: datetime
    settled_at: datetime | None


def batches(cursor: str | None = None) -> Page[BatchView]:
    """All batches, the newest first. One statement."""
    batch = PayoutBatch.__table__.c
    page = fetch(_batches(), [batch.id], cursor=cursor, limit=PAGE_SIZE, descending=True)
    return page.map(_batch)


def batch_by_reference(reference: str) -> BatchView | None:
    """One batch by its name."""
    row = db.session.execute(_batches().where(PayoutBatch.reference == reference)).one_or_none()
    return _batch(row) if row else None


def batch_lines(batch_id: int, cursor: str | None = None, limit: int = 50) -> Page[LineView]:
    """The lines of a batch, in the order in which they were set aside. One statement."""
    line = PayoutLine.__table__.c
    page = fetch(_lines().where(PayoutLine.batch_id == batch_id), [line.id], cursor=cursor, limit=limit)
    return page.map(_line)


def lines_of_store(store_ids: Iterable[int], cursor: str | None = None, limit: int = 10) -> Page[LineView]:
    """What was sent to some shops, the newest first. One statement."""
    line = PayoutLine.__table__.c
    query = _lines().where(PayoutLine.store_id.in_(list(store_ids)), PayoutLine.state != LineState.CANCELLED)
    return fetch(query, [line.id], cursor=cursor, limit=limit, descending=True).map(_line)


def line_by_reference(reference: str) -> tuple[LineView, dict[str, Any]] | None:
    """One line with the statement that was frozen with it."""
    row = db.session.execute(_lines().where(PayoutLine.reference == reference)).one_or_none()
    if row is None:
        return None
    view = _line(row)
    facts = db.session.scalars(sa.select(PayoutLine.facts).where(PayoutLine.id == view.id)).one()
    return view, facts


def files_of(batch_id: int) -> list[tuple[str, str]]:
    """The files of a batch: format and SHA-256."""
    query = sa.select(PayoutFile.format, PayoutFile.sha256).where(PayoutFile.batch_id == batch_id)
    return [(name, digest) for name, digest in db.session.execute(query.order_by(PayoutFile.format))]


def file_of(batch_id: int, name: str) -> PayoutFile | None:
    """One file of a batch with its content."""
    query = sa.select(PayoutFile).where(PayoutFile.batch_id == batch_id, PayoutFile.format == name)
    return db.session.scalars(query.options(sa.orm.undefer(PayoutFile.content))).one_or_none()


def counts() -> tuple[int, int]:
    """For the operator's first page: batches under way, and appeals that nobody has answered. One statement."""
    under_way = sa.select(sa.func.count()).where(PayoutBatch.state.in_(OPEN_BATCHES)).scalar_subquery()
    appeals = (
        sa.select(sa.func.count()).where(PayoutHold.appeal != "", PayoutHold.answered_at.is_(None)).scalar_subquery()
    )
    row = db.session.execute(sa.select(under_way, appeals)).one()
    return int(row[0]), int(row[1])


def _batches() -> sa.Select[*tuple[Any, ...]]:
    def over(value: Any) -> sa.ScalarSelect[Any]:
        query = sa.select(value).where(PayoutLine.batch_id == PayoutBatch.id, PayoutLine.state != LineState.CANCELLED)
        return query.correlate(PayoutBatch).scalar_subquery()

    reserved = sa.func.coalesce(sa.func.sum(sa.case((PayoutLine.state == LineState.RESERVED, 1), else_=0)), 0)
    return sa.select(
        PayoutBatch.id,
        PayoutBatch.reference,
        PayoutBatch.state,
        PayoutBatch.made_at,
        PayoutBatch.fetched_at,
        over(sa.func.count()),
        over(sa.func.coalesce(sa.func.sum(PayoutLine.amount), 0)),
        over(reserved),
    )


def _batch(row: Any) -> BatchView:
    return BatchView(*tuple(row)[:5], *(int(value) for value in tuple(row)[5:8]))


def _lines() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            PayoutLine.id,
            PayoutLine.reference,
            PayoutBatch.reference.label("batch_reference"),
            PayoutLine.kind,
            PayoutLine.state,
            PayoutLine.store_id,
            sa.func.coalesce(Store.name, Purchase.code).label("name"),
            PayoutLine.amount,
            PayoutLine.bank,
            PayoutLine.last_digits,
            PayoutLine.holder,
            PayoutLine.reason,
            PayoutLine.is_account_wrong,
            PayoutLine.made_at,
            PayoutLine.settled_at,
        )
        .join(PayoutBatch, PayoutBatch.id == PayoutLine.batch_id)
        .join(Store, Store.id == PayoutLine.store_id, isouter=True)
        .join(Refund, Refund.id == PayoutLine.refund_id, isouter=True)
        .join(PurchasePayment, PurchasePayment.payment_id == Refund.payment_id, isouter=True)
        .join(Purchase, Purchase.id == PurchasePayment.purchase_id, isouter=True)
    )


def _line(row: Any) -> LineView:
    return LineView(
        id=row.id,
        reference=row.reference,
        batch_reference=row.batch_reference,
        kind=row.kind,
        state=row.state,
        store_id=row.store_id,
        name=row.name,
        amount=row.amount,
        bank=BANKS.get(row.bank, row.bank),
        masked=f"••••{row.last_digits}",
        holder=row.holder,
        reason=row.reason,
        is_account_wrong=row.is_account_wrong,
        made_at=row.made_at,
        settled_at=row.settled_at,
    )
