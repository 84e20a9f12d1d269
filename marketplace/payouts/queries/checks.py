"""Do lines and ledger say the same? Each is one statement over everything there is (rupiah)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction
from marketplace.ledger.queries import balance
from marketplace.ledger.rules import PAYOUTS_ON_THE_WAY
from marketplace.payments.queries import Crooked
from marketplace.payouts.models import PayoutItem, PayoutLine
from marketplace.payouts.rules import LIVE, LineKind, LineState

KEYS = ("payout:", "payout_sent:", "payout_returned:", "payout_failed:")


def crooked_transit() -> list[Crooked]:
    """What is on its way to shops is the sum of the lines that nobody has settled."""
    open_lines = sa.select(sa.func.coalesce(sa.func.sum(PayoutLine.amount), 0)).where(
        PayoutLine.kind == LineKind.PAYOUT, PayoutLine.state == LineState.RESERVED
    )
    kept, found = int(db.session.scalar(open_lines) or 0), -balance(PAYOUTS_ON_THE_WAY)
    return [Crooked(PAYOUTS_ON_THE_WAY, "open lines", kept, found)] if kept != found else []


def crooked_lines() -> list[Crooked]:
    """Lines to shops of which the ledger has another sum taken from the shop, or still on its way."""
    booked = _booked()
    taken, way = sa.func.coalesce(booked.c.taken, 0), sa.func.coalesce(booked.c.way, 0)
    live = sa.case((PayoutLine.state.in_(LIVE), PayoutLine.amount), else_=0)
    reserved = sa.case((PayoutLine.state == LineState.RESERVED, PayoutLine.amount), else_=0)
    query = (
        sa.select(PayoutLine.reference, live, taken, reserved, way)
        .join(booked, booked.c.line_id == PayoutLine.id, isouter=True)
        .where(PayoutLine.kind == LineKind.PAYOUT, sa.or_(live != taken, reserved != way))
        .order_by(PayoutLine.id)
    )
    return [
        Crooked(reference, figure, int(kept), int(found))
        for reference, *sums in db.session.execute(query)
        for figure, kept, found in (
            ("taken from the shop, in the ledger", *sums[:2]),
            ("on its way, in the ledger", *sums[2:]),
        )
        if kept != found
    ]


def crooked_items() -> list[Crooked]:
    """Lines to shops that pay out other entries than their sum, or hold entries though they failed."""
    paid = (
        sa.select(PayoutItem.line_id, (-sa.func.sum(LedgerEntry.amount)).label("amount"))
        .join(LedgerEntry, LedgerEntry.id == PayoutItem.entry_id)
        .group_by(PayoutItem.line_id)
        .subquery()
    )
    kept = sa.case((PayoutLine.state.in_(LIVE), PayoutLine.amount), else_=0)
    found = sa.func.coalesce(paid.c.amount, 0)
    query = (
        sa.select(PayoutLine.reference, kept, found)
        .join(paid, paid.c.line_id == PayoutLine.id, isouter=True)
        .where(PayoutLine.kind == LineKind.PAYOUT, kept != found)
        .order_by(PayoutLine.id)
    )
    return [Crooked(row[0], "entries paid out", int(row[1]), int(row[2])) for row in db.session.execute(query)]


def _booked() -> sa.Subquery:
    """By line: what all its transactions took from the shop, and what of it is still on its way."""

    def on(which: Any, sign: int) -> Any:
        return sign * sa.func.sum(sa.case((which, LedgerEntry.amount), else_=0))

    lines = sa.select(PayoutLine.id.label("line_id"), *(_key(name).label(name) for name in KEYS)).subquery()
    return (
        sa.select(
            lines.c.line_id,
            on(LedgerAccount.code.like("payable:%"), 1).label("taken"),
            on(LedgerAccount.code == PAYOUTS_ON_THE_WAY, -1).label("way"),
        )
        .join(LedgerTransaction, LedgerTransaction.key.in_([lines.c[name] for name in KEYS]))
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .group_by(lines.c.line_id)
        .subquery()
    )


def _key(name: str) -> Any:
    return sa.literal(name) + sa.cast(PayoutLine.id, sa.String)
