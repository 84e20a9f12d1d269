"""Changing many goods at once: what may be asked for, and what it makes of a number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

UNDO_HOURS = 24
MOST_CHANGED = 5_000
ROUNDINGS = (1, 100, 500, 1_000)
MOST_PERCENT = 1_000


class BulkField(StrEnum):
    """What is changed: a price (rupiah), the pieces on hand, or where the product stands."""

    PRICE = "price"
    STOCK = "stock"
    STATUS = "status"


class BulkMode(StrEnum):
    """How the number is come by."""

    SET = "set"
    RAISE = "raise"
    LOWER = "lower"


class ChangeState(StrEnum):
    """Where one change stands. `refused`: it cannot be; `stale`: the row moved after the preview."""

    PLANNED = "planned"
    REFUSED = "refused"
    STALE = "stale"
    DONE = "done"
    UNDONE = "undone"
    KEPT = "kept"


@dataclass(frozen=True)
class Operation:
    """What is asked of all chosen rows.

    `amount` is rupiah, percent (`is_percent`) or pieces; for a status it is an index of `STATUS_CODES`. Prices are
    rounded to the nearest `rounding` rupiah, halves upwards.
    """

    field: BulkField
    mode: BulkMode = BulkMode.SET
    amount: int = 0
    is_percent: bool = False
    rounding: int = 1


STATUS_CODES = ("hidden", "active", "archived")
"""A status as a number, so that every change keeps its before and after in the same columns."""


def rounded(amount: int, step: int) -> int:
    """The nearest multiple of `step` rupiah, halves upwards; never less than one step for a positive amount."""
    near = (amount + step // 2) // step * step
    return max(near, step) if amount > 0 else near


def outcome(operation: Operation, before: int) -> int:
    """The number after the operation: rupiah or pieces."""
    if operation.field is BulkField.STATUS or operation.mode is BulkMode.SET:
        after = operation.amount
    else:
        part = (before * operation.amount + 50) // 100 if operation.is_percent else operation.amount
        after = before + part if operation.mode is BulkMode.RAISE else before - part
    return rounded(after, operation.rounding) if operation.field is BulkField.PRICE and after > 0 else after
