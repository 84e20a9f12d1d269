"""The one place that asks what time it is. Instants are aware UTC; days are WITA (UTC+8, no summer time)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

WITA = timezone(timedelta(hours=8), "WITA")


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in Kupang (WITA)."""
    return now().astimezone(WITA).date()
