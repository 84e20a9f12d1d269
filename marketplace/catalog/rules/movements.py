"""Why stock moves."""

from __future__ import annotations

from enum import StrEnum


class MovementKind(StrEnum):
    """Why the pieces on hand became more or fewer."""

    OPENING = "opening"
    RECEIVED = "received"
    SALE = "sale"
    RETURN = "return"
    COUNT = "count"
    SPOILAGE = "spoilage"
    CORRECTION = "correction"
    CLOSING = "closing"
