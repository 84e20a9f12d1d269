"""Refunds that go to the buyer's own bank account: whose account is asked for, and which can be paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.orders.models import Purchase, PurchasePayment
from marketplace.payments.models import Refund
from marketplace.payments.queries import with_bank
from marketplace.payments.rules import RefundState
from marketplace.payouts.models import PayoutLine, RefundAccount
from marketplace.payouts.rules import LIVE
from marketplace.stores.rules import BANKS

MOST = 200


@dataclass(frozen=True)
class RefundDue:
    """A refund (rupiah) that waits for the bank: which purchase it is of, since when, and what stands in its way.

    `is_disputed`: the buyer's bank deals with the money, and would send it a second time.
    """

    refund_id: int
    purchase_id: int
    code: str
    amount: int
    since: datetime
    has_account: bool
    trouble: str
    is_disputed: bool

    @property
    def is_payable(self) -> bool:
        return self.has_account and not self.is_disputed


@dataclass(frozen=True)
class Ask:
    """What a buyer is asked on the page of her purchase: where `amount` rupiah are to go.

    `account` is what she wrote ('' for nothing yet); `is_open`: it may still be written or changed.
    """

    amount: int
    is_open: bool
    account: str
    holder: str
    trouble: str


def refunds_waiting(limit: int = MOST) -> list[RefundDue]:
    """Refunds by bank that are in no line, those that wait longest first. One statement."""
    query = _waiting().order_by(Refund.id).limit(limit)
    return [
        RefundDue(row[0], row[1], row[2], row[3], row[4], bool(row[5]), row[6] or "", bool(row[7]))
        for row in db.session.execute(query)
    ]


def payable_refunds(limit: int = MOST) -> list[int]:
    """The ids of those that can be sent: the buyer has said where to, and her bank does not deal with the money."""
    query = _waiting().where(RefundAccount.bank != "", ~with_bank()).order_by(Refund.id).limit(limit)
    return [row[0] for row in db.session.execute(query)]


def ask_of(purchase_id: int) -> Ask | None:
    """What the buyer of a purchase is to be asked or told. None when no money goes to her account. Two statements."""
    in_line = _is_in_line()
    query = (
        sa.select(sa.func.sum(Refund.amount), sa.func.sum(sa.case((in_line, 0), else_=1)))
        .join(PurchasePayment, PurchasePayment.payment_id == Refund.payment_id)
        .where(PurchasePayment.purchase_id == purchase_id, Refund.by_bank)
        .where(Refund.state.in_((RefundState.REQUESTED, RefundState.SUBMITTED)))
    )
    amount, free = db.session.execute(query).one()
    if not amount:
        return None
    account = db.session.get(RefundAccount, purchase_id)
    if account is None or not account.bank:
        return Ask(int(amount), bool(free), "", "", account.trouble if account else "")
    shown = f"{BANKS.get(account.bank, account.bank)} ••••{account.last_digits}"
    return Ask(int(amount), bool(free), shown, account.holder, account.trouble)


def is_open_for_account(purchase_id: int) -> bool:
    """Is there a refund of this purchase that waits for an account, or whose account may still be changed?"""
    asked = ask_of(purchase_id)
    return asked is not None and asked.is_open


def to_remind(before: datetime) -> list[int]:
    """The purchases whose buyers were asked before then and have neither answered nor been reminded."""
    query = (
        sa.select(RefundAccount.purchase_id)
        .where(RefundAccount.bank == "", RefundAccount.asked_at <= before, RefundAccount.reminded_at.is_(None))
        .where(RefundAccount.purchase_id.in_(sa.select(_waiting().subquery().c.purchase_id)))
        .order_by(RefundAccount.purchase_id)
        .limit(MOST)
    )
    return list(db.session.scalars(query))


def _is_in_line() -> sa.ColumnElement[bool]:
    return sa.exists().where(PayoutLine.refund_id == Refund.id, PayoutLine.state.in_(LIVE))


def _waiting() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Refund.id,
            Purchase.id.label("purchase_id"),
            Purchase.code,
            Refund.amount,
            Refund.created_at,
            sa.case((RefundAccount.bank != "", True), else_=False),
            RefundAccount.trouble,
            with_bank(),
        )
        .join(PurchasePayment, PurchasePayment.payment_id == Refund.payment_id)
        .join(Purchase, Purchase.id == PurchasePayment.purchase_id)
        .join(RefundAccount, RefundAccount.purchase_id == Purchase.id, isouter=True)
        .where(Refund.by_bank, Refund.state == RefundState.REQUESTED, ~_is_in_line())
    )
