"""Double entry: what is booked sums to zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

COMMISSION = "fee:commission"
CASH_SALE = "cash_sale"


@dataclass(frozen=True)
class Entry:
    """Rupiah on one account: positive is debit, negative is credit. `store_id`: the shop whose account it is."""

    code: str
    amount: int
    store_id: int | None = None


def cash_account(store_id: int) -> str:
    """Cash that a shop took in its own hand (debit)."""
    return f"cash:store:{store_id}"


def payable_account(store_id: int) -> str:
    """What the market owes a shop (credit)."""
    return f"payable:store:{store_id}"


def cash_sale(store_id: int, total: int, commission: int) -> list[Entry]:
    """The entries of a sale paid to the shop in cash: `total` rupiah, of which `commission` is the market's.

    Raises ValueError when the commission is not between zero and the total.
    """
    if not 0 <= commission <= total:
        raise ValueError("a commission is a part of the total")
    entries = [
        Entry(cash_account(store_id), total, store_id),
        Entry(payable_account(store_id), commission - total, store_id),
        Entry(COMMISSION, -commission),
    ]
    return [entry for entry in entries if entry.amount]


def check(entries: Sequence[Entry]) -> None:
    """Raises ValueError unless there are entries, none of zero rupiah, and they sum to zero."""
    if not entries or any(entry.amount == 0 for entry in entries):
        raise ValueError("a transaction has entries, and each moves something")
    if sum(entry.amount for entry in entries):
        raise ValueError("a transaction sums to zero")
