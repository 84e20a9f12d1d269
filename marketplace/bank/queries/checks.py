"""Do the statement's lines and the books say the same? Each is one statement over everything there is (rupiah)."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.bank.models import BankLine
from marketplace.bank.rules import LineState
from marketplace.core.db import db
from marketplace.ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction
from marketplace.ledger.rules import BANK, Kind
from marketplace.payments.models import Payment, PaymentAttempt
from marketplace.payments.queries import Crooked
from marketplace.payments.rules import BY_HAND, AttemptState


def crooked_lines() -> list[Crooked]:
    """Booked lines whose try has another sum than the line, or belongs to another payment."""
    query = (
        sa.select(BankLine.id, BankLine.amount, PaymentAttempt.received)
        .join(PaymentAttempt, PaymentAttempt.id == BankLine.attempt_id)
        .where(
            sa.or_(BankLine.amount != PaymentAttempt.received, BankLine.payment_id != PaymentAttempt.payment_id),
        )
        .order_by(BankLine.id)
    )
    return [Crooked(f"bank line {row[0]}", "money of its try", row[1], row[2]) for row in db.session.execute(query)]


def unlined_money() -> list[Crooked]:
    """Does all money that came in by hand stand on the statement, and in the ledger: the same sum three times?"""
    lines = sa.select(_sum(BankLine.amount)).where(BankLine.state == LineState.BOOKED)
    tries = (
        sa.select(_sum(PaymentAttempt.received))
        .join(Payment, Payment.id == PaymentAttempt.payment_id)
        .where(PaymentAttempt.state == AttemptState.PAID, Payment.method.in_(sorted(BY_HAND)))
    )
    booked = (
        sa.select(_sum(LedgerEntry.amount))
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(LedgerAccount.code == BANK, LedgerTransaction.kind.in_((Kind.ONLINE_SALE, Kind.CREDIT)))
    )
    row = db.session.execute(
        sa.select(lines.scalar_subquery(), tries.scalar_subquery(), booked.scalar_subquery())
    ).one()
    on_lines, of_tries, in_ledger = (int(value) for value in row)
    found = []
    if on_lines != of_tries:
        found.append(Crooked("bank statement", "money received by hand", on_lines, of_tries))
    if on_lines != in_ledger:
        found.append(Crooked("bank statement", f"{BANK}, in the ledger", on_lines, in_ledger))
    return found


def _sum(column: sa.SQLColumnExpression[int]) -> sa.SQLColumnExpression[int]:
    return sa.func.coalesce(sa.func.sum(column), 0)
