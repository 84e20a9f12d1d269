"""What may be wrong with a product or a shop, and what an operator may do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LONGEST_WORDS = 500
LONGEST_CONTACT = 120
SHORTEST_NOTE = 5
LONGEST_NOTE = 1000


class Kind(StrEnum):
    """What can be reported, as it is called in addresses."""

    PRODUCT = "produk"
    STORE = "toko"


@dataclass(frozen=True)
class Thing:
    """What a report is about: a product of a shop, or (no product) the shop itself."""

    store_id: int
    product_id: int | None = None

    @property
    def kind(self) -> Kind:
        return Kind.STORE if self.product_id is None else Kind.PRODUCT

    @property
    def id(self) -> int:
        """The number of the product, or of the shop."""
        return self.store_id if self.product_id is None else self.product_id


class Reason(StrEnum):
    """What the visitor says is wrong."""

    FORBIDDEN = "forbidden"
    FALSE_CLAIM = "false_claim"
    MISLEADING = "misleading"
    STOLEN_PICTURE = "stolen_picture"
    UNSAFE_FOOD = "unsafe_food"
    OTHER = "other"


class Outcome(StrEnum):
    """What an operator did: nothing was wrong, a letter to the shop, the product off sale, the shop suspended."""

    SET_ASIDE = "set_aside"
    LETTER = "letter"
    TAKEN_OFF = "taken_off"
    SUSPENDED = "suspended"


OUTCOMES = {
    Kind.PRODUCT: (Outcome.SET_ASIDE, Outcome.LETTER, Outcome.TAKEN_OFF),
    Kind.STORE: (Outcome.SET_ASIDE, Outcome.LETTER, Outcome.SUSPENDED),
}


@dataclass(frozen=True)
class Said:
    """What a visitor says in a report. `contact` is '' when nobody is to write back."""

    reason: Reason
    words: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Verdict:
    """What an operator decides, and why. `reason` is one of the curators' reasons, for what is taken off sale."""

    outcome: Outcome
    note: str
    reason: str = ""
