"""Does all that is kept about payouts agree?"""

from __future__ import annotations

from marketplace.ledger import queries as ledger
from marketplace.ledger.rules import PAYOUTS_ON_THE_WAY, cash_account, payable_account
from marketplace.payouts import queries
from tests import books


def faults() -> list[object]:
    """All that does not add up: books, transit, lines, entries paid out."""
    return [*books.faults(), *queries.crooked_transit(), *queries.crooked_lines(), *queries.crooked_items()]


def owed(store_id: int) -> int:
    """What the market owes a shop, cash in its hand taken off (rupiah; below zero: the shop owes)."""
    return -ledger.balance(payable_account(store_id)) - ledger.balance(cash_account(store_id))


def on_the_way() -> int:
    """What is set aside for shops."""
    return -ledger.balance(PAYOUTS_ON_THE_WAY)
