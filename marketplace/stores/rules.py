"""What a store may be."""

from __future__ import annotations

from enum import StrEnum


class StoreStatus(StrEnum):
    """Only an open store sells; a paused one stays readable, a suspended one is hidden."""

    OPEN = "open"
    PAUSED = "paused"
    SUSPENDED = "suspended"
