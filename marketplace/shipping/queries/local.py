"""What local couriers cost, by zone, from a shop's place to the buyer's inside one regency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from marketplace.core import clock, paging
from marketplace.core.db import db
from marketplace.core.paging import Page
from marketplace.places.queries import names
from marketplace.places.rules import DISTRICT_LENGTH, REGENCY_LENGTH, VILLAGE_LENGTH
from marketplace.shipping.models import Courier, LocalFee, StoreCourier
from marketplace.shipping.queries.post import PACKING_GRAMS
from marketplace.shipping.queries.zones import DeliveryOption
from marketplace.shipping.rules import GRAMS, DeliveryMethod, Parcel
from marketplace.stores.models import Store


@dataclass(frozen=True)
class FeeRow:
    """A fee as the operator reads it. `is_district`: it leads to a whole district; `until_day` is None while open."""

    id: int
    from_name: str
    to_name: str
    is_district: bool
    fee: int
    days: str
    from_day: date
    until_day: date | None


def local_for(
    parcels: Mapping[int, Parcel], village_code: str | None, only: Iterable[int] | None = None
) -> dict[int, list[DeliveryOption]]:
    """What local couriers would bring each shop's parcel for, cheapest first; with `only` by those fees and no others.

    The smallest zone that the village lies in counts, then the fee that begins nearer to the shop. Nothing for a parcel
    of unknown weight, for one that spoils unless it comes the same day, or without a village. One statement (and the
    settings once).
    """
    sent = {store_id: parcel for store_id, parcel in parcels.items() if parcel.weight > 0}
    if not village_code or not sent:
        return {}
    offered: dict[tuple[int, int], sa.Row[int, LocalFee, Courier]] = {}
    for row in db.session.execute(_fees(sorted(sent), village_code)):
        offered.setdefault((row.store_id, row.Courier.id), row)  # the smallest zone comes first
    wanted = None if only is None else set(only)
    found: dict[int, list[DeliveryOption]] = {}
    for (store_id, _), row in offered.items():
        is_wanted = wanted is None or row.LocalFee.id in wanted
        if is_wanted and _takes(row.LocalFee, row.Courier, sent[store_id]):
            found.setdefault(store_id, []).append(_way(row.LocalFee, row.Courier))
    return {store_id: sorted(ways, key=lambda way: (way.fee, way.name)) for store_id, ways in found.items()}


def fees_page(courier_id: int, cursor: str | None) -> Page[FeeRow]:
    """The fees of a local courier, the newest first. Two statements."""
    query = sa.select(LocalFee).where(LocalFee.courier_id == courier_id)
    page = paging.fetch(query, [LocalFee.id], cursor=cursor, descending=True)
    called = names(code for row in page.items for code in (row.LocalFee.from_code, row.LocalFee.to_code))
    return page.map(lambda row: _fee_row(row.LocalFee, called))


def regency_of(courier_id: int) -> str | None:
    """The regency of the fee that was added last."""
    last = sa.select(LocalFee.from_code).where(LocalFee.courier_id == courier_id).order_by(LocalFee.id.desc()).limit(1)
    code = db.session.scalar(last)
    return code[:REGENCY_LENGTH] if code else None


def has_fee_here() -> sa.ColumnElement[bool]:
    """Has a courier a fee today from where a shop lies? Part of a query that has both."""
    here = sa.exists().where(LocalFee.courier_id == Courier.id, _begins_here(), _holds(clock.today()))
    return here.correlate(Courier, Store)


def _fees(store_ids: list[int], village_code: str) -> sa.Select[int, LocalFee, Courier]:
    zones = [village_code, village_code[:DISTRICT_LENGTH]]
    size = sa.func.length
    return (
        sa.select(Store.id.label("store_id"), LocalFee, Courier)
        .join(StoreCourier, StoreCourier.store_id == Store.id)
        .join(Courier, sa.and_(Courier.id == StoreCourier.courier_id, Courier.is_active))
        .join(LocalFee, sa.and_(LocalFee.courier_id == Courier.id, LocalFee.to_code.in_(zones), _begins_here()))
        .where(Store.id.in_(store_ids), _holds(clock.today()))
        .order_by(Store.id, Courier.id, size(LocalFee.to_code).desc(), size(LocalFee.from_code).desc())
    )


def _begins_here() -> sa.ColumnElement[bool]:
    place = sa.type_coerce(Store.village_code, sa.String)
    return LocalFee.from_code.in_([sa.func.substr(place, 1, length) for length in (REGENCY_LENGTH, DISTRICT_LENGTH)])


def _holds(day: date) -> sa.ColumnElement[bool]:
    ends = LocalFee.until_day
    return sa.and_(LocalFee.from_day <= day, sa.or_(ends.is_(None), ends >= day))


def _takes(fee: LocalFee, courier: Courier, parcel: Parcel) -> bool:
    is_soon_enough = fee.days == 0 or not parcel.is_perishable
    return is_soon_enough and parcel.weight + PACKING_GRAMS.today() <= courier.most_kg * GRAMS


def _way(fee: LocalFee, courier: Courier) -> DeliveryOption:
    return DeliveryOption(
        DeliveryMethod.LOCAL,
        fee.fee,
        ref=fee.id,
        name=courier.name,
        days=str(fee.days),
        tracking_url=courier.tracking_url,
    )


def _fee_row(fee: LocalFee, called: Mapping[str, str]) -> FeeRow:
    """The regency is named once, at where it begins."""
    return FeeRow(
        fee.id,
        called[fee.from_code],
        called[fee.to_code].rpartition(", ")[0],
        len(fee.to_code) < VILLAGE_LENGTH,
        fee.fee,
        str(fee.days),
        fee.from_day,
        fee.until_day,
    )
