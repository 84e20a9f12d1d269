"""What files may be: kinds, sizes, the widths a picture is kept in, and what its files are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

WIDTHS = (160, 320, 640, 1080)
LARGEST_UPLOAD = 12 * 1024 * 1024
LARGEST_PIXELS = 50_000_000
"""Of a JPEG, as phones take them: it is unpacked at a fraction of its size."""
LARGEST_WHOLE = 25_000_000
"""Of a PNG or WebP: these are unpacked whole, four bytes a pixel."""
SMALLEST_SIDE = 200
LONGEST_RATIO = 5
PICTURE_FILE = re.compile(r"[0-9a-f]{32}-(?:160|320|640|1080)\.webp")


SOURCE_SIDE = 2160
LONGEST_NAME = 120


class UploadState(StrEnum):
    """An upload grows while open; once received it is worked on; then it is taken in or refused."""

    OPEN = "open"
    RECEIVED = "received"
    WORKING = "working"
    TAKEN = "taken"
    REFUSED = "refused"


class FileKind(StrEnum):
    """A picture is public; a document is seen only through the area that owns it."""

    PICTURE = "picture"
    DOCUMENT = "document"


def widths_for(width: int) -> tuple[int, ...]:
    """The widths a picture of this width is kept in: never enlarged, and always at least one."""
    return tuple(step for step in WIDTHS if step <= width) or (WIDTHS[0],)


def picture_file(key: str, width: int) -> str:
    """The name of the file of a picture in one of its widths."""
    return f"{key}-{width}.webp"


def document_file(key: str) -> str:
    """The name of a document's file; no public address is ever made from it."""
    return f"{key}.document"


def source_file(key: str) -> str:
    """The name of the private source of a picture, from which it is turned and cropped; it has no public address."""
    return f"{key}.source"


def chunk_file(key: str) -> str:
    """The name of one piece of an upload under way."""
    return f"{key}.chunk"


def names_of(key: str, kind: FileKind) -> tuple[str, ...]:
    """All names under which a file may lie in the store."""
    if kind is FileKind.DOCUMENT:
        return (document_file(key),)
    return (*(picture_file(key, width) for width in WIDTHS), source_file(key))


def is_picture_file(name: str) -> bool:
    """May the public ask for a file of this name?"""
    return PICTURE_FILE.fullmatch(name) is not None


def picture_url(key: str, width: int) -> str:
    """Where a picture is in one of its widths."""
    return f"/media/{picture_file(key, width)}"


@dataclass(frozen=True)
class Picture:
    """A picture as templates get it: width and height (pixels) are those of the widest file that is kept."""

    key: str
    width: int
    height: int
    alt: str = ""

    def url(self, width: int) -> str:
        """The widest file that is not wider than asked, or the narrowest there is."""
        kept = widths_for(self.width)
        return picture_url(self.key, max((step for step in kept if step <= width), default=kept[0]))

    @property
    def srcset(self) -> str:
        """All widths, for the browser to choose from."""
        return ", ".join(f"{picture_url(self.key, step)} {step}w" for step in widths_for(self.width))
