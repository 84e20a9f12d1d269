"""Words as they are searched and as they stand in addresses."""

from __future__ import annotations

import re
import unicodedata

LONGEST_SLUG = 100
APOSTROPHES = re.compile(r"['’‘ʼ`´]")
NO_WORD = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Text as it is searched: lower case, no accents or apostrophes, one space between words. Se’i Sapi -> sei sapi."""
    plain = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text)).casefold()
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return NO_WORD.sub(" ", letters).strip()


def slug_of(name: str) -> str:
    """The start of a product's address, made from its name and cut at a word."""
    slug = fold(name).replace(" ", "-") or "produk"
    return slug if len(slug) <= LONGEST_SLUG else slug[: LONGEST_SLUG + 1].rpartition("-")[0] or slug[:LONGEST_SLUG]
