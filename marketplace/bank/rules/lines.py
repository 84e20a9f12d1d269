"""What a line of a bank's statement may be, and what became of it."""

from __future__ import annotations

from enum import StrEnum

BAD_ROWS_SHOWN = 20


class LineState(StrEnum):
    """OPEN: money came in, and nobody knows yet what for. OUT: money went out; kept, and no payment."""

    OPEN = "open"
    BOOKED = "booked"
    ASIDE = "aside"
    OUT = "out"


class AsideKind(StrEnum):
    """Why a line is no payment of ours. REFUND: it is money on its way back to a buyer."""

    NOT_OURS = "not_ours"
    REFUND = "refund"


class MatchReason(StrEnum):
    """What speaks for a payment as the reason of a line."""

    EXACT = "exact"
    WHOLE_PRICE = "whole_price"
    CODE = "code"
    NAME = "name"
    CLOSE = "close"


def masked(account: str) -> str:
    """An account's number, its last four digits only."""
    return "•" * max(0, len(account) - 4) + account[-4:]
