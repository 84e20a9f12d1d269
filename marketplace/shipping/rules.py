"""Ways for goods to reach a buyer. Weights are grams, fees and prices whole rupiah."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from marketplace.places.rules import ancestors

LARGEST_FEE = 5_000_000
LARGEST_PRICE_PER_KG = 500_000
LARGEST_LOCAL_FEE = 200_000
HEAVIEST_KG = 1000
MOST_DAYS = 90
MOST_LOCAL_DAYS = 7
GRAMS = 1000
WHOLE_PROVINCE = "53"
"""Where a postal rate leads that holds for every regency of NTT."""
NUMBER_PLACE = "{nomor}"
TRACKING_URL = re.compile(r"https://[A-Za-z0-9.-]+\.[A-Za-z]{2,}(?:/[^\s<>\"']*)?")
TRACKING_NUMBER = re.compile(r"[A-Z0-9]{6,40}")


class DeliveryMethod(StrEnum):
    """PICKUP at the shop, OWN_DELIVERY by the shop, POINT: a pick-up point of the market, POST: a courier service
    that charges by weight, LOCAL: one that charges by zone inside a regency (ojek), ROUND: a runner who calls at
    several shops and brings one parcel.
    """

    PICKUP = "pickup"
    OWN_DELIVERY = "own_delivery"
    POINT = "point"
    POST = "post"
    ROUND = "round"
    LOCAL = "local"


FETCHED = frozenset({DeliveryMethod.PICKUP, DeliveryMethod.POINT})
"""The buyer comes for the goods; otherwise they come to her, and her address is needed."""
BY_COURIER = frozenset({DeliveryMethod.POST, DeliveryMethod.LOCAL})
"""A courier service brings the goods. It takes no money at the door, so they are paid before."""


class CourierKind(StrEnum):
    """How a courier service charges: POST by weight from regency to regency, LOCAL by zone inside a regency."""

    POST = "post"
    LOCAL = "local"


class PointKind(StrEnum):
    """What kind of house a pick-up point is."""

    KELURAHAN = "kelurahan"
    NTT_MART = "ntt_mart"
    COOPERATIVE = "cooperative"
    OTHER = "other"


class Serves(StrEnum):
    """Which shops bring goods to a point: ALL of its regency, or those that CHOSE it."""

    ALL = "all"
    CHOSEN = "chosen"


@dataclass(frozen=True)
class Parcel:
    """What one shop sends to one buyer: the goods' weight in grams, and whether something in it spoils."""

    weight: int
    is_perishable: bool = False


def chargeable_kg(grams: int, minimum_kg: int, tolerance: int) -> int:
    """The kilograms that are charged for a parcel: never fewer than the minimum; 1.3 kg are one where the courier
    tolerates 300 g, 1.301 kg are two (JNE's rule). The dimensions of goods are not known, so the scales decide.
    """
    whole, rest = divmod(max(0, grams), GRAMS)
    return max(minimum_kg, whole + (rest > tolerance))


def tracking_page(template: str, number: str) -> str:
    """The courier's page about a parcel; '' without a template or a number."""
    return template.replace(NUMBER_PLACE, quote(number, safe="")) if template and number else ""


def is_tracking_url(template: str) -> bool:
    """Is this an https address in which the number has its place?"""
    return NUMBER_PLACE in template.partition("://")[2].partition("/")[2] and bool(TRACKING_URL.fullmatch(template))


def normal_tracking_number(typed: str) -> str | None:
    """A tracking number as couriers print it: capitals and digits, no spaces or dashes. None when it is none."""
    plain = re.sub(r"[\s.\-]", "", typed).upper()
    return plain if TRACKING_NUMBER.fullmatch(plain) else None


def best_zone(zones: Mapping[str, int], village_code: str) -> str | None:
    """The code of the zone that counts for a village: the smallest region of `zones` (code to fee) that it lies in."""
    return next((code for code in ancestors(village_code) if code in zones), None)


def way_key(method: DeliveryMethod, ref: int | None) -> str:
    """What a form calls a way: its method, and of points, rates and fees which one."""
    return method.value if ref is None else f"{method.value}:{ref}"
