"""What each shop is to be paid, read from the entries that no line has paid out yet, and what holds it back.

An order counts as a whole: while it waits, so does all that was booked of it. What comes after it was paid out (money
back to the buyer, a fee) counts at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction
from marketplace.ledger.queries import OF_VOUCHERS
from marketplace.ledger.rules import Kind, order_subject
from marketplace.orders.models import Order, Purchase
from marketplace.payments.rules import PaymentMethod
from marketplace.payouts.models import PayoutHold, PayoutItem, PayoutLine
from marketplace.payouts.rules import HoldKind, LineState
from marketplace.stores.models import BankAccount, Store
from marketplace.stores.rules import BANKS, StoreStatus

HANDED_OVER = (Kind.RELEASE, Kind.VOUCHER)
"""What is booked once, when the buyer has the goods: from then on it waits. In cash only a voucher's part does."""
OWN = (Kind.PAYOUT, Kind.PAYOUT_FAILED)
"""What lines themselves have booked."""


@dataclass(frozen=True)
class HoldView:
    """Why a shop is not paid, and until when if that is known."""

    kind: HoldKind
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class Due:
    """A shop's money (rupiah). `ready` may be paid out, below zero the shop owes it; `waiting` follows by itself."""

    store_id: int
    name: str
    ready: int
    waiting: int
    on_the_way: int
    holds: tuple[HoldView, ...] = ()

    @property
    def is_held(self) -> bool:
        return bool(self.holds)


@dataclass(frozen=True)
class OrderDue:
    """What of one order is still to be paid out (rupiah, below zero: taken off), and when it was handed over.

    `voucher` of it is what Gerakan Beli Produk NTT pays for the buyer's voucher.
    """

    order_id: int
    code: str
    method: PaymentMethod
    net: int
    released_at: datetime | None
    is_ready: bool
    voucher: int = 0


@dataclass(frozen=True)
class Account:
    """A shop's bank account as it may be shown, since when it is the one that counts."""

    id: int
    bank: str
    masked: str
    holder: str
    changed_at: datetime


def unpaid(store_ids: Iterable[int] | None = None) -> sa.Subquery:
    """By shop and order: what no line has paid out yet, and when its goods were handed over (None: not, or paid out).

    Below the sum lies each entry once: cash in the shop's hand counts against what the market owes it.
    """
    query = (
        sa.select(
            LedgerAccount.store_id.label("store_id"),
            LedgerEntry.about.label("about"),
            (-sa.func.sum(LedgerEntry.amount)).label("net"),
            (-sa.func.sum(sa.case((LedgerTransaction.kind.in_(OF_VOUCHERS), LedgerEntry.amount), else_=0))).label(
                "voucher"
            ),
            sa.func.max(sa.case((LedgerTransaction.kind.in_(HANDED_OVER), LedgerTransaction.occurred_at))).label(
                "released_at"
            ),
        )
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(countable(), LedgerAccount.store_id.is_not(None))
        .group_by(LedgerAccount.store_id, LedgerEntry.about)
    )
    if store_ids is not None:
        query = query.where(LedgerAccount.store_id.in_(sorted(set(store_ids))))
    return query.subquery()


def countable() -> sa.ColumnElement[bool]:
    """Is this an entry that a line may pay out: of what the market owes or the shop has in hand, and not paid out?"""
    is_own = sa.or_(LedgerAccount.code.like("payable:store:%"), LedgerAccount.code.like("cash:store:%"))
    is_paid = sa.exists().where(PayoutItem.entry_id == LedgerEntry.id)
    return sa.and_(is_own, LedgerTransaction.kind.not_in(OWN), ~is_paid)


def due(free_from: datetime, account_hours: int, store_ids: Iterable[int] | None = None) -> list[Due]:
    """What each shop with any money is to be paid, by name. `free_from`: what was handed over before counts.

    Four statements, however many shops.
    """
    chosen = None if store_ids is None else sorted(set(store_ids))
    found = unpaid(chosen)
    is_ready = sa.or_(found.c.released_at.is_(None), found.c.released_at < sa.literal(free_from, _instant()))
    query = (
        sa.select(
            Store.id,
            Store.name,
            Store.status,
            sa.func.coalesce(sa.func.sum(sa.case((is_ready, found.c.net), else_=0)), 0),
            sa.func.coalesce(sa.func.sum(sa.case((is_ready, 0), else_=found.c.net)), 0),
        )
        .join(found, found.c.store_id == Store.id, isouter=chosen is not None)
        .group_by(Store.id, Store.name, Store.status)
        .order_by(Store.name, Store.id)
    )
    if chosen is not None:
        query = query.where(Store.id.in_(chosen))
    rows = db.session.execute(query).all()
    ids = [row[0] for row in rows]
    way, holds = _on_the_way(ids), _holds({row[0]: row[2] for row in rows}, account_hours)
    return [
        Due(store_id, name, int(ready), int(waiting), way.get(store_id, 0), holds[store_id])
        for store_id, name, _, ready, waiting in rows
    ]


def due_of(store_id: int, free_from: datetime, account_hours: int) -> Due:
    """The same of one shop that exists."""
    return due(free_from, account_hours, [store_id])[0]


