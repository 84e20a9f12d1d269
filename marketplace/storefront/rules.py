"""What the public may ask for, and how a question is read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from marketplace.catalog.rules import fold

MOST_WORDS = 8
COUNTED_UP_TO = 1000


class Sort(StrEnum):
    """The orders that a listing is offered in; the values stand in the address."""

    NEWEST = "terbaru"
    CHEAPEST = "termurah"
    DEAREST = "termahal"


@dataclass(frozen=True)
class Filters:
    """Which goods: every part narrows, an empty one does not. Prices in rupiah, both ends included.

    `origin` is the regency the goods come from, `village` the one the shop is in (region codes).
    """

    words: tuple[str, ...] = ()
    category_id: int | None = None
    origin: str = ""
    village: str = ""
    store_id: int | None = None
    is_curated: bool = False
    is_halal: bool = False
    price_min: int | None = None
    price_max: int | None = None


def words_of(question: str) -> tuple[str, ...]:
    """The words that must all be found, folded as the goods' own texts are. Those beyond the eighth are not read."""
    return tuple(dict.fromkeys(fold(question).split()))[:MOST_WORDS]
