"""What happened in the talks about orders."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MessageSent:
    """Somebody has written to this side (`rules.Side`) of an order's talk."""

    order_id: int
    side: str