def orders_due(store_ids: Sequence[int], free_from: datetime, limit: int = 100) -> list[OrderDue]:
    """The orders behind what is still to be paid out, those handed over last first. One statement."""
    found = unpaid(store_ids)
    query = (
        sa.select(Order.id, Order.code, found.c.net, found.c.released_at, _method(), found.c.voucher)
        .join(found, Order.id == _order_of(found.c.about))
        .where(found.c.net != 0)
        .order_by(Order.done_at.desc(), Order.id.desc())
        .limit(limit)
    )
    return [
        OrderDue(
            row[0],
            row[1],
            PaymentMethod(row[4]),
            int(row[2]),
            row[3],
            row[3] is None or row[3] < free_from,
            int(row[5]),
        )
        for row in db.session.execute(query)
    ]


def account_of(store_id: int) -> Account | None:
    """The bank account of a shop that counts."""
    query = sa.select(BankAccount).where(BankAccount.store_id == store_id).order_by(BankAccount.id.desc()).limit(1)
    row = db.session.scalars(query).one_or_none()
    if row is None:
        return None
    return Account(row.id, BANKS[row.bank], f"••••{row.last_digits}", row.holder, row.changed_at)


def standing_hold(store_id: int) -> PayoutHold | None:
    """The operator's hold on a shop that holds now."""
    query = sa.select(PayoutHold).where(
        PayoutHold.store_id == store_id, PayoutHold.ended_at.is_(None), PayoutHold.until > now()
    )
    return db.session.scalars(query).one_or_none()


def holds_of(store_ids: Iterable[int], limit: int = 20) -> list[PayoutHold]:
    """The operator's holds on some shops, the newest first, those that are over too. One statement."""
    query = sa.select(PayoutHold).where(PayoutHold.store_id.in_(list(store_ids))).order_by(PayoutHold.id.desc())
    return list(db.session.scalars(query.limit(limit)))


def _on_the_way(store_ids: list[int]) -> dict[int, int]:
    query = (
        sa.select(PayoutLine.store_id, sa.func.sum(PayoutLine.amount))
        .where(PayoutLine.store_id.in_(store_ids), PayoutLine.state == LineState.RESERVED)
        .group_by(PayoutLine.store_id)
    )
    return {store_id: int(amount) for store_id, amount in db.session.execute(query) if store_id is not None}


def _holds(statuses: dict[int, StoreStatus], account_hours: int) -> dict[int, tuple[HoldView, ...]]:
    """What holds each of these shops back. Two statements."""
    accounts, held = _accounts(list(statuses)), _operator_holds(list(statuses))
    at = now()
    found: dict[int, tuple[HoldView, ...]] = {}
    for store_id, status in statuses.items():
        holds = [held[store_id]] if store_id in held else []
        if status is StoreStatus.SUSPENDED:
            holds.append(HoldView(HoldKind.SUSPENDED))
        holds += _account_holds(accounts.get(store_id), at, account_hours)
        found[store_id] = tuple(holds)
    return found


def _account_holds(account: Any, at: datetime, account_hours: int) -> list[HoldView]:
    if account is None:
        return [HoldView(HoldKind.NO_ACCOUNT)]
    if account.refused is not None:
        return [HoldView(HoldKind.REFUSED_ACCOUNT, None, account.refused)]
    until = account.changed_at + timedelta(hours=account_hours)
    return [HoldView(HoldKind.NEW_ACCOUNT, until)] if until > at else []


def _accounts(store_ids: list[int]) -> dict[int, Any]:
    """The newest account of each shop, and why the bank refused it, if it did."""
    newest = (
        sa.select(sa.func.max(BankAccount.id))
        .where(BankAccount.store_id.in_(store_ids))
        .group_by(BankAccount.store_id)
        .scalar_subquery()
    )
    refused = (
        sa.select(sa.func.max(PayoutLine.reason))
        .where(PayoutLine.account_id == BankAccount.id, PayoutLine.is_account_wrong)
        .scalar_subquery()
    )
    query = sa.select(BankAccount.store_id, BankAccount.changed_at, refused.label("refused"))
    return {row.store_id: row for row in db.session.execute(query.where(BankAccount.id.in_(newest)))}


def _operator_holds(store_ids: list[int]) -> dict[int, HoldView]:
    query = sa.select(PayoutHold.store_id, PayoutHold.until, PayoutHold.reason).where(
        PayoutHold.store_id.in_(store_ids), PayoutHold.ended_at.is_(None), PayoutHold.until > now()
    )
    return {row.store_id: HoldView(HoldKind.OPERATOR, row.until, row.reason) for row in db.session.execute(query)}


def _instant() -> Any:
    return LedgerTransaction.occurred_at.type


def _order_of(about: sa.ColumnElement[str]) -> sa.ColumnElement[int]:
    """The id of the order that entries are about; nothing for what is about no order."""
    prefix = order_subject(0)[:-1]
    number = sa.cast(sa.func.substr(about, len(prefix) + 1), sa.BigInteger)
    return sa.case((about.like(f"{prefix}%"), number))


def _method() -> sa.ScalarSelect[Any]:
    """How an order's purchase was paid."""
    from_purchase = sa.select(Purchase.payment_method).where(Purchase.id == Order.purchase_id)
    return from_purchase.correlate(Order).scalar_subquery()
