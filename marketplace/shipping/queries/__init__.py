"""What brings goods to a buyer: the shop's own ways (`zones`), pick-up points (`points`), the post, local couriers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from marketplace.shipping.queries.local import local_for
from marketplace.shipping.queries.points import points_for
from marketplace.shipping.queries.post import post_for
from marketplace.shipping.queries.zones import DeliveryOption, ZoneRow, options, zones
from marketplace.shipping.rules import DeliveryMethod, Parcel

__all__ = ["DeliveryOption", "ZoneRow", "local_for", "options", "points_for", "post_for", "ways", "zones"]


Find = Callable[[Mapping[int, Parcel], str | None, Iterable[int] | None], dict[int, list[DeliveryOption]]]
OF_SEVERAL: dict[DeliveryMethod, Find] = {
    DeliveryMethod.POINT: points_for,
    DeliveryMethod.POST: post_for,
    DeliveryMethod.LOCAL: local_for,
}
"""The ways of which a shop may have several, each known by its `ref`."""


def ways(
    parcels: Mapping[int, Parcel],
    village_code: str | None,
    chosen: Mapping[int, tuple[DeliveryMethod, int | None]] | None = None,
) -> dict[int, list[DeliveryOption]]:
    """All ways each shop (by id, with its parcel) offers to a village: its own, points, couriers. Four statements at
    most, and the settings once; with `chosen` (method, and which of several) only what is needed to check that.
    """
    found = options(parcels, village_code)
    for method, find in OF_SEVERAL.items():
        refs = _refs(chosen, method)
        more = find(parcels, village_code, refs) if refs is None or refs else {}
        for store_id, others in more.items():
            found.setdefault(store_id, []).extend(others)
    return found


def _refs(chosen: Mapping[int, tuple[DeliveryMethod, int | None]] | None, method: DeliveryMethod) -> list[int] | None:
    """The points, rates or fees that were chosen; None: all count."""
    if chosen is None:
        return None
    return [ref for way, ref in chosen.values() if way is method and ref is not None]
