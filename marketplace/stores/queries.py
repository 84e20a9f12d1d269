"""Questions about stores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.core.paging import Page, Row, Statement, fetch
from marketplace.media.models import MediaFile
from marketplace.media.rules import Picture
from marketplace.places.models import Region
from marketplace.places.rules import Pin, map_url
from marketplace.stores.models import Store, StoreClosure
from marketplace.stores.rules import HIDDEN, Span, StoreStatus, Week, same_days, short_region, week_of

VILLAGE, DISTRICT, REGENCY = aliased(Region), aliased(Region), aliased(Region)
PAGE_SIZE = 24


@dataclass(frozen=True)
class StoreCard:
    """A store as it is shown anywhere. `place` is short ('Fatululi, Kota Kupang'), `region_names` is all of it.

    `pickup_place` is empty when things are fetched at the address; `pin` is None unless everybody may see it.
    `since` is the year it opened, `closed_until` the last day (WITA) of a closure that holds today.
    """

    id: int
    slug: str
    name: str
    story: str
    status: StoreStatus
    phone: str
    email: str
    week: Week
    hours: str
    nib: str
    street: str
    landmark: str
    village_code: str
    place: str
    region_names: str
    has_pickup: bool
    pickup_place: str
    pickup_hours: str
    pin: Pin | None
    logo: Picture | None
    since: int
    closed_until: date | None
    closure_note: str

    @property
    def url(self) -> str:
        return f"/toko/{self.slug}"

    @property
    def is_open(self) -> bool:
        """Does it take orders today?"""
        return self.status is StoreStatus.OPEN and self.closed_until is None

    @property
    def map_url(self) -> str:
        """Where the shop is seen on the map; '' when it shows no point."""
        return map_url(self.pin) if self.pin else ""

    @property
    def pickup_at(self) -> str:
        """Where buyers fetch what they ordered."""
        address = f"{self.street}, {self.region_names}" + (f" ({self.landmark})" if self.landmark else "")
        return self.pickup_place or address

    @property
    def week_runs(self) -> list[tuple[int, int, tuple[Span, ...]]]:
        """The hours of the week, days with the same hours together."""
        return same_days(self.week)

    @property
    def opens_again(self) -> date | None:
        """The first day after the closure at hand."""
        return self.closed_until + timedelta(days=1) if self.closed_until else None


@dataclass(frozen=True)
class Closure:
    """Days on which a store takes no orders, both included."""

    id: int
    first_day: date
    last_day: date
    note: str


def store(store_id: int) -> Store:
    """The store for those who work with it, whatever its status. Raises NotFound."""
    found = db.session.get(Store, store_id)
    if found is None:
        raise NotFound("stores.not_found")
    return found


def store_by_slug(slug: str) -> Store:
    """The store at an address, whatever its status. Raises NotFound."""
    found = db.session.scalar(sa.select(Store).where(Store.slug == slug))
    if found is None:
        raise NotFound("stores.not_found")
    return found


def stores_by_ids(ids: Iterable[int]) -> dict[int, StoreCard]:
    """The stores that exist, by id, whatever their status. One statement."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {row.id: _card(row) for row in db.session.execute(_cards().where(Store.id.in_(wanted)))}


def is_name_taken(name: str, but_for: int | None = None) -> bool:
    """Does another store carry this name, capitals aside?"""
    same = sa.select(Store.id).where(sa.func.lower(Store.name) == name.lower(), Store.id != (but_for or 0))
    return db.session.scalar(same.limit(1)) is not None


def public_card(slug: str) -> StoreCard:
    """The store at an address, as the public may read it: one that is hidden is not there. Raises NotFound."""
    row = db.session.execute(_cards().where(Store.slug == slug, Store.status.not_in(HIDDEN))).one_or_none()
    if row is None:
        raise NotFound("stores.not_found")
    return _card(row)


def directory(region: str = "", cursor: str | None = None, limit: int = PAGE_SIZE) -> Page[StoreCard]:
    """Open stores by name, of a region (any code: regency, district, village) or all. One statement."""
    statement = _cards().where(Store.status == StoreStatus.OPEN)
    if region:
        statement = statement.where(within(Store.village_code, region))
    page = fetch(statement, [Store.__table__.c.name, Store.__table__.c.id], cursor=cursor, limit=limit)
    return page.map(_card)


def newest(limit: int) -> list[StoreCard]:
    """The open stores that came last. One statement."""
    statement = _cards().where(Store.status == StoreStatus.OPEN)
    return [_card(row) for row in db.session.execute(statement.order_by(Store.id.desc()).limit(limit))]


def within(column: sa.ColumnElement[str] | Any, region: str) -> sa.ColumnElement[bool]:
    """Does a column of region codes lie in a region? '53.71' holds '53.71.04.1011' and itself, and no '53.710'."""
    return sa.or_(column == region, column.startswith(f"{region}.", autoescape=True))


def closed_today() -> sa.ColumnElement[bool]:
    """Joins the closure that holds today to a store; closures of a store never overlap."""
    today = clock.today()
    return sa.and_(StoreClosure.store_id == Store.id, StoreClosure.first_day <= today, StoreClosure.last_day >= today)


def closures(store_id: int) -> list[Closure]:
    """The closures of a store that hold today or lie ahead, the next one first. One statement."""
    query = (
        sa.select(StoreClosure.id, StoreClosure.first_day, StoreClosure.last_day, StoreClosure.note)
        .where(StoreClosure.store_id == store_id, StoreClosure.last_day >= clock.today())
        .order_by(StoreClosure.first_day)
    )
    return [Closure(*row) for row in db.session.execute(query)]


def _cards() -> Statement:
    columns = (
        *(getattr(Store, name) for name in _OWN),
        Store.week,
        Store.latitude,
        Store.longitude,
        Store.shows_pin,
        Store.created_at,
        VILLAGE.name.label("village"),
        DISTRICT.name.label("district"),
        REGENCY.name.label("regency"),
        MediaFile.key.label("logo_key"),
        MediaFile.width.label("logo_width"),
        MediaFile.height.label("logo_height"),
        StoreClosure.last_day.label("closed_until"),
        StoreClosure.note.label("closure_note"),
    )
    return (
        sa.select(*columns)
        .join(VILLAGE, VILLAGE.code == Store.village_code)
        .join(DISTRICT, DISTRICT.code == VILLAGE.parent_code)
        .join(REGENCY, REGENCY.code == DISTRICT.parent_code)
        .outerjoin(MediaFile, MediaFile.id == Store.logo_id)
        .outerjoin(StoreClosure, closed_today())
    )


_OWN = (
    "id",
    "slug",
    "name",
    "story",
    "status",
    "phone",
    "email",
    "hours",
    "nib",
    "street",
    "landmark",
    "village_code",
    "has_pickup",
    "pickup_place",
    "pickup_hours",
)


def _card(row: Row) -> StoreCard:
    logo = Picture(row.logo_key, row.logo_width, row.logo_height, row.name) if row.logo_key else None
    return StoreCard(
        **{name: getattr(row, name) for name in _OWN},
        place=f"{row.village}, {short_region(row.regency)}",
        region_names=f"{row.village}, {row.district}, {row.regency}",
        week=week_of(row.week),
        pin=(row.latitude, row.longitude) if row.shows_pin and row.latitude is not None else None,
        logo=logo,
        since=row.created_at.astimezone(clock.WITA).year,
        closed_until=row.closed_until,
        closure_note=row.closure_note or "",
    )
