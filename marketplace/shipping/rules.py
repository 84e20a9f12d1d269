"""Ways for goods to reach a buyer."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from marketplace.places.rules import ancestors

LARGEST_FEE = 5_000_000


class DeliveryMethod(StrEnum):
    PICKUP = "pickup"
    OWN_DELIVERY = "own_delivery"


def best_zone(zones: Mapping[str, int], village_code: str) -> str | None:
    """The code of the zone that counts for a village: the smallest region of `zones` (code to fee) that it lies in."""
    return next((code for code in ancestors(village_code) if code in zones), None)
