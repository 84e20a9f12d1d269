"""What the post costs, by weight, from a shop's regency to the buyer's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.core import clock, paging, settings
from marketplace.core.db import db
from marketplace.core.paging import Page
from marketplace.places.models import Region
from marketplace.places.rules import REGENCY_LENGTH
from marketplace.shipping.models import Courier, PostalRate, StoreCourier
from marketplace.shipping.queries.zones import DeliveryOption
from marketplace.shipping.rules import GRAMS, WHOLE_PROVINCE, DeliveryMethod, Parcel, chargeable_kg
from marketplace.stores.models import Store

PACKING_GRAMS = settings.define(
    "shipping.packing_grams", 100, "Berat bungkus yang ditambahkan pada tiap paket kurir, gram", maximum=5000
)
PERISHABLE_DAYS = settings.define(
    "shipping.perishable_post_days",
    0,
    "Barang mudah rusak boleh dikirim pos bila tiba paling lama dalam hari ini (0: tidak pernah)",
    maximum=14,
)


@dataclass(frozen=True)
class RateRow:
    """A rate as the operator reads it. `to_name` is empty for all of NTT; `until_day` is None while it is open."""

    id: int
    from_name: str
    to_name: str
    price_per_kg: int
    minimum_kg: int
    days: str
    from_day: date
    until_day: date | None


def post_for(
    parcels: Mapping[int, Parcel], village_code: str | None, only: Iterable[int] | None = None
) -> dict[int, list[DeliveryOption]]:
    """What the post would carry each shop's parcel for, cheapest first; with `only` by those rates and no others.

    The rate to the buyer's own regency counts before that to all of NTT. Nothing for a parcel of unknown weight, for
    one that spoils on the way, or without a village. One statement (and the settings once).
    """
    sent = {store_id: parcel for store_id, parcel in parcels.items() if parcel.weight > 0}
    if not village_code or not sent:
        return {}
    offered: dict[tuple[int, int], sa.Row[int, PostalRate, Courier]] = {}
    for row in db.session.execute(_rates(sorted(sent), village_code)):
        offered.setdefault((row.store_id, row.Courier.id), row)  # the nearer one comes first
    wanted = None if only is None else set(only)
    found: dict[int, list[DeliveryOption]] = {}
    for (store_id, _), row in offered.items():
        way = _way(row.PostalRate, row.Courier, sent[store_id])
        if way is not None and (wanted is None or way.ref in wanted):
            found.setdefault(store_id, []).append(way)
    return {store_id: sorted(ways, key=lambda way: (way.fee, way.name)) for store_id, ways in found.items()}


def rates_page(courier_id: int, cursor: str | None) -> Page[RateRow]:
    """The rates of a service, the newest first."""
    start, end = aliased(Region), aliased(Region)
    query = (
        sa.select(PostalRate, start.name.label("from_name"), end.name.label("to_name"))
        .join(start, start.code == PostalRate.from_regency)
        .join(end, end.code == PostalRate.to_code, isouter=True)
        .where(PostalRate.courier_id == courier_id)
    )
    page = paging.fetch(query, [PostalRate.id], cursor=cursor, descending=True)
    return page.map(_rate_row)


def has_rate_here() -> sa.ColumnElement[bool]:
    """Has a courier a rate today from where a shop lies? Part of a query that has both."""
    from_here = PostalRate.from_regency == sa.func.substr(Store.village_code, 1, REGENCY_LENGTH)
    here = sa.exists().where(PostalRate.courier_id == Courier.id, from_here, _holds(clock.today()))
    return here.correlate(Courier, Store)


def _rates(store_ids: list[int], village_code: str) -> sa.Select[int, PostalRate, Courier]:
    regency = village_code[:REGENCY_LENGTH]
    return (
        sa.select(Store.id.label("store_id"), PostalRate, Courier)
        .join(StoreCourier, StoreCourier.store_id == Store.id)
        .join(Courier, sa.and_(Courier.id == StoreCourier.courier_id, Courier.is_active))
        .join(
            PostalRate,
            sa.and_(
                PostalRate.courier_id == Courier.id,
                PostalRate.from_regency == sa.func.substr(Store.village_code, 1, REGENCY_LENGTH),
                PostalRate.to_code.in_([regency, WHOLE_PROVINCE]),
            ),
        )
        .where(Store.id.in_(store_ids), _holds(clock.today()))
        .order_by(Store.id, Courier.id, sa.func.length(PostalRate.to_code).desc(), PostalRate.from_day.desc())
    )


def _holds(day: date) -> sa.ColumnElement[bool]:
    ends = PostalRate.until_day
    return sa.and_(PostalRate.from_day <= day, sa.or_(ends.is_(None), ends >= day))


def _way(rate: PostalRate, courier: Courier, parcel: Parcel) -> DeliveryOption | None:
    if parcel.is_perishable:
        longest = PERISHABLE_DAYS.today()
        if not longest or rate.days_to > longest:
            return None
    kg = chargeable_kg(parcel.weight + PACKING_GRAMS.today(), rate.minimum_kg, courier.tolerance)
    if kg > courier.most_kg:
        return None
    return DeliveryOption(
        DeliveryMethod.POST,
        kg * rate.price_per_kg,
        ref=rate.id,
        name=courier.name,
        days=_days(rate),
        weight=kg * GRAMS,
        tracking_url=courier.tracking_url,
    )


def _days(rate: PostalRate) -> str:
    return str(rate.days_to) if rate.days_from == rate.days_to else f"{rate.days_from}–{rate.days_to}"


def _rate_row(row: paging.Row) -> RateRow:
    rate = row.PostalRate
    return RateRow(
        rate.id,
        row.from_name,
        row.to_name or "",
        rate.price_per_kg,
        rate.minimum_kg,
        _days(rate),
        rate.from_day,
        rate.until_day,
    )
