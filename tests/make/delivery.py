"""Pick-up points, postal rates and fees of local couriers, for tests. Call them inside `transaction()` or a
rolled-back test.
"""

from __future__ import annotations

from typing import Any

from marketplace.core.actor import SYSTEM
from marketplace.core.clock import today
from marketplace.places.rules import FATULULI
from marketplace.shipping import services
from marketplace.shipping.models import Courier, LocalFee, PickupPoint, PostalRate
from marketplace.shipping.rules import CourierKind, PointKind, Serves
from marketplace.shipping.services.local import FeeDraft
from marketplace.shipping.services.points import PointDraft
from marketplace.shipping.services.post import CourierDraft, RateDraft


def point(name: str = "Kantor Lurah Fatululi", point_id: int | None = None, **more: Any) -> PickupPoint:
    """An open point in Fatululi where all shops of Kota Kupang bring goods."""
    base = {
        "name": name,
        "kind": PointKind.KELURAHAN,
        "address": "Jalan Frans Seda 1",
        "village_code": FATULULI,
        "hours": "Senin–Jumat",
        "serves": Serves.ALL,
        "is_open": True,
    }
    return services.save_point(SYSTEM, PointDraft(**{**base, **more}), point_id)


def courier(name: str = "Pos Reguler", courier_id: int | None = None, **more: Any) -> Courier:
    """A service that tolerates 300 g and carries 30 kg."""
    base = {
        "name": name,
        "tolerance": 300,
        "most_kg": 30,
        "tracking_url": "https://pos.example/lacak/{nomor}",
        "is_active": True,
    }
    return services.save_courier(SYSTEM, CourierDraft(**{**base, **more}), courier_id)


def rate(courier_id: int, price_per_kg: int = 9_000, **more: Any) -> PostalRate:
    """From today on within Kota Kupang, at least 1 kg."""
    base = {
        "from_regency": "53.71",
        "to_code": "53.71",
        "price_per_kg": price_per_kg,
        "minimum_kg": 1,
        "days_from": 2,
        "days_to": 4,
        "from_day": today(),
    }
    return services.add_rate(SYSTEM, courier_id, RateDraft(**{**base, **more}))


def ojek(name: str = "Ojek Oebobo", courier_id: int | None = None, **more: Any) -> Courier:
    """A local courier that carries 10 kg."""
    base = {"tolerance": 0, "most_kg": 10, "tracking_url": "", "kind": CourierKind.LOCAL}
    return courier(name, courier_id, **{**base, **more})


def fee(courier_id: int, amount: int = 10_000, **more: Any) -> LocalFee:
    """From today on within Kecamatan Oebobo, the same day."""
    base = {"from_code": "53.71.04", "to_code": "53.71.04", "days": 0, "from_day": today()}
    return services.add_fee(SYSTEM, courier_id, FeeDraft(fee=amount, **{**base, **more}))
