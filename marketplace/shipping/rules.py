"""Ways for goods to reach a buyer."""

from __future__ import annotations

from enum import StrEnum


class DeliveryMethod(StrEnum):
    PICKUP = "pickup"
    OWN_DELIVERY = "own_delivery"
