"""What files may be: kinds, sizes and the widths a picture is kept in."""

from __future__ import annotations

from dataclasses import dataclass
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


def picture_url(key: str, width: int) -> str:
    """Where a picture is read in one of its widths."""
    return f"/media/{key}-{width}.webp"


@dataclass(frozen=True)
class Picture:
    """What a page needs to show a picture. Width and height are those of the original."""

    key: str
    width: int
    height: int
    alt: str = ""

    def url(self, width: int) -> str:
        """The smallest kept size that is at least this wide, else the largest."""
        kept = widths_for(self.width)
        return picture_url(self.key, next((step for step in kept if step >= width), kept[-1]))

    @property
    def srcset(self) -> str:
        """All kept sizes, as the browser wants them listed."""
        return ", ".join(f"{picture_url(self.key, step)} {step}w" for step in widths_for(self.width))
