"""What happened to messages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MessageWritten:
    """A message waits to be sent."""

    message_id: int
