"""Questions about regions. Regions never change while the market runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.core.db import db
from marketplace.places.models import Region


@dataclass(frozen=True)
class RegionRow:
    """A region as it is offered for choice."""

    code: str
    name: str
    postcode: str | None = None


@dataclass(frozen=True)
class Choices:
    """What three chained selects offer: all regencies, the districts of one, the villages of one district."""

    regencies: list[RegionRow]
    districts: list[RegionRow]
    villages: list[RegionRow]


def regencies() -> list[RegionRow]:
    """The regencies of NTT and its city, by name."""
    return children(None)


def children(parent_code: str | None) -> list[RegionRow]:
    """The regions right below one (None: the regencies), by name; nothing for a code that is not there."""
    below = Region.parent_code.is_(None) if parent_code is None else Region.parent_code == parent_code
    return [row for _, row in _rows(below)]


def choices(regency_code: str, district_code: str) -> Choices:
    """What a region picker shows for what is chosen so far ('' for nothing), in one statement."""
    below = sa.or_(Region.parent_code.is_(None), Region.parent_code.in_([regency_code, district_code]))
    found: dict[str | None, list[RegionRow]] = {}
    for parent, row in _rows(below):
        found.setdefault(parent, []).append(row)
    return Choices(found.get(None, []), found.get(regency_code, []), found.get(district_code, []))


def districts_with_villages(regency_code: str) -> list[tuple[RegionRow, list[RegionRow]]]:
    """The districts of a regency by name, each with its villages; nothing for a code that is not there."""
    below: dict[str | None, list[RegionRow]] = {}
    for parent, row in _rows(Region.code.startswith(f"{regency_code}.", autoescape=True)):
        below.setdefault(parent, []).append(row)
    return [(district, below.get(district.code, [])) for district in below.get(regency_code, [])]


def _rows(condition: sa.ColumnElement[bool]) -> list[tuple[str | None, RegionRow]]:
    query = sa.select(Region.parent_code, Region.code, Region.name, Region.postcode).where(condition)
    ordered = query.order_by(Region.name, Region.code)
    return [(parent, RegionRow(code, name, postcode)) for parent, code, name, postcode in db.session.execute(ordered)]


def region(code: str) -> RegionRow | None:
    """One region by its code."""
    query = sa.select(Region.code, Region.name, Region.postcode).where(Region.code == code)
    row = db.session.execute(query).first()
    return RegionRow(row.code, row.name, row.postcode) if row else None


def names(codes: Iterable[str]) -> dict[str, str]:
    """The full names, e.g. 'Fatululi, Oebobo, Kota Kupang', by code of village, district or regency; one statement."""
    district, regency = aliased(Region), aliased(Region)
    query = (
        sa.select(Region.code, Region.name, district.name, regency.name)
        .outerjoin(district, district.code == Region.parent_code)
        .outerjoin(regency, regency.code == district.parent_code)
        .where(Region.code.in_(sorted(set(codes))))
    )
    return {code: ", ".join(part for part in parts if part) for code, *parts in db.session.execute(query)}
