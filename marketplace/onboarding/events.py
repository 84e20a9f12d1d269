"""What happened to applications."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ApplicationMoved:
    """An application stands elsewhere now; the move says where, by whom and why."""

    application_id: int
    move_id: int
