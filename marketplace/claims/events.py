"""What happened to claims."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClaimMoved:
    """A claim took this step (its id)."""

    step_id: int
