"""Money on its way to bank accounts. A batch is locked first, then the shop, the line, its orders, and the ledger.

Setting aside (`batches`), what the bank did (`lines`), `holds`, and where buyers want their money (`accounts`).
"""

from marketplace.payouts.services import accounts, batches, clocks, holds, lines, statements
from marketplace.payouts.services.accounts import forget

__all__ = ["accounts", "batches", "clocks", "forget", "holds", "lines", "statements"]
