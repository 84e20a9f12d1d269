"""Payout days, states and reasons (here), and turnover against the tax thresholds (`turnover`). Pure."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LONGEST_REASON = 500


class BatchState(StrEnum):
    """MAKING: lines are being set aside. MADE: complete, no file taken. FETCHED: the bank may have it. CLOSED: over."""

    MAKING = "making"
    MADE = "made"
    FETCHED = "fetched"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class LineKind(StrEnum):
    """What a line pays: a shop its earnings, or a buyer her refund."""

    PAYOUT = "payout"
    REFUND = "refund"


class LineState(StrEnum):
    """RESERVED: set aside, and nobody knows yet whether the bank has sent it."""

    RESERVED = "reserved"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"


class HoldKind(StrEnum):
    """Why a shop is not paid now. All but OPERATOR follow from how things are, and end with it."""

    NO_ACCOUNT = "no_account"
    NEW_ACCOUNT = "new_account"
    REFUSED_ACCOUNT = "refused_account"
    SUSPENDED = "suspended"
    OPERATOR = "operator"


LIVE = frozenset({LineState.RESERVED, LineState.PAID})
OPEN_BATCHES = frozenset({BatchState.MAKING, BatchState.MADE, BatchState.FETCHED})


def next_payday(day: date, weekdays: Iterable[int]) -> date:
    """The first payout day from `day` on; Monday is 1. Raises ValueError without a weekday."""
    wanted = {number for number in weekdays if 1 <= number <= 7}
    if not wanted:
        raise ValueError("there is a payout day in each week")
    return next(
        day + timedelta(days=ahead) for ahead in range(7) if (day + timedelta(days=ahead)).isoweekday() in wanted
    )


def draw_reference(prefix: str) -> str:
    """A name for a batch (PC-…) or a line (PU-…) that nobody guesses and everybody can read out."""
    return prefix + "-" + "".join(secrets.choice(CROCKFORD) for _ in range(8))


@dataclass(frozen=True)
class BankLine:
    """One transfer as the bank is told of it; `amount` in rupiah."""

    reference: str
    bank: str
    number: str
    holder: str
    amount: int
    note: str
