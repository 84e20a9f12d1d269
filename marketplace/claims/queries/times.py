"""When times are over."""

from __future__ import annotations

from datetime import datetime, timedelta

from marketplace.core.clock import WITA, midnight


def due_after(at: datetime, amount: int, unit: str) -> datetime:
    """When a time is over that begins at an instant. Hours are counted; days end with the WITA day that is the last."""
    if unit == "hours":
        return at + timedelta(hours=amount)
    return midnight(at.astimezone(WITA).date() + timedelta(days=amount + 1))
