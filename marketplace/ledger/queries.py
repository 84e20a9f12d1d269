"""Balances and statements, read from the entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction
from marketplace.ledger.rules import (
    COMMISSION,
    VOUCHERS,
    Kind,
    cash_account,
    disputed_account,
    order_subject,
    payable_account,
    pending_account,
)

SALES = (Kind.CASH_SALE, Kind.ONLINE_SALE, Kind.COMPLETION)
OF_VOUCHERS = (Kind.VOUCHER, Kind.VOUCHER_CHANGED)


@dataclass(frozen=True)
class StoreBalance:
    """A shop's money in rupiah. Cash in its own hand and money that the market holds for it are two things."""

    cash_in_hand: int
    pending: int
    """Paid by buyers who do not have the goods yet."""
    disputed: int
    """Asked back by buyers' banks, not decided yet."""
    held: int
    """Owed to the shop by the market, now."""
    owed: int
    """Commission of cash sales that the shop has yet to bring to the market, where nothing is held to take it from."""


@dataclass(frozen=True)
class Earning:
    """What one order brought its shop, in rupiah: sold and refunded, the market's and the provider's part, the rest.

    `voucher` is what the programme paid of its goods, beside what the buyer did.
    """

    sold: int = 0
    refunded: int = 0
    commission: int = 0
    fee: int = 0
    net: int = 0
    voucher: int = 0


@dataclass(frozen=True)
class StatementLine:
    """One entry about an order."""

    at: datetime
    kind: str
    account: str
    amount: int


@dataclass(frozen=True)
class Booking:
    """A transaction with all its entries: account and rupiah, debit positive."""

    key: str
    kind: str
    at: datetime
    entries: tuple[tuple[str, int], ...]


def balance(code: str) -> int:
    """The sum of an account: positive is debit. An account that was never used has zero."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(LedgerEntry.amount), 0))
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerAccount.code == code)
    )
    return int(db.session.scalar(query) or 0)


def balances() -> dict[str, int]:
    """The sum of every account, by its code."""
    query = (
        sa.select(LedgerAccount.code, sa.func.sum(LedgerEntry.amount))
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .group_by(LedgerAccount.code)
        .order_by(LedgerAccount.code)
    )
    return {code: int(amount) for code, amount in db.session.execute(query)}


def crooked_transactions() -> list[str]:
    """The keys of transactions that do not sum to zero: there are none, or the books are wrong."""
    query = (
        sa.select(LedgerTransaction.key)
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .group_by(LedgerTransaction.id, LedgerTransaction.key)
        .having(sa.func.sum(LedgerEntry.amount) != 0)
        .order_by(LedgerTransaction.id)
    )
    return list(db.session.scalars(query))


def booked(keys: Iterable[str]) -> set[str]:
    """Which of these keys were booked. One statement."""
    query = sa.select(LedgerTransaction.key).where(LedgerTransaction.key.in_(sorted(set(keys))))
    return set(db.session.scalars(query))


def store_summary(store_id: int) -> StoreBalance:
    """Where a shop's money is. One statement."""
    query = (
        sa.select(LedgerAccount.code, sa.func.sum(LedgerEntry.amount))
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerAccount.store_id == store_id)
        .group_by(LedgerAccount.code)
    )
    sums = {code: int(amount) for code, amount in db.session.execute(query)}
    cash, payable = sums.get(cash_account(store_id), 0), -sums.get(payable_account(store_id), 0)
    return StoreBalance(
        cash_in_hand=cash,
        pending=-sums.get(pending_account(store_id), 0),
        disputed=-sums.get(disputed_account(store_id), 0),
        held=max(payable - cash, 0),
        owed=max(cash - payable, 0),
    )


