"""The vouchers of those who give them: how often each was used, what it costs, and for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from marketplace.core import paging
from marketplace.core.clock import WITA, now
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.core.paging import Page, Row
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from marketplace.stores.models import Store
from marketplace.vouchers import rules
from marketplace.vouchers.models import Voucher, VoucherShare, VoucherStore, VoucherUse
from marketplace.vouchers.rules import Period, Standing, VoucherKind

KEYS = (Voucher.made_at, Voucher.id)


@dataclass(frozen=True)
class VoucherRow:
    """A voucher as whoever gives it sees it (rupiah, days of WITA)."""

    id: int
    code: str
    store_id: int | None
    store_name: str
    kind: VoucherKind
    value: int
    cap: int | None
    least_goods: int
    first_day: date
    last_day: date
    max_uses: int | None
    budget: int | None
    per_person: int | None
    period: Period
    store_ceiling: int | None
    used: int
    spent: int
    standing: Standing

    @property
    def left(self) -> int | None:
        """What may still be spent; None without a budget."""
        return None if self.budget is None else max(0, self.budget - self.spent)

    @property
    def is_over(self) -> bool:
        return self.standing is Standing.OVER


@dataclass(frozen=True)
class ShopPart:
    """What one shop's goods got of a voucher (rupiah), and in how many orders."""

    store_name: str
    spent: int
    orders: int


@dataclass(frozen=True)
class UseRow:
    """One order that a voucher made cheaper: what was promised and what counts of it (rupiah)."""

    order_code: str
    store_name: str
    used_at: datetime
    status: OrderStatus
    amount: int
    held: int


def shop_vouchers(store_ids: Iterable[int], after: str | None = None, limit: int = 20) -> Page[VoucherRow]:
    """The vouchers of some shops, the newest first, a page at a time. One statement."""
    return _page(Voucher.store_id.in_(list(store_ids)), after, limit)


def programme_vouchers(after: str | None = None, limit: int = 20) -> Page[VoucherRow]:
    """The programme's vouchers, the newest first, a page at a time. One statement."""
    return _page(Voucher.store_id.is_(None), after, limit)


def voucher(voucher_id: int) -> VoucherRow:
    """One voucher. Raises NotFound."""
    return _one(Voucher.id == voucher_id)


def by_code(code: str) -> VoucherRow:
    """The voucher of a code. Raises NotFound."""
    return _one(Voucher.code == rules.normal_code(code))


def by_shop(voucher_id: int, limit: int = 200) -> list[ShopPart]:
    """The shops whose goods it made cheaper, those that got most first. One statement."""
    counted = (
        sa.select(Order.store_id, sa.func.count().label("orders"))
        .join(VoucherShare, VoucherShare.order_id == Order.id)
        .join(VoucherUse, VoucherUse.id == VoucherShare.use_id)
        .where(VoucherUse.voucher_id == voucher_id, VoucherShare.held > 0)
        .group_by(Order.store_id)
        .subquery()
    )
    query = (
        sa.select(Store.name, VoucherStore.spent, sa.func.coalesce(counted.c.orders, 0))
        .join(Store, Store.id == VoucherStore.store_id)
        .join(counted, counted.c.store_id == VoucherStore.store_id, isouter=True)
        .where(VoucherStore.voucher_id == voucher_id, VoucherStore.spent > 0)
        .order_by(VoucherStore.spent.desc(), Store.name)
        .limit(limit)
    )
    return [ShopPart(*row) for row in db.session.execute(query)]


def uses_of(voucher_id: int, after: str | None = None, limit: int = 20) -> Page[UseRow]:
    """The orders that it made cheaper, the newest first, a page at a time. One statement."""
    query = (
        sa.select(Order.code, Store.name, VoucherUse.used_at, Order.status, VoucherShare.amount, VoucherShare.held)
        .join(VoucherShare, VoucherShare.order_id == Order.id)
        .join(VoucherUse, VoucherUse.id == VoucherShare.use_id)
        .join(Store, Store.id == Order.store_id)
        .where(VoucherUse.voucher_id == voucher_id)
    )
    page = paging.fetch(query, [VoucherUse.used_at, Order.id], cursor=after, limit=limit, descending=True)
    return page.map(lambda row: UseRow(*row[:6]))


def _page(which: sa.ColumnElement[bool], after: str | None, limit: int) -> Page[VoucherRow]:
    page = paging.fetch(_rows().where(which), KEYS, cursor=after, limit=limit, descending=True)
    return page.map(_row)


def _one(which: sa.ColumnElement[bool]) -> VoucherRow:
    found = db.session.execute(_rows().where(which)).one_or_none()
    if found is None:
        raise NotFound("vouchers.not_found")
    return _row(found)


def _rows() -> paging.Statement:
    return sa.select(Voucher, Store.name).join(Store, Store.id == Voucher.store_id, isouter=True)


def _row(row: Row) -> VoucherRow:
    found, store_name = row[0], row[1] or ""
    stands = rules.standing(
        now(),
        found.starts_at,
        found.ends_at,
        is_ended=found.ended_at is not None,
        is_paused=found.paused_at is not None,
        is_used_up=found.is_used_up,
    )
    return VoucherRow(
        id=found.id,
        code=found.code,
        store_id=found.store_id,
        store_name=store_name,
        kind=found.kind,
        value=found.value,
        cap=found.cap,
        least_goods=found.least_goods,
        first_day=found.starts_at.astimezone(WITA).date(),
        last_day=found.ends_at.astimezone(WITA).date() - timedelta(days=1),
        max_uses=found.max_uses,
        budget=found.budget,
        per_person=found.per_person,
        period=found.period,
        store_ceiling=found.store_ceiling,
        used=found.used,
        spent=found.spent,
        standing=stands,
    )
