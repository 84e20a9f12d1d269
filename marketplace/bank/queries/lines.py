"""Lines of the market's account: by what became of them, and which payments they may be for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from marketplace.bank.models import BankLine, PaymentProof
from marketplace.bank.rules import AsideKind, Candidate, LineState, Payable, rank
from marketplace.core.clock import WITA, now
from marketplace.core.db import db
from marketplace.core.paging import Page, fetch
from marketplace.orders.models import Purchase, PurchasePayment
from marketplace.payments.models import Payment
from marketplace.payments.rules import BY_HAND, MOST_ROUNDING, Outcome, PaymentState

AUTOMATIC = (PaymentState.PENDING, PaymentState.EXPIRED)
"""Money for these is booked without asking when the sum is theirs alone; for all others an operator decides."""
LOOK_BACK = timedelta(days=90)
MOST_PAYABLES = 400
NEWEST_OPEN = 200
SLIP = 5_000


@dataclass(frozen=True)
class LineRow:
    """A line as the operator reads it (rupiah, negative went out); booked, with the payment it is for."""

    id: int
    day: date
    amount: int
    text: str
    state: LineState
    aside_kind: AsideKind | None
    reason: str
    outcome: Outcome | None
    decided_at: datetime | None
    reference: str | None
    code: str | None


def lines(state: LineState, cursor: str | None = None, limit: int = 20) -> Page[LineRow]:
    """The lines in a state, those taken in last first. One statement."""
    page = fetch(
        _rows().where(BankLine.state == state),
        [BankLine.id],
        cursor=cursor,
        limit=limit,
        descending=True,
    )
    return page.map(lambda row: LineRow(*row[:11]))


def lines_of(payment_id: int) -> list[LineRow]:
    """The lines that are booked for a payment, the first first. One statement."""
    query = _rows().where(BankLine.payment_id == payment_id).order_by(BankLine.id)
    return [LineRow(*row) for row in db.session.execute(query)]


def _rows() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            BankLine.id,
            BankLine.day,
            BankLine.amount,
            BankLine.text,
            BankLine.state,
            BankLine.aside_kind,
            BankLine.reason,
            BankLine.outcome,
            BankLine.decided_at,
            Payment.reference,
            Purchase.code,
        )
        .join(Payment, Payment.id == BankLine.payment_id, isouter=True)
        .join(PurchasePayment, PurchasePayment.payment_id == Payment.id, isouter=True)
        .join(Purchase, Purchase.id == PurchasePayment.purchase_id, isouter=True)
    )


def line_counts() -> dict[LineState, int]:
    """How many lines there are in each state. One statement."""
    query = sa.select(BankLine.state, sa.func.count()).group_by(BankLine.state)
    found = {state: int(count) for state, count in db.session.execute(query)}
    return {state: found.get(state, 0) for state in LineState}


def count_open() -> int:
    """How much money came in of which nobody knows yet what for."""
    return int(db.session.scalar(sa.select(sa.func.count()).where(BankLine.state == LineState.OPEN)) or 0)


def certain(limit: int = 1000) -> list[tuple[int, int]]:
    """Open lines and the payments they are for beyond doubt, as ids, the first line first. One statement.

    The sum to the rupiah is that of one payment alone (a unique key), which still waits or whose time ended lately, and
    was ordered on the line's day or before.
    """
    query = (
        sa.select(BankLine.id, Payment.id, BankLine.day, Payment.created_at)
        .join(Payment, Payment.unique_sum == BankLine.amount)
        .where(BankLine.state == LineState.OPEN, Payment.state.in_(AUTOMATIC))
        .order_by(BankLine.id)
        .limit(limit)
    )
    return [
        (line_id, payment_id)
        for line_id, payment_id, day, ordered_at in db.session.execute(query)
        if ordered_at.astimezone(WITA).date() <= day
    ]


def candidates_for(rows: Sequence[LineRow]) -> dict[int, list[Candidate]]:
    """For each of these lines the payments that it may be for, the likeliest first. Two statements."""
    payables = _payables([row.amount for row in rows]) if rows else []
    return {row.id: rank(row.amount, row.text, row.day, payables) for row in rows}


def _payables(amounts: Iterable[int]) -> list[Payable]:
    """Payments by hand whose sum is near one of these, and the newest of those that wait."""
    since, to_pay = now() - LOOK_BACK, Payment.amount - Payment.rounding
    near = sa.or_(
        *(
            to_pay.between(amount - SLIP - MOST_ROUNDING, amount + SLIP)
            for amount in sorted(set(amounts))
            if amount > 0
        ),
        sa.false(),
    )
    by_hand = sa.and_(Payment.method.in_(sorted(BY_HAND)), Payment.created_at >= since)
    newest = sa.select(Payment.id).where(by_hand, Payment.state.in_(AUTOMATIC)).order_by(Payment.id.desc())
    wanted = sa.or_(near, Payment.id.in_(newest.limit(NEWEST_OPEN)))
    query = (
        sa.select(Payment, Purchase.code, Purchase.buyer_name)
        .join(PurchasePayment, PurchasePayment.payment_id == Payment.id)
        .join(Purchase, Purchase.id == PurchasePayment.purchase_id)
        .where(by_hand, wanted)
        .order_by(Payment.id.desc())
        .limit(MOST_PAYABLES)
    )
    found = db.session.execute(query).all()
    names = _payer_names(row.Payment.id for row in found)
    return [
        Payable(
            payment_id=payment.id,
            reference=payment.reference,
            code=code,
            amount=payment.amount,
            to_pay=payment.to_pay,
            is_open=payment.state in AUTOMATIC,
            names=(buyer_name, *names.get(payment.id, ())),
            ordered_on=payment.created_at.astimezone(WITA).date(),
        )
        for payment, code, buyer_name in found
    ]


def _payer_names(payment_ids: Iterable[int]) -> dict[int, list[str]]:
    query = sa.select(PaymentProof.payment_id, PaymentProof.payer_name).where(
        PaymentProof.payment_id.in_(sorted(set(payment_ids))), PaymentProof.payer_name != ""
    )
    found: dict[int, list[str]] = {}
    for payment_id, name in db.session.execute(query):
        found.setdefault(payment_id, []).append(name)
    return found
