"""Pick-up points of the market: which shop brings goods where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.core import paging
from marketplace.core.db import db
from marketplace.core.paging import Page
from marketplace.places.models import Region
from marketplace.places.rules import DISTRICT_LENGTH, REGENCY_LENGTH
from marketplace.shipping.models import PickupPoint, StorePoint
from marketplace.shipping.queries.zones import DeliveryOption
from marketplace.shipping.rules import DeliveryMethod, Serves
from marketplace.stores.models import Store

SHOWN = 5
MOST_TO_CHOOSE = 100


@dataclass(frozen=True)
class PointChoice:
    """A point that a shop may bring goods to. `is_given`: every shop here does; `is_chosen`: this one said so."""

    id: int
    name: str
    place: str
    hours: str
    is_given: bool
    is_chosen: bool


def points_for(
    store_ids: Iterable[int], village_code: str | None, only: Iterable[int] | None = None
) -> dict[int, list[DeliveryOption]]:
    """The open points of each shop, those near the buyer's village first and the nearest few only; with `only` those
    points and no others. One statement.
    """
    village, chosen = aliased(Region), aliased(StorePoint)
    near = _nearness(village_code or "")
    place = sa.func.row_number().over(partition_by=Store.id, order_by=(near, PickupPoint.name, PickupPoint.id))
    query = (
        sa.select(
            Store.id.label("store_id"),
            PickupPoint.id,
            PickupPoint.name,
            PickupPoint.address,
            PickupPoint.hours,
            village.name.label("village"),
            place.label("place"),
        )
        .select_from(Store)
        .join(PickupPoint, PickupPoint.is_open.is_(True))
        .join(village, village.code == PickupPoint.village_code)
        .join(chosen, sa.and_(chosen.store_id == Store.id, chosen.point_id == PickupPoint.id), isouter=True)
        .where(Store.id.in_(sorted(set(store_ids))), _reaches(chosen))
    )
    if only is not None:
        query = query.where(PickupPoint.id.in_(sorted(set(only))))
    inner = query.subquery()
    best = sa.select(inner).order_by(inner.c.store_id, inner.c.place)
    if only is None:
        best = best.where(inner.c.place <= SHOWN)
    found: dict[int, list[DeliveryOption]] = {}
    for row in db.session.execute(best):
        where = f"{row.address}, {row.village}"
        way = DeliveryOption(DeliveryMethod.POINT, 0, note=row.hours, place=where, ref=row.id, name=row.name)
        found.setdefault(row.store_id, []).append(way)
    return found


def points_to_choose(store_id: int) -> list[PointChoice]:
    """The open points in a shop's regency, and those it chose elsewhere, by name. One statement."""
    village, chosen = aliased(Region), aliased(StorePoint)
    query = (
        sa.select(
            PickupPoint.id,
            PickupPoint.name,
            PickupPoint.address,
            village.name.label("village"),
            PickupPoint.hours,
            PickupPoint.serves,
            chosen.store_id.is_not(None).label("is_chosen"),
            _is_here().label("is_here"),
        )
        .select_from(Store)
        .join(PickupPoint, PickupPoint.is_open.is_(True))
        .join(village, village.code == PickupPoint.village_code)
        .join(chosen, sa.and_(chosen.store_id == Store.id, chosen.point_id == PickupPoint.id), isouter=True)
        .where(Store.id == store_id, sa.or_(_is_here(), chosen.store_id.is_not(None)))
        .order_by(PickupPoint.name)
        .limit(MOST_TO_CHOOSE)
    )
    return [
        PointChoice(
            row.id,
            row.name,
            f"{row.address}, {row.village}",
            row.hours,
            row.serves is Serves.ALL and bool(row.is_here),
            bool(row.is_chosen),
        )
        for row in db.session.execute(query)
    ]


def points_page(cursor: str | None) -> Page[paging.Row]:
    """All points for the operator, by name."""
    query = sa.select(PickupPoint, Region.name.label("village")).join(Region, Region.code == PickupPoint.village_code)
    return paging.fetch(query, [PickupPoint.name, PickupPoint.id], cursor=cursor)


def point(point_id: int) -> PickupPoint | None:
    """One point, to change."""
    return db.session.get(PickupPoint, point_id)


def _reaches(chosen: type[StorePoint]) -> sa.ColumnElement[bool]:
    """The shop brings goods there: it chose the point, or the point is for all shops of its regency."""
    return sa.or_(chosen.store_id.is_not(None), sa.and_(PickupPoint.serves == Serves.ALL, _is_here()))


def _is_here() -> sa.ColumnElement[bool]:
    def regency(column: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
        return sa.func.substr(column, 1, REGENCY_LENGTH)

    return regency(sa.type_coerce(PickupPoint.village_code, sa.String)) == regency(
        sa.type_coerce(Store.village_code, sa.String)
    )


def _nearness(village_code: str) -> sa.ColumnElement[int]:
    """0 in the same village, 1 in the same district, 2 in the same regency, 3 elsewhere."""
    district, regency = village_code[:DISTRICT_LENGTH], village_code[:REGENCY_LENGTH]
    where = PickupPoint.village_code
    return sa.case(
        (where == village_code, 0),
        (where.startswith(f"{district}.", autoescape=True), 1),
        (where.startswith(f"{regency}.", autoescape=True), 2),
        else_=3,
    )
