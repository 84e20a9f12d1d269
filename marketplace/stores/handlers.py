"""What the timetable does with stores."""

from __future__ import annotations

from marketplace.core import revision
from marketplace.core.db import transaction


def turn_the_day() -> None:
    """Routine, at midnight: a closure may begin or end with the day, so pages that were kept are of yesterday."""
    with transaction():
        revision.touch()
