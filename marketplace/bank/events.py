"""What happened at the bank."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StatementStored:
    """New lines of the bank's statement are kept, and may be matched."""

    statement_id: int
