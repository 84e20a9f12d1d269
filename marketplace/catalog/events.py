"""What happened to goods."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PriceWaits:
    """The first price of a store began to wait for its owner."""

    pending_id: int
