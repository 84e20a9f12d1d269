"""How well a line of the statement fits a payment by hand. Sums are whole rupiah."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from marketplace.bank.rules.lines import MatchReason

CLOSE = 5_000
"""A sum that is wrong by less may be a slip of the thumb, or a fee that the sender's bank took."""
WEIGHTS = {
    MatchReason.EXACT: 100,
    MatchReason.CODE: 80,
    MatchReason.WHOLE_PRICE: 60,
    MatchReason.NAME: 40,
    MatchReason.CLOSE: 20,
}
ALIKE = 0.8
MOST_SHOWN = 4
LEAST = 40
LEAST_OF_ENDED = 60
"""What is over already, or paid, is offered only for the sum itself or the code."""
SHORTEST_WORD = 3


@dataclass(frozen=True)
class Payable:
    """A payment by hand that a line may belong to. `names`: the buyer's, and whose account she named."""

    payment_id: int
    reference: str
    code: str
    amount: int
    to_pay: int
    is_open: bool
    names: tuple[str, ...]
    ordered_on: date


@dataclass(frozen=True)
class Candidate:
    """A payment, what speaks for it, and how much."""

    payable: Payable
    reasons: tuple[MatchReason, ...]
    weight: int


def rank(amount: int, text: str, day: date, payables: Iterable[Payable]) -> list[Candidate]:
    """The payments that a line may be for, the likeliest first. What was ordered after the line's day is none."""
    found = []
    for each in payables:
        if each.ordered_on > day:
            continue
        reasons = tuple(_reasons(amount, text, each))
        weight = sum(WEIGHTS[reason] for reason in reasons) + (5 if each.is_open else 0)
        if weight >= (LEAST if each.is_open else LEAST_OF_ENDED):
            found.append(Candidate(each, reasons, weight))
    found.sort(key=lambda one: (-one.weight, one.payable.payment_id))
    return found[:MOST_SHOWN]


def _reasons(amount: int, text: str, payable: Payable) -> Iterable[MatchReason]:
    if amount == payable.to_pay:
        yield MatchReason.EXACT
    elif amount == payable.amount:
        yield MatchReason.WHOLE_PRICE
    elif abs(amount - payable.to_pay) <= CLOSE:
        yield MatchReason.CLOSE
    if _squeezed(payable.code) in _squeezed(text):
        yield MatchReason.CODE
    if any(is_alike(name, text) for name in payable.names):
        yield MatchReason.NAME


def is_alike(name: str, text: str) -> bool:
    """Does each longer word of a name stand in the text, or one nearly like it? Banks cut names and leave out parts."""
    wanted = [word for word in _words(name) if len(word) >= SHORTEST_WORD]
    there = _words(text)
    if not wanted:
        return False
    hits = sum(bool(difflib.get_close_matches(word, there, 1, ALIKE)) for word in wanted)
    return hits >= min(2, len(wanted)) and hits * 2 > len(wanted) - 1


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold())


def _squeezed(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", text.upper())
