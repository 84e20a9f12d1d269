"""What files may be: kinds, sizes and the widths a picture is kept in."""

from __future__ import annotations

from enum import StrEnum

WIDTHS = (160, 320, 640, 1080)
LARGEST_UPLOAD = 12 * 1024 * 1024
LARGEST_PIXELS = 50_000_000
SMALLEST_SIDE = 200


class FileKind(StrEnum):
    PICTURE = "picture"
    DOCUMENT = "document"


def widths_for(width: int) -> tuple[int, ...]:
    """The widths a picture of this width is kept in: never enlarged, and always at least one."""
    return tuple(step for step in WIDTHS if step <= width) or (WIDTHS[0],)
