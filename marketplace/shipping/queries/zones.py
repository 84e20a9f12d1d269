"""The shop's own ways for goods to reach a buyer, and what they cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.core.db import db
from marketplace.core.paging import Row
from marketplace.places.models import Region
from marketplace.places.rules import ancestors
from marketplace.shipping.models import DeliveryZone
from marketplace.shipping.rules import DeliveryMethod, best_zone, way_key
from marketplace.stores.models import Store


@dataclass(frozen=True)
class DeliveryOption:
    """One way, its fee in rupiah, the shop's own note on it, and for pick-up where to go.

    Of a point: `ref` is its id, `name` and `place` its name and address, `note` its hours. Of the post: `ref` is the
    id of the rate (another rate is another offer), `name` the service, `days` how long it takes ('2-4'), `weight` the
    grams that are charged, `tracking_url` the service's page about a parcel.
    Of a local courier the same of its fee, without a weight.
    """

    method: DeliveryMethod
    fee: int
    note: str = ""
    place: str = ""
    ref: int | None = None
    name: str = ""
    days: str = ""
    weight: int = 0
    tracking_url: str = ""

    @property
    def key(self) -> str:
        """What a form calls this way, the fee that stands beside it included."""
        return f"{way_key(self.method, self.ref)}@{self.fee}"


@dataclass(frozen=True)
class ZoneRow:
    """A region a shop delivers to, and its fee in rupiah."""

    id: int
    region_code: str
    region_name: str
    fee: int
    note: str


def options(store_ids: Iterable[int], village_code: str | None) -> dict[int, list[DeliveryOption]]:
    """The ways each shop offers to a village, pick-up first. Without a village only pick-up is known. One statement."""
    around = ancestors(village_code) if village_code else []
    village, district = aliased(Region), aliased(Region)
    query = (
        sa.select(
            Store.id,
            Store.has_pickup,
            Store.street,
            Store.landmark,
            Store.pickup_place,
            Store.pickup_hours,
            village.name.label("village"),
            district.name.label("district"),
            DeliveryZone.region_code,
            DeliveryZone.fee,
            DeliveryZone.note,
        )
        .join(village, village.code == Store.village_code)
        .join(district, district.code == village.parent_code, isouter=True)
        .join(
            DeliveryZone,
            sa.and_(DeliveryZone.store_id == Store.id, DeliveryZone.region_code.in_(around)),
            isouter=True,
        )
        .where(Store.id.in_(sorted(set(store_ids))))
    )
    by_store: dict[int, list[Row]] = {}
    for row in db.session.execute(query):
        by_store.setdefault(row.id, []).append(row)
    return {store_id: _options_of(rows, village_code) for store_id, rows in by_store.items()}


def zones(store_id: int) -> list[ZoneRow]:
    """Where a shop delivers, by name. One statement."""
    query = (
        sa.select(DeliveryZone.id, DeliveryZone.region_code, Region.name, DeliveryZone.fee, DeliveryZone.note)
        .join(Region, Region.code == DeliveryZone.region_code)
        .where(DeliveryZone.store_id == store_id)
        .order_by(Region.name, DeliveryZone.region_code)
    )
    return [ZoneRow(*row) for row in db.session.execute(query)]


def _options_of(rows: list[Row], village_code: str | None) -> list[DeliveryOption]:
    found: list[DeliveryOption] = []
    first = rows[0]
    if first.has_pickup:
        landmark = f" ({first.landmark})" if first.landmark else ""
        parts = [part for part in (first.street, first.village, first.district) if part]
        place = first.pickup_place or ", ".join(parts) + landmark
        found.append(DeliveryOption(DeliveryMethod.PICKUP, 0, note=first.pickup_hours, place=place))
    by_code = {row.region_code: row for row in rows if row.region_code}
    fees = {code: row.fee for code, row in by_code.items()}
    code = best_zone(fees, village_code) if village_code else None
    if code:
        found.append(DeliveryOption(DeliveryMethod.OWN_DELIVERY, by_code[code].fee, note=by_code[code].note))
    return found
