"""What happened to money on its way to bank accounts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LineSettled:
    """The bank has sent a line, or has not."""

    line_id: int
    state: str


@dataclass(frozen=True)
class HoldMoved:
    """A shop's money is held, held longer, no longer held, or its appeal was answered: `step` says which."""

    hold_id: int
    step: str


@dataclass(frozen=True)
class AccountAsked:
    """A buyer is to be asked for her bank account. `occasion`: which asking it is, so that each is told once."""

    purchase_id: int
    occasion: str
