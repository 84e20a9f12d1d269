"""What a shop sold in a calendar year of WITA, month by month: by the day on which the goods were handed over."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from marketplace.core.clock import midnight
from marketplace.core.db import db
from marketplace.core.sql import wita_day
from marketplace.ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction
from marketplace.ledger.queries import OF_VOUCHERS
from marketplace.ledger.rules import Kind
from marketplace.orders.models import Order, Purchase, RefundPart
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Refund
from marketplace.payments.rules import PaymentMethod, RefundState
from marketplace.payouts.rules.turnover import Month, Year, year_of

Statement = sa.Select[*tuple[Any, ...]]


def year(store_id: int, number: int, free: int, rate: int) -> Year:
    """A shop's year. Refunds, fees and vouchers count in the month in which they were booked. Four statements."""
    figures: dict[int, dict[str, int]] = {}
    booked = (_fees(store_id, number), _vouchers(store_id, number))
    for statement in (_sold(store_id, number), _refunded(store_id, number), *booked):
        for row in db.session.execute(statement):
            held = figures.setdefault(int(row.month), {})
            for name, amount in row._mapping.items():
                if name != "month":
                    held[name] = held.get(name, 0) + int(amount or 0)
    return year_of(number, {month: Month(month, **sums) for month, sums in figures.items()}, free, rate)


def _sold(store_id: int, number: int) -> Statement:
    is_cash = Purchase.payment_method == PaymentMethod.CASH
    return (
        sa.select(
            _month(Order.done_at).label("month"),
            _sum(sa.case((is_cash, Order.total), else_=0)).label("cash"),
            _sum(sa.case((is_cash, 0), else_=Order.total)).label("online"),
            _sum(Order.commission).label("commission"),
        )
        .join(Purchase, Purchase.id == Order.purchase_id)
        .where(Order.store_id == store_id, Order.status == OrderStatus.DONE, _within(Order.done_at, number))
        .group_by(sa.literal_column("month"))
    )


def _refunded(store_id: int, number: int) -> Statement:
    """Of what was sold, and arrived at the buyer: the month in which the books were told of it."""
    return (
        sa.select(
            _month(Refund.settled_at).label("month"),
            _sum(RefundPart.goods + RefundPart.delivery).label("refunded"),
            (-_sum(RefundPart.commission)).label("commission"),
        )
        .join(RefundPart, RefundPart.refund_id == Refund.id)
        .join(Order, Order.id == RefundPart.order_id)
        .where(Order.store_id == store_id, Order.status == OrderStatus.DONE)
        .where(Refund.state == RefundState.SUCCEEDED, _within(Refund.settled_at, number))
        .group_by(sa.literal_column("month"))
    )


def _fees(store_id: int, number: int) -> Statement:
    return (
        sa.select(_month(LedgerTransaction.occurred_at).label("month"), _sum(LedgerEntry.amount).label("fee"))
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerAccount.store_id == store_id, LedgerTransaction.kind == Kind.PROVIDER_FEE)
        .where(_within(LedgerTransaction.occurred_at, number))
        .group_by(sa.literal_column("month"))
    )


def _vouchers(store_id: int, number: int) -> Statement:
    """What the programme paid, less what it took back with refunds."""
    return (
        sa.select(_month(LedgerTransaction.occurred_at).label("month"), (-_sum(LedgerEntry.amount)).label("voucher"))
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerAccount.store_id == store_id, LedgerTransaction.kind.in_(OF_VOUCHERS))
        .where(_within(LedgerTransaction.occurred_at, number))
        .group_by(sa.literal_column("month"))
    )


def _month(at: Any) -> Any:
    return sa.extract("month", wita_day(at))


def _within(at: Any, number: int) -> sa.ColumnElement[bool]:
    return sa.and_(at >= midnight(date(number, 1, 1)), at < midnight(date(number + 1, 1, 1)))


def _sum(amount: Any) -> Any:
    return sa.func.coalesce(sa.func.sum(amount), 0)
