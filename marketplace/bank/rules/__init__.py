"""QRIS payloads, lines of a bank's statement, and how well a line fits a payment: pure functions."""

from marketplace.bank.rules.lines import BAD_ROWS_SHOWN, AsideKind, LineState, MatchReason, masked
from marketplace.bank.rules.matching import Candidate, Payable, rank

MOST_PROOFS = 5
LONGEST_NAME = 120

__all__ = [
    "BAD_ROWS_SHOWN",
    "LONGEST_NAME",
    "MOST_PROOFS",
    "AsideKind",
    "Candidate",
    "LineState",
    "MatchReason",
    "Payable",
    "masked",
    "rank",
]
