"""When goods may be had: from the shelf, this morning's kitchen, or the workshop. Days and minutes are WITA."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from marketplace.catalog.rules.goods import MINUTES_A_DAY, Supply

UNLIMITED = 1_000_000
"""How many of something that is made to order without a limit may be ordered at once; never printed as stock."""


class Today(StrEnum):
    """What may be said today of goods cooked daily."""

    OPEN = "open"
    NOT_YET = "not_yet"
    OVER = "over"


def minutes_of(local: datetime) -> int:
    """Minutes since midnight of a local instant."""
    return local.hour * 60 + local.minute


def cutoff_time(cutoff_minutes: int | None) -> time | None:
    """The time of day at which orders for today end; None when they end with the day."""
    if cutoff_minutes is None or cutoff_minutes >= MINUTES_A_DAY:
        return None
    return time(*divmod(cutoff_minutes, 60))


def today_state(stocked_on: date | None, cutoff_minutes: int | None, local: datetime) -> Today:
    """May goods cooked daily be ordered at this local instant, not yet, or no more today?"""
    if minutes_of(local) >= (MINUTES_A_DAY if cutoff_minutes is None else cutoff_minutes):
        return Today.OVER
    return Today.OPEN if stocked_on == local.date() else Today.NOT_YET


def ready_on(today: date, lead_days: int, open_pieces: int, weekly_capacity: int) -> date:
    """When something made to order is ready: the lead time, and the whole weeks that what is ordered before it takes.

    `open_pieces` are those being made, the pieces asked about among them. Without a capacity nothing waits for others.
    """
    weeks = max(open_pieces - 1, 0) // weekly_capacity if weekly_capacity else 0
    return today + timedelta(days=lead_days, weeks=weeks)


def ready_date(supply: Supply, today: date, lead_days: int, open_pieces: int, weekly_capacity: int) -> date | None:
    """`ready_on` for goods made to order; None for all others."""
    return ready_on(today, lead_days, open_pieces, weekly_capacity) if supply is Supply.TO_ORDER else None
