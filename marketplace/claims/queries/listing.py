"""Claims that wait for somebody: a shop, an operator, the clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from marketplace.claims.models import Claim
from marketplace.claims.rules import FOR_SHOP, MEDIATED, WITH_OPERATOR, ClaimState, Reason
from marketplace.core.db import db
from marketplace.core.paging import Page, fetch
from marketplace.orders.models import Order, Purchase
from marketplace.stores.models import Store

PAGE_SIZE = 30
CLAIMS = Claim.__table__.c


@dataclass(frozen=True)
class ClaimRow:
    """A claim in a list. `total` is what lies aside (rupiah)."""

    id: int
    code: str
    state: ClaimState
    reason: Reason
    total: int
    due_at: datetime
    store_name: str
    buyer_name: str


def for_shop(store_ids: Iterable[int], limit: int = 20) -> list[ClaimRow]:
    """The claims that wait for these shops, the most urgent first. One statement over those only."""
    query = _rows().where(Claim.store_id.in_(list(store_ids)), Claim.state.in_(FOR_SHOP))
    return [ClaimRow(*row) for row in db.session.execute(query.order_by(Claim.due_at, Claim.id).limit(limit))]


def for_operator(after: str | None = None, only_waiting: bool = True) -> Page[ClaimRow]:
    """The claims that wait for an operator, or all that are or were mediated and are open; the most urgent first."""
    states = WITH_OPERATOR if only_waiting else MEDIATED
    query = _rows().where(Claim.state.in_(states))
    page = fetch(query, [CLAIMS.due_at, CLAIMS.id], cursor=after, limit=PAGE_SIZE)
    return page.map(lambda row: ClaimRow(*tuple(row)[:8]))


def counts_for_operator() -> dict[ClaimState, int]:
    """How many claims wait for an operator, by state. One statement."""
    query = sa.select(Claim.state, sa.func.count()).where(Claim.state.in_(WITH_OPERATOR)).group_by(Claim.state)
    found = {state: int(number) for state, number in db.session.execute(query)}
    return {state: found.get(state, 0) for state in sorted(WITH_OPERATOR)}


def overdue(at: datetime, limit: int = 200) -> list[int]:
    """The ids of claims whose time is over, the longest overdue first."""
    query = sa.select(Claim.id).where(Claim.due_at <= at).order_by(Claim.due_at, Claim.id)
    return list(db.session.scalars(query.limit(limit)))


def to_remind(at: datetime, before: timedelta, limit: int = 200) -> list[int]:
    """The ids of claims whose time is over soon, and nobody was reminded of it yet."""
    query = sa.select(Claim.id).where(Claim.due_at > at, Claim.due_at <= at + before, Claim.reminded_at.is_(None))
    return list(db.session.scalars(query.order_by(Claim.due_at, Claim.id).limit(limit)))


def _rows() -> sa.Select[*tuple[Any, ...]]:
    total = Claim.asked + Claim.asked_delivery
    return (
        sa.select(
            CLAIMS.id, Order.code, Claim.state, Claim.reason, total, CLAIMS.due_at, Store.name, Purchase.buyer_name
        )
        .join(Order, Order.id == Claim.order_id)
        .join(Purchase, Purchase.id == Order.purchase_id)
        .join(Store, Store.id == Claim.store_id)
    )
