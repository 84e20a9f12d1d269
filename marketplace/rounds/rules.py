"""When a round runs, and how its fee is shared. Times of the day are minutes after midnight (WITA)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, tzinfo

from marketplace.core.money import split
from marketplace.orders.rules import OPEN_FOR_SHOP, OrderStatus

MINUTES_A_DAY = 24 * 60
LONGEST_CLOSING = 7 * MINUTES_A_DAY
LARGEST_FEE = 200_000
MOST_ORDERS = 500
HORIZON_DAYS = 60
"""How far ahead a run is offered: longer than most goods made to order take."""
WEEKDAYS = "1234567"
"""Monday is 1, as in ISO 8601."""
BY_ROUND = "putaran"
"""How the audit trail names what a runner does with a shop's order."""
ON_A_RUN = OPEN_FOR_SHOP - {OrderStatus.ARRIVED}
"""The states in which an order has still to go with a run."""
_DAY_PLACES = 10**8


def run_ref(round_id: int, day: date) -> int:
    """One number that names a run in a form: the round, and the day as eight digits."""
    return round_id * _DAY_PLACES + int(day.strftime("%Y%m%d"))


def round_of(ref: int) -> int:
    """The round of a run that a form names."""
    return ref // _DAY_PLACES


def closes_at(day: date, starts: int, closes_before: int, zone: tzinfo | None) -> datetime:
    """Until when orders are taken for the run of a day: `closes_before` minutes before it starts."""
    return datetime.combine(day, time(), zone) + timedelta(minutes=starts - closes_before)


def open_days(
    weekdays: str, starts: int, closes_before: int, local: datetime, first: date | None = None
) -> Iterator[date]:
    """The days that still take orders at a local instant (WITA), the next first, none before `first`; sixty ahead."""
    for offset in range(HORIZON_DAYS + 1):
        day = local.date() + timedelta(days=offset)
        is_due = str(day.isoweekday()) in weekdays and (first is None or day >= first)
        if is_due and local < closes_at(day, starts, closes_before, local.tzinfo):
            yield day


def next_day(weekdays: str, after: date) -> date:
    """The next day on which the round runs, after this one. Raises ValueError for a round without a day."""
    for offset in range(1, 8):
        day = after + timedelta(days=offset)
        if str(day.isoweekday()) in weekdays:
            return day
    raise ValueError("a round runs on some day")


def shared_fees(fees: Mapping[int, tuple[Hashable | None, int]]) -> dict[int, int]:
    """The fee (rupiah) of each shop's order: those that name the same run share one fee in equal parts, by largest
    remainder; the others keep theirs. Keys are shops; a value is the run (None: no round) and its fee for a buyer.
    """
    found = {store_id: fee for store_id, (_, fee) in fees.items()}
    runs: dict[Hashable, list[int]] = {}
    for store_id, (run, _) in sorted(fees.items()):
        if run is not None:
            runs.setdefault(run, []).append(store_id)
    for store_ids in runs.values():
        shares = split(found[store_ids[0]], [1] * len(store_ids))
        found |= dict(zip(store_ids, shares, strict=True))
    return found


def window(starts: int, ends: int) -> str:
    """The hours of a run as they are read: 15.00–18.00."""
    return "–".join(f"{minutes // 60:02d}.{minutes % 60:02d}" for minutes in (starts, ends))
