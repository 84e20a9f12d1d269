"""Sales as a plot: bars for days or weeks, in proportion to the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from marketplace.orders.queries import SalesDay

TALLEST = 100
LOWEST_SEEN = 3


@dataclass(frozen=True)
class Bar:
    """Sales (rupiah) and orders from a day to a day, and the bar's height in percent of the best."""

    first: date
    last: date
    amount: int
    orders: int
    height: int


@dataclass(frozen=True)
class Sales:
    """A period of sales and the one of the same length before it. Amounts in rupiah."""

    bars: tuple[Bar, ...]
    amount: int
    orders: int
    amount_before: int

    @property
    def best(self) -> int:
        """The amount of the tallest bar."""
        return max((bar.amount for bar in self.bars), default=0)

    @property
    def change(self) -> int | None:
        """Percent more (or, negative, less) than in the period before; None when nothing was sold then."""
        if self.amount_before <= 0:
            return None
        return round((self.amount - self.amount_before) * 100 / self.amount_before)


def compare(days: Sequence[SalesDay], *, by_week: bool) -> Sales:
    """The second half of the days as bars, held against the first half. Weeks begin on Monday."""
    half = len(days) // 2
    before, period = days[:half], days[half:]
    groups = [list(group) for _, group in groupby(period, _week if by_week else _day)]
    best = max((sum(day.amount for day in group) for group in groups), default=0)
    return Sales(
        bars=tuple(_bar(group, best) for group in groups),
        amount=sum(day.amount for day in period),
        orders=sum(day.orders for day in period),
        amount_before=sum(day.amount for day in before),
    )


def _day(day: SalesDay) -> date:
    return day.day


def _week(day: SalesDay) -> date:
    return day.day - timedelta(days=day.day.weekday())


def _bar(days: list[SalesDay], best: int) -> Bar:
    amount = sum(day.amount for day in days)
    height = max(amount * TALLEST // best, LOWEST_SEEN) if amount > 0 else 0
    return Bar(days[0].day, days[-1].day, amount, sum(day.orders for day in days), height)
