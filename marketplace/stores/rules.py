"""What a store may be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

NIB = re.compile(r"\d{13}")
APOSTROPHES = re.compile(r"['’‘ʼ`´]")


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


def without_apostrophes(name: str) -> str:
    """Se'i is one word, however its sign is typed: it must not fall apart in an address."""
    return APOSTROPHES.sub("", name)


def short_region(regency: str) -> str:
    """A regency as it is said in passing: 'Kabupaten Sumba Timur' -> 'Sumba Timur'.

    'Kota Kupang' stays, and the regency around it is 'Kab. Kupang', since 'Kupang' alone means the city.
    """
    return "Kab. Kupang" if regency == "Kabupaten Kupang" else regency.removeprefix("Kabupaten ")


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
ACCOUNT_NUMBER = re.compile(r"\d{5,20}")
INVITATION_DAYS = 7
MOST_INVITATIONS = 20
