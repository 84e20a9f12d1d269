"""What a product may be."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class ProductStatus(StrEnum):
    """An active product may be public; a hidden one waits for its seller; an archived one is gone for good."""

    ACTIVE = "active"
    HIDDEN = "hidden"
    ARCHIVED = "archived"


APOSTROPHES = re.compile(r"['’‘ʼ`´]")
NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """A text as it is searched in: small letters, no accents, no apostrophes. "Se'i Sapi" -> "sei sapi"."""
    plain = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text)).encode("ascii", "ignore").decode().lower()
    return NOT_A_WORD.sub(" ", plain).strip()
