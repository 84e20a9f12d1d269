"""Turnover of a year against what tax law asks of it: plain sums, no tax advice.

Sources: PP 55/2022 articles 56-60 (0.5 % final; for persons the first Rp500 million of a year are free); PMK 37/2025
names marketplaces that collect. The figures themselves are dated settings (`payouts.services.clocks`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.core.money import portion


@dataclass(frozen=True)
class Month:
    """What a shop sold in one month of WITA, in rupiah. `fee` is what payment providers took out of its part.

    `voucher` is what Gerakan Beli Produk NTT paid of the price of its goods: turnover like what buyers pay.
    """

    month: int
    cash: int = 0
    online: int = 0
    refunded: int = 0
    commission: int = 0
    fee: int = 0
    voucher: int = 0

    @property
    def sold(self) -> int:
        return self.cash + self.online + self.voucher

    @property
    def turnover(self) -> int:
        """What was sold, less what went back to buyers."""
        return self.sold - self.refunded

    @property
    def net(self) -> int:
        return self.turnover - self.commission - self.fee


@dataclass(frozen=True)
class Year:
    """Twelve months, the sum of them, and how they stand to the free part of the year."""

    year: int
    months: tuple[Month, ...]
    total: Month
    free: int
    """Rupiah of a person's yearly turnover that are free of the final tax."""
    rate: int
    """The final tax on what lies above, in basis points."""

    @property
    def left(self) -> int:
        """What can still be sold before the free part is used up."""
        return max(0, self.free - self.total.turnover)

    @property
    def above(self) -> int:
        return max(0, self.total.turnover - self.free)

    @property
    def percent(self) -> int:
        """How much of the free part is used, 100 at most."""
        return min(100, max(0, self.total.turnover) * 100 // self.free) if self.free else 100

    @property
    def estimate(self) -> int:
        """The tax of a person on what lies above the free part, floored to whole rupiah."""
        return portion(self.above, self.rate)


def year_of(year: int, found: Mapping[int, Month], free: int, rate: int) -> Year:
    """All twelve months, those without sales too."""
    months = tuple(found.get(number, Month(number)) for number in range(1, 13))
    total = Month(
        0,
        cash=sum(month.cash for month in months),
        online=sum(month.online for month in months),
        refunded=sum(month.refunded for month in months),
        commission=sum(month.commission for month in months),
        fee=sum(month.fee for month in months),
        voucher=sum(month.voucher for month in months),
    )
    return Year(year, months, total, free, rate)
