"""What a sheet may hold and how it is read: limits, columns, numbers as people type them, verdicts."""

from marketplace.imports.rules.columns import FIELD_LABELS, HEADERS, Field, find_header, guess
from marketplace.imports.rules.limits import (
    KEEP_DAYS,
    LONGEST_CELL,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_UNPACKED,
    BadSheet,
    ImportStatus,
    Verdict,
)
from marketplace.imports.rules.numbers import Unreadable, pieces, rupiah, weight
from marketplace.imports.rules.rows import FORMULA_STARTS, Parsed, Trouble, neutral, parse, plain

__all__ = [
    "FIELD_LABELS",
    "FORMULA_STARTS",
    "HEADERS",
    "KEEP_DAYS",
    "LONGEST_CELL",
    "MOST_BYTES",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "MOST_UNPACKED",
    "BadSheet",
    "Field",
    "ImportStatus",
    "Parsed",
    "Trouble",
    "Unreadable",
    "Verdict",
    "find_header",
    "guess",
    "neutral",
    "parse",
    "pieces",
    "plain",
    "rupiah",
    "weight",
]
