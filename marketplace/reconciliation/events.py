"""What happened about reconciliation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReconciliationAsked:
    """Somebody wants to know now."""

    person_id: int | None
