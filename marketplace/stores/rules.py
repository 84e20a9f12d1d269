"""What a store may be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

LONGEST_CLOSURE_DAYS = 90
MOST_CLOSURES = 12
MOST_SPANS = 2
MINUTES_A_DAY = 24 * 60
Span = tuple[int, int]
"""From a minute after midnight to another (WITA); 1440 is the midnight that ends the day."""
Week = tuple[tuple[Span, ...], ...]
"""The open hours of each day, Monday first; nothing at all for a shop that has not said."""

NIB = re.compile(r"\d{13}")
APOSTROPHES = re.compile(r"['’‘ʼ`´]")


class StoreStatus(StrEnum):
    """Only an open store sells; a paused one stays readable; a suspended one, and one not yet opened, is hidden."""

    PENDING = "pending"
    OPEN = "open"
    PAUSED = "paused"
    SUSPENDED = "suspended"


HIDDEN = (StoreStatus.PENDING, StoreStatus.SUSPENDED)
"""What the public never reads: neither the store nor its goods."""


@dataclass(frozen=True)
class Profile:
    """What a store says about itself. `phone` is E.164; `nib` 13 digits or empty.

    `pickup_place` is empty when buyers fetch things at the store's own address. The point on the map (degrees, both or
    neither) is shown to everybody only if `shows_pin`: a kitchen at home may stay off the map.
    """

    name: str
    phone: str
    street: str
    village_code: str
    story: str = ""
    email: str = ""
    nib: str = ""
    landmark: str = ""
    has_pickup: bool = True
    pickup_place: str = ""
    pickup_hours: str = ""
    latitude: float | None = None
    longitude: float | None = None
    shows_pin: bool = False


def is_nib(text: str) -> bool:
    """Does this look like a business number (NIB): 13 digits?"""
    return NIB.fullmatch(text) is not None


def without_apostrophes(name: str) -> str:
    """Se'i is one word, however its sign is typed: it must not fall apart in an address."""
    return APOSTROPHES.sub("", name)


def short_region(regency: str) -> str:
    """A regency as it is said in passing: 'Kabupaten Sumba Timur' -> 'Sumba Timur'.

    'Kota Kupang' stays, and the regency around it is 'Kab. Kupang', since 'Kupang' alone means the city.
    """
    return "Kab. Kupang" if regency == "Kabupaten Kupang" else regency.removeprefix("Kabupaten ")


def week_of(kept: Sequence[Sequence[Sequence[int]]]) -> Week:
    """The week as it is kept."""
    return tuple(tuple((int(opens), int(closes)) for opens, closes in day) for day in kept)


def week_problem(week: Week) -> str | None:
    """The message id of what cannot be: not seven days, more than two spans a day, none in order, or overlapping."""
    if week and len(week) != 7:
        return "stores.week_days"
    for day in week:
        if len(day) > MOST_SPANS:
            return "stores.week_spans"
        edges = [edge for span in day for edge in span]
        if any(not 0 <= edge <= MINUTES_A_DAY for edge in edges):
            return "stores.week_minutes"
        if any(later <= earlier for earlier, later in pairwise(edges)):
            return "stores.week_order"
    return None


def same_days(week: Week) -> list[tuple[int, int, tuple[Span, ...]]]:
    """Runs of days with the same hours: (first day, last day, hours), Monday is 0. Closed days are runs as well."""
    runs: list[tuple[int, int, tuple[Span, ...]]] = []
    for day, spans in enumerate(week):
        if runs and runs[-1][2] == spans:
            runs[-1] = (runs[-1][0], day, spans)
        else:
            runs.append((day, day, spans))
    return runs


BANKS = {
    "bank-ntt": "Bank NTT",
    "bri": "BRI",
    "bni": "BNI",
    "mandiri": "Bank Mandiri",
    "bca": "BCA",
    "btn": "BTN",
    "bsi": "Bank Syariah Indonesia",
    "cimb": "CIMB Niaga",
    "danamon": "Danamon",
    "permata": "Permata Bank",
    "mega": "Bank Mega",
    "btpn": "BTPN / Jenius",
    "seabank": "SeaBank",
    "jago": "Bank Jago",
}
"""Banks by the key that is kept."""
ACCOUNT_NUMBER = re.compile(r"[0-9]{5,20}")
INVITATION_DAYS = 7
MOST_INVITATIONS = 20
