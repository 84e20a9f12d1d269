"""How rounds are set up: for the operator, and for a shop that may take part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from marketplace.core import paging
from marketplace.core.db import db
from marketplace.core.paging import Page
from marketplace.places.models import Region
from marketplace.rounds.models import Round, RoundFee, RoundRegion, RoundStore
from marketplace.rounds.queries.offers import current_fees
from marketplace.stores.models import Store


@dataclass(frozen=True)
class RoundRow:
    """A round in the operator's list; `fee` is today's (None: not yet)."""

    id: int
    name: str
    weekdays: str
    window: str
    capacity: int
    is_open: bool
    fee: int | None


@dataclass(frozen=True)
class RegionOfRound:
    code: str
    name: str
    visits: bool
    brings: bool


@dataclass(frozen=True)
class ShopOfRound:
    store_id: int
    name: str
    street: str
    place: int


@dataclass(frozen=True)
class RoundChoice:
    """A round that a shop may take part in."""

    id: int
    name: str
    weekdays: str
    window: str
    is_chosen: bool


def rounds_page(cursor: str | None) -> Page[RoundRow]:
    """All rounds, by name. Two statements."""
    page = paging.fetch(sa.select(Round), [Round.name, Round.id], cursor=cursor)
    fees = current_fees([row.Round.id for row in page.items])
    return page.map(lambda row: _row(row.Round, fees.get(row.Round.id)))


def round_by_id(round_id: int) -> Round | None:
    """One round, to change."""
    return db.session.get(Round, round_id)


def regions_of(round_id: int) -> list[RegionOfRound]:
    """The regions of a round, by name."""
    query = (
        sa.select(RoundRegion.region_code, Region.name, RoundRegion.visits, RoundRegion.brings)
        .join(Region, Region.code == RoundRegion.region_code)
        .where(RoundRegion.round_id == round_id)
        .order_by(Region.name, Region.code)
    )
    return [RegionOfRound(*row) for row in db.session.execute(query)]


def shops_of(round_id: int) -> list[ShopOfRound]:
    """The shops that take part, as the runner calls at them."""
    query = (
        sa.select(Store.id, Store.name, Store.street, RoundStore.place)
        .join(RoundStore, RoundStore.store_id == Store.id)
        .where(RoundStore.round_id == round_id)
        .order_by(*stop_order())
    )
    return [ShopOfRound(*row) for row in db.session.execute(query)]


def stop_order() -> tuple[Any, ...]:
    """In which order stops are called at: as somebody said, else by village and address."""
    said = sa.func.coalesce(sa.func.nullif(RoundStore.place, 0), 1000)
    return (said, Store.village_code, Store.street, Store.id)


def fees_of(round_id: int) -> list[tuple[date, int]]:
    """From which day which fee (rupiah), the newest first."""
    query = sa.select(RoundFee.from_day, RoundFee.fee).where(RoundFee.round_id == round_id)
    return [(day, fee) for day, fee in db.session.execute(query.order_by(RoundFee.from_day.desc()))]


def rounds_to_choose(store_id: int) -> list[RoundChoice]:
    """The open rounds that call in a shop's village, and those it takes part in already. One statement."""
    query = (
        sa.select(Round, RoundStore.store_id)
        .select_from(Store)
        .join(Round, Round.is_open.is_(True))
        .outerjoin(RoundStore, sa.and_(RoundStore.round_id == Round.id, RoundStore.store_id == Store.id))
        .outerjoin(
            RoundRegion,
            sa.and_(
                RoundRegion.round_id == Round.id,
                RoundRegion.region_code == Store.village_code,
                RoundRegion.visits.is_(True),
            ),
        )
        .where(Store.id == store_id, sa.or_(RoundRegion.region_code.is_not(None), RoundStore.store_id.is_not(None)))
        .order_by(Round.name)
    )
    return [
        RoundChoice(found.id, found.name, found.weekdays, found.window, chosen is not None)
        for found, chosen in db.session.execute(query)
    ]


def rounds_by_ids(round_ids: tuple[int, ...]) -> list[Round]:
    """Some rounds, by name. One statement."""
    return list(db.session.scalars(sa.select(Round).where(Round.id.in_(round_ids)).order_by(Round.name, Round.id)))


def _row(found: Round, fee: int | None) -> RoundRow:
    return RoundRow(found.id, found.name, found.weekdays, found.window, found.capacity, found.is_open, fee)
