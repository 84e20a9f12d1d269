"""Balances, read from the entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction
from marketplace.ledger.rules import CASH_SALE, COMMISSION, cash_account, payable_account


@dataclass(frozen=True)
class StoreBalance:
    """A shop's money in rupiah. Cash in its own hand and money that the market holds for it are two things."""

    sold: int
    fees: int
    cash_in_hand: int
    held: int
    owed: int
    """Commission of cash sales that the shop has yet to bring to the market, where nothing is held to take it from."""


@dataclass(frozen=True)
class Booking:
    """What one sale brought: `total` from the buyer, `commission` for the market."""

    total: int
    commission: int

    @property
    def net(self) -> int:
        return self.total - self.commission


def balance(code: str) -> int:
    """The sum of an account: positive is debit. An account that was never used has zero."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(LedgerEntry.amount), 0))
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerAccount.code == code)
    )
    return int(db.session.scalar(query) or 0)


def store_summary(store_id: int) -> StoreBalance:
    """What a shop sold, what the market took of it, and where the money is. One statement."""
    own = (
        sa.select(LedgerEntry.transaction_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerAccount.store_id == store_id)
    )
    query = (
        sa.select(LedgerAccount.code, LedgerTransaction.kind, sa.func.sum(LedgerEntry.amount))
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(LedgerEntry.transaction_id.in_(own))
        .group_by(LedgerAccount.code, LedgerTransaction.kind)
    )
    sums: dict[str, int] = {}
    sold = 0
    for code, kind, amount in db.session.execute(query):
        sums[code] = sums.get(code, 0) + int(amount)
        if kind == CASH_SALE and code == cash_account(store_id):
            sold += int(amount)
    cash, payable = sums.get(cash_account(store_id), 0), -sums.get(payable_account(store_id), 0)
    return StoreBalance(
        sold=sold,
        fees=-sums.get(COMMISSION, 0),
        cash_in_hand=cash,
        held=max(payable - cash, 0),
        owed=max(cash - payable, 0),
    )


def bookings(keys: Iterable[str]) -> dict[str, Booking]:
    """What the transactions with these keys brought, by key; a key that was not booked is left out. One statement."""
    of_market = LedgerAccount.code == COMMISSION
    query = (
        sa.select(
            LedgerTransaction.key,
            sa.func.sum(sa.case((LedgerEntry.amount > 0, LedgerEntry.amount), else_=0)),
            sa.func.sum(sa.case((of_market, -LedgerEntry.amount), else_=0)),
        )
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerTransaction.key.in_(sorted(set(keys))))
        .group_by(LedgerTransaction.key)
    )
    return {key: Booking(int(total), int(commission)) for key, total, commission in db.session.execute(query)}
