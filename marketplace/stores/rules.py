"""What a store may be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

NIB = re.compile(r"\d{13}")


class StoreStatus(StrEnum):
    """Only an open store sells; a paused one stays readable, a suspended one is hidden."""

    OPEN = "open"
    PAUSED = "paused"
    SUSPENDED = "suspended"


@dataclass(frozen=True)
class Profile:
    """What a store says about itself. `phone` is E.164; `hours` is free text; `nib` 13 digits or empty."""

    name: str
    phone: str
    street: str
    village_code: str
    story: str = ""
    email: str = ""
    hours: str = ""
    nib: str = ""
    landmark: str = ""
    has_pickup: bool = True


def is_nib(text: str) -> bool:
    """Does this look like a business number (NIB): 13 digits?"""
    return NIB.fullmatch(text) is not None


def short_region(regency: str) -> str:
    """A regency as it is said in passing: 'Kabupaten Sumba Timur' -> 'Sumba Timur'; 'Kota Kupang' stays."""
    return regency.removeprefix("Kabupaten ")
