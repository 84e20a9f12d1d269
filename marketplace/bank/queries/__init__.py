"""Questions about the market's account: proofs, statements, lines, and whether the books say the same."""

from marketplace.bank.queries.checks import crooked_lines, unlined_money
from marketplace.bank.queries.lines import LineRow, candidates_for, certain, count_open, line_counts, lines, lines_of
from marketplace.bank.queries.proofs import ProofRow, WaitingRow, proof, proofs_of, waiting
from marketplace.bank.queries.statements import known_keys, latest_statements, statement

__all__ = [
    "LineRow",
    "ProofRow",
    "WaitingRow",
    "candidates_for",
    "certain",
    "count_open",
    "crooked_lines",
    "known_keys",
    "latest_statements",
    "line_counts",
    "lines",
    "lines_of",
    "proof",
    "proofs_of",
    "statement",
    "unlined_money",
    "waiting",
]
