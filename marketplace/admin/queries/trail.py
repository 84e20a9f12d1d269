"""The audit trail. Each is one statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.accounts.models import Person
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.paging import Page, Statement, fetch

PAGE_SIZE = 30
ENTRY = AuditEntry.__table__.c


@dataclass(frozen=True)
class TrailFilter:
    """What to see of the audit trail; empty parts leave everything in."""

    action: str = ""
    person_id: int | None = None
    thing_type: str = ""
    thing_id: str = ""


@dataclass(frozen=True)
class TrailRow:
    """An act, with the name its person has today."""

    id: int
    at: datetime
    person_id: int | None
    person_name: str | None
    actor_name: str
    action: str
    thing_type: str
    thing_id: str
    details: dict[str, Any]


def trail(wanted: TrailFilter, cursor: str | None = None, limit: int = PAGE_SIZE) -> Page[TrailRow]:
    """Acts, the latest first."""
    query = _acts()
    if wanted.action:
        query = query.where(ENTRY.action.startswith(wanted.action, autoescape=True))
    if wanted.person_id is not None:
        query = query.where(ENTRY.person_id == wanted.person_id)
    if wanted.thing_type:
        query = query.where(ENTRY.thing_type == wanted.thing_type)
    if wanted.thing_id:
        query = query.where(ENTRY.thing_id == wanted.thing_id)
    page = fetch(query, [ENTRY.id], cursor=cursor, limit=limit, descending=True)
    return page.map(lambda row: TrailRow(*tuple(row)[:9]))


def acts_about(things: Iterable[tuple[str, str]], actions: Iterable[str], limit: int = PAGE_SIZE) -> list[TrailRow]:
    """The latest acts of these kinds on any of these things (type, id)."""
    ids: dict[str, list[str]] = {}
    for kind, name in things:
        ids.setdefault(kind, []).append(name)
    about = sa.or_(*(sa.and_(ENTRY.thing_type == kind, ENTRY.thing_id.in_(names)) for kind, names in ids.items()))
    query = _acts().where(about, ENTRY.action.in_(sorted(actions)))
    return [TrailRow(*row) for row in db.session.execute(query.order_by(ENTRY.id.desc()).limit(limit))]


def _acts() -> Statement:
    return sa.select(
        ENTRY.id,
        ENTRY.at,
        ENTRY.person_id,
        Person.name.label("person_name"),
        ENTRY.actor_name,
        ENTRY.action,
        ENTRY.thing_type,
        ENTRY.thing_id,
        ENTRY.details,
    ).outerjoin(Person, Person.id == ENTRY.person_id)
