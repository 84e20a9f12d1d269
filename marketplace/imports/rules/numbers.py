"""Numbers as people type them into a sheet."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

LARGEST = 10**12
NUMBER = r"\d[\d.,  ]*"
TIMES = {"": 1, "rb": 1_000, "ribu": 1_000, "k": 1_000, "jt": 1_000_000, "juta": 1_000_000}
RUPIAH = re.compile(rf"(?:rp\.?|idr)?\s*({NUMBER})\s*(rb|ribu|k|jt|juta)?\s*(?:,-|-|rupiah|/.*)?", re.IGNORECASE)
GRAMS = {"": 1, "g": 1, "gr": 1, "gram": 1, "ons": 100, "kg": 1_000, "kilo": 1_000, "kilogram": 1_000}
WEIGHT = re.compile(rf"({NUMBER})\s*(gram|gr|g|ons|kilogram|kilo|kg)?\.?", re.IGNORECASE)
PIECES = re.compile(rf"({NUMBER})\s*(?:[^\W\d]+\.?)?", re.IGNORECASE)
GROUPED = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*")
NOTHING = {"habis", "kosong", "-", "nihil"}


class Unreadable(ValueError):
    """Not a number of this kind."""


def rupiah(text: str) -> int:
    """Whole rupiah: 15000, 15.000, Rp 15.000,-, 15000.0, 15rb, 1,5 jt. Raises Unreadable, for fractions too."""
    found = RUPIAH.fullmatch(_tidy(text))
    if found is None:
        raise Unreadable(text)
    unit = TIMES[(found[2] or "").lower()]
    return _whole(_decimal(found[1], groups=unit == 1) * unit)


def weight(text: str) -> int:
    """Grams: 250, 250 gr, 1,5 kg, 2 ons. A single separator before `kg` is a decimal one. Raises Unreadable."""
    found = WEIGHT.fullmatch(_tidy(text))
    if found is None:
        raise Unreadable(text)
    unit = GRAMS[(found[2] or "").lower()]
    return _whole(_decimal(found[1], groups=unit == 1) * unit)


def pieces(text: str) -> int:
    """Pieces: 12, 12 buah, 1.000, habis. Raises Unreadable."""
    tidy = _tidy(text)
    if tidy.lower() in NOTHING:
        return 0
    found = PIECES.fullmatch(tidy)
    if found is None:
        raise Unreadable(text)
    return _whole(_decimal(found[1], groups=True))


def _tidy(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def _decimal(text: str, *, groups: bool) -> Decimal:
    """The number. With `groups`, 15.000 and 15,000 are fifteen thousand; the last of two kinds of separators is the
    decimal one; several of one kind are thousands."""
    text = text.replace(" ", "").rstrip(".,")
    kinds = [mark for mark in ".," if mark in text]
    if len(kinds) == 2:
        decimal = max(kinds, key=text.rfind)
        other = "," if decimal == "." else "."
        head, _, tail = text.rpartition(decimal)
        if decimal in head or not re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", head):
            raise Unreadable(text)
        text = f"{head.replace(other, '')}.{tail}"
    elif kinds:
        mark = kinds[0]
        if text.count(mark) > 1 or (groups and GROUPED.fullmatch(text)):
            if not GROUPED.fullmatch(text):
                raise Unreadable(text)
            text = text.replace(mark, "")
        else:
            text = text.replace(mark, ".")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise Unreadable(text) from error


def _whole(number: Decimal) -> int:
    if number > LARGEST or number != number.to_integral_value():
        raise Unreadable(str(number))
    return int(number)
