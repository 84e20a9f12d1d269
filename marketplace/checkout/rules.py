"""What a cart may hold, and what a buyer saw before ordering. Prices and totals are whole rupiah."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_OF_ONE = 999
MOST_LINES = 60
GUEST_CART_DAYS = 30
SEEN_LINE = re.compile(r"(\d{1,18})x(\d{1,3})@(\d{1,15})")


@dataclass(frozen=True)
class CartOwner:
    """Whose cart: a person's, or that of a guest who holds the token. Neither: there is no cart yet."""

    person_id: int | None = None
    token: str = ""

    @property
    def token_hash(self) -> str:
        """What the database knows of a guest's token."""
        return hashlib.sha256(self.token.encode()).hexdigest()

    @property
    def is_known(self) -> bool:
        return self.person_id is not None or bool(self.token)


class Problem(StrEnum):
    """Why a line cannot be ordered as it stands in the cart."""

    GONE = "gone"
    SHOP_CLOSED = "shop_closed"
    SOLD_OUT = "sold_out"
    NOT_YET_TODAY = "not_yet_today"
    OVER_TODAY = "over_today"
    WORKSHOP_FULL = "workshop_full"
    TOO_FEW = "too_few"
    BELOW_MINIMUM = "below_minimum"


@dataclass(frozen=True)
class SeenLine:
    """What the buyer saw on the page: this many pieces of a variant at this price each."""

    variant_id: int
    quantity: int
    price: int


class Change(StrEnum):
    """What is different from what the buyer saw."""

    GONE = "gone"
    FEWER = "fewer"
    MORE = "more"
    DEARER = "dearer"
    CHEAPER = "cheaper"


@dataclass(frozen=True)
class Difference:
    """One difference between what the buyer saw and what is true now: pieces or rupiah, before and after."""

    variant_id: int
    change: Change
    before: int
    after: int


def write_seen(lines: Iterable[SeenLine]) -> str:
    """The lines as the form carries them: `12x2@28000 15x1@90000`."""
    return " ".join(f"{line.variant_id}x{line.quantity}@{line.price}" for line in lines)


def read_seen(text: str) -> tuple[SeenLine, ...]:
    """The lines a form carried. Anything that is no such list, or names a variant twice, reads as nothing seen."""
    found = []
    for part in text.split():
        match = SEEN_LINE.fullmatch(part)
        if match is None:
            return ()
        found.append(SeenLine(*(int(number) for number in match.groups())))
    is_clean = len({line.variant_id for line in found}) == len(found) and all(line.quantity for line in found)
    return tuple(found) if is_clean and len(found) <= MOST_LINES else ()


def differences(seen: Sequence[SeenLine], now: Sequence[SeenLine]) -> list[Difference]:
    """What has changed since the buyer looked, in the order of what was seen. New goods are no difference."""
    current = {line.variant_id: line for line in now}
    found = []
    for before in seen:
        after = current.get(before.variant_id)
        if after is None:
            found.append(Difference(before.variant_id, Change.GONE, before.quantity, 0))
            continue
        if after.quantity != before.quantity:
            change = Change.FEWER if after.quantity < before.quantity else Change.MORE
            found.append(Difference(before.variant_id, change, before.quantity, after.quantity))
        if after.price != before.price:
            change = Change.DEARER if after.price > before.price else Change.CHEAPER
            found.append(Difference(before.variant_id, change, before.price, after.price))
    return found


def problem_of(
    is_for_sale: bool,
    store_is_open: bool,
    available: int,
    quantity: int,
    min_quantity: int = 1,
    none_left: Problem = Problem.SOLD_OUT,
) -> Problem | None:
    """What keeps a line from being ordered, the gravest first; `none_left` is why there would be none.

    Fewer left than the fewest that are sold are none.
    """
    if not store_is_open:
        return Problem.SHOP_CLOSED
    if not is_for_sale:
        return Problem.GONE
    if available < min_quantity:
        return none_left
    if quantity < min_quantity:
        return Problem.BELOW_MINIMUM
    return Problem.TOO_FEW if available < quantity else None
