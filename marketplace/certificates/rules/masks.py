"""The small language in which an office writes down what a number looks like.

A mask is the number as it stands on a label, in capitals. `#` is a digit, `@` a letter, `*` either of them; `{4}` or
`{12-15}` behind one of them says how many. `[P-IRT ]` at the beginning is printed with the number and not kept.
Spaces, dots and dashes are printed and never compared; everything else stands for itself. More lines are alternatives.

No part repeats another and at most one part of a line varies in length, so no mask can make matching slow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from marketplace.core.errors import Invalid

LONGEST_NUMBER = 60
LONGEST_PATTERN = 300
MOST_LINES = 6
SHORTEST = 3
CLASSES = {"#": "[0-9]", "@": "[A-Z]", "*": "[0-9A-Z]"}
TOKEN = re.compile(r"([#@*])(?:\{(\d{1,2})(?:-(\d{1,2}))?\})?|([0-9A-Z/:()])|([ .\-])")
PRINTED_FIRST = re.compile(r"\[([^\[\]]{1,20})\]")
FREE = re.compile(r"(?=.*[0-9])[0-9A-Z/:()]{3,60}")


def normalise(text: str) -> str:
    """Capitals, digits, and the strokes that free numbers need: no spaces, dots or dashes of any kind."""
    return re.sub(r"[^0-9A-Z/:()]", "", text.upper())


@dataclass(frozen=True)
class Mask:
    """One line of a pattern. `parts` are its tokens: a gap to print, or None for the next piece of the number."""

    first: str
    parts: tuple[str | None, ...]
    regex: re.Pattern[str]

    def printed(self, number: str) -> str | None:
        """The normalised number as it stands on a label; None when it does not fit."""
        found = self.regex.fullmatch(number)
        if found is None:
            return None
        pieces = iter(found.groups())
        return self.first + "".join(next(pieces) if part is None else part for part in self.parts)


@lru_cache(maxsize=256)
def parse(pattern: str) -> tuple[Mask, ...]:
    """The masks of a pattern; nothing for an empty one, which takes any text that holds a digit.

    Raises Invalid (certificates.mask, with the line) for what is no mask.
    """
    lines = [line.strip() for line in pattern.splitlines() if line.strip()]
    if len(lines) > MOST_LINES or len(pattern) > LONGEST_PATTERN:
        raise Invalid("certificates.mask_too_long", field="pattern", most=MOST_LINES)
    return tuple(_mask(line) for line in lines)


def fits(pattern: str, number: str) -> bool:
    """Is this normalised number one of the pattern's?"""
    masks = parse(pattern)
    if not masks:
        return FREE.fullmatch(number) is not None
    return any(mask.regex.fullmatch(number) for mask in masks)


def printed(pattern: str, number: str) -> str:
    """The normalised number as it stands on a label, or as it is kept when it fits none of the masks."""
    found = (mask.printed(number) for mask in parse(pattern))
    return next((text for text in found if text is not None), number)


def first_words(pattern: str) -> tuple[str, ...]:
    """What the masks print before the number, normalised: people copy it along."""
    return tuple(filter(None, (normalise(mask.first) for mask in parse(pattern))))


def _mask(line: str) -> Mask:
    first, rest = "", line
    if opening := PRINTED_FIRST.match(line):
        first, rest = opening[1], line[opening.end() :]
    parts: list[str | None] = []
    pieces: list[str] = []
    shortest = longest = varying = at = 0
    while at < len(rest):
        token = TOKEN.match(rest, at)
        if token is None:
            raise Invalid("certificates.mask", field="pattern", line=line)
        at = token.end()
        if token[5]:
            parts.append(token[5])
            continue
        least, most = (int(token[2] or 1), int(token[3] or token[2] or 1)) if token[1] else (1, 1)
        if not 1 <= least <= most:
            raise Invalid("certificates.mask", field="pattern", line=line)
        parts.append(None)
        pieces.append(f"({CLASSES[token[1]]}{{{least},{most}}})" if token[1] else f"({re.escape(token[4])})")
        shortest, longest, varying = shortest + least, longest + most, varying + (least != most)
    if shortest < SHORTEST or longest > LONGEST_NUMBER or varying > 1:
        raise Invalid("certificates.mask", field="pattern", line=line)
    return Mask(first, tuple(parts), re.compile("".join(pieces)))
