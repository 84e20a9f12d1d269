"""What happened to files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class UploadReceived:
    """All bytes of an upload are here; the area that its purpose names takes it in."""

    upload_id: int
