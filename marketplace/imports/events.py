"""What happened to an import."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ImportMoved:
    """There is more to do on an import: rows to look at, or to take in."""

    import_id: int
