"""What brings goods to a buyer: the shop's own ways (`zones`), pick-up points (`points`), the post (`post`)."""

from __future__ import annotations

from collections.abc import Mapping

from marketplace.shipping.queries.points import points_for
from marketplace.shipping.queries.post import post_for
from marketplace.shipping.queries.zones import DeliveryOption, ZoneRow, options, zones
from marketplace.shipping.rules import DeliveryMethod, Parcel

__all__ = ["DeliveryOption", "ZoneRow", "options", "points_for", "post_for", "ways", "zones"]


def ways(
    parcels: Mapping[int, Parcel],
    village_code: str | None,
    chosen: Mapping[int, tuple[DeliveryMethod, int | None]] | None = None,
) -> dict[int, list[DeliveryOption]]:
    """All ways each shop (by id, with its parcel) offers to a village: its own, points, the post. Three statements at
    most, and the settings once; with `chosen` (method, point or rate) only what is needed to check that.
    """
    found = options(parcels, village_code)
    points, rates = _refs(chosen, DeliveryMethod.POINT), _refs(chosen, DeliveryMethod.POST)
    more = [points_for(parcels, village_code, points)] if points is None or points else []
    if rates is None or rates:
        more.append(post_for(parcels, village_code, rates))
    for each in more:
        for store_id, others in each.items():
            found.setdefault(store_id, []).extend(others)
    return found


def _refs(chosen: Mapping[int, tuple[DeliveryMethod, int | None]] | None, method: DeliveryMethod) -> list[int] | None:
    """The points or rates that were chosen; None: all count."""
    if chosen is None:
        return None
    return [ref for way, ref in chosen.values() if way is method and ref is not None]
