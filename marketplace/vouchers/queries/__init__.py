"""Questions about vouchers: what a code takes off a basket, the lists of those who give them, their figures."""

from marketplace.vouchers.queries.checks import crooked_counters
from marketplace.vouchers.queries.giving import (
    ShopPart,
    UseRow,
    VoucherRow,
    by_code,
    by_shop,
    programme_vouchers,
    shop_vouchers,
    uses_of,
    voucher,
)
from marketplace.vouchers.queries.quoting import BuyerMark, Quote, quote

__all__ = [
    "BuyerMark",
    "Quote",
    "ShopPart",
    "UseRow",
    "VoucherRow",
    "by_code",
    "by_shop",
    "crooked_counters",
    "programme_vouchers",
    "quote",
    "shop_vouchers",
    "uses_of",
    "voucher",
]