def earnings(order_ids: Iterable[int]) -> dict[int, Earning]:
    """What each of these orders brought, by order; zero where nothing was booked. One statement."""
    subjects = {order_subject(order_id): order_id for order_id in order_ids}
    own = LedgerAccount.store_id.is_not(None)
    query = (
        sa.select(
            LedgerEntry.about,
            LedgerTransaction.kind,
            sa.func.sum(sa.case((sa.and_(own, ~LedgerAccount.code.like("cash:%")), -LedgerEntry.amount), else_=0)),
            sa.func.sum(sa.case((LedgerAccount.code == COMMISSION, -LedgerEntry.amount), else_=0)),
        )
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerEntry.about.in_(sorted(subjects)))
        .group_by(LedgerEntry.about, LedgerTransaction.kind)
    )
    sums: dict[str, dict[str, tuple[int, int]]] = {subject: {} for subject in subjects}
    for about, kind, net, commission in db.session.execute(query):
        sums[about][kind] = (int(net), int(commission))
    return {subjects[about]: _earning(by_kind) for about, by_kind in sums.items()}


def earned(lines: Iterable[StatementLine]) -> Earning:
    """The same of one order, from its statement."""
    by_kind: dict[str, tuple[int, int]] = {}
    for line in lines:
        net, commission = by_kind.get(line.kind, (0, 0))
        if line.account == COMMISSION:
            commission -= line.amount
        elif ":store:" in line.account and not line.account.startswith("cash:"):
            net -= line.amount
        by_kind[line.kind] = (net, commission)
    return _earning(by_kind)


def _earning(by_kind: dict[str, tuple[int, int]]) -> Earning:
    """From the shop's own part and the commission of each kind of transaction about one order."""

    def whole(kinds: Iterable[str]) -> int:
        return sum(sum(by_kind.get(kind, (0, 0))) for kind in kinds)

    return Earning(
        sold=whole(SALES),
        refunded=-whole((Kind.REFUND, Kind.REFUND_FAILED, Kind.DISPUTE_LOST)),
        commission=sum(commission for _, commission in by_kind.values()),
        fee=-by_kind.get(Kind.PROVIDER_FEE, (0, 0))[0],
        net=sum(net for net, _ in by_kind.values()),
        voucher=whole(OF_VOUCHERS),
    )


def pending_of(order_id: int, store_id: int) -> int:
    """Rupiah of an order that the market still keeps for its shop."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(LedgerEntry.amount), 0))
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerEntry.about == order_subject(order_id), LedgerAccount.code == pending_account(store_id))
    )
    return -int(db.session.scalar(query) or 0)


def voucher_of(order_id: int) -> tuple[int, int]:
    """What the programme has paid of an order by the books (rupiah), and how often something was booked about it."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(LedgerEntry.amount), 0), sa.func.count())
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerEntry.about == order_subject(order_id), LedgerAccount.code == VOUCHERS)
    )
    amount, times = db.session.execute(query).one()
    return int(amount), int(times)


def statement(order_id: int) -> list[StatementLine]:
    """All entries about an order, the first first. One statement."""
    query = (
        sa.select(LedgerTransaction.occurred_at, LedgerTransaction.kind, LedgerAccount.code, LedgerEntry.amount)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerEntry.about == order_subject(order_id))
        .order_by(LedgerEntry.id)
    )
    return [StatementLine(*row) for row in db.session.execute(query)]


def bookings(subjects: Iterable[str], keys: Iterable[str], beginnings: Iterable[str]) -> list[Booking]:
    """The transactions with entries about one of these, with one of these keys, or a key that so begins. One statement.

    The first first.
    """
    about = sa.select(LedgerEntry.transaction_id).where(LedgerEntry.about.in_(sorted(set(subjects))))
    named: list[sa.ColumnElement[bool]] = [LedgerTransaction.key.in_(sorted(set(keys)))]
    named += [LedgerTransaction.key.startswith(beginning, autoescape=True) for beginning in beginnings]
    wanted = sa.union(about, sa.select(LedgerTransaction.id).where(sa.or_(*named))).subquery()
    query = (
        sa.select(LedgerTransaction, LedgerAccount.code, LedgerEntry.amount)
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerTransaction.id.in_(sa.select(wanted)))
        .order_by(LedgerTransaction.id, LedgerEntry.id)
    )
    found: dict[LedgerTransaction, list[tuple[str, int]]] = {}
    for booked, account, amount in db.session.execute(query):
        found.setdefault(booked, []).append((account, amount))
    return [Booking(booked.key, booked.kind, booked.occurred_at, tuple(entries)) for booked, entries in found.items()]
