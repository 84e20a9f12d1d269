"""The one place that asks what time it is. Instants are aware UTC; days are WITA (UTC+8, no summer time)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime

from marketplace.core.calendar import WITA as WITA

_travelled: ContextVar[datetime | None] = ContextVar("travelled", default=None)


def now() -> datetime:
    """This instant, aware, in UTC."""
    return _travelled.get() or datetime.now(UTC)


def today() -> date:
    """The calendar day in Kupang (WITA)."""
    return now().astimezone(WITA).date()


def midnight(day: date) -> datetime:
    """The instant at which a calendar day begins in Kupang."""
    return datetime(day.year, day.month, day.day, tzinfo=WITA)


@contextmanager
def travel(at: datetime) -> Iterator[None]:
    """Let it be another instant for what runs inside, so that the demo market can have a past. Aware instants only."""
    token = _travelled.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _travelled.reset(token)
