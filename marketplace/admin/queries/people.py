"""People, what they may do, and how much there is of everything. Each is one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.accounts.models import Person, RoleGrant
from marketplace.catalog.models import Category, Product
from marketplace.core.actor import Role
from marketplace.core.db import db
from marketplace.core.paging import Page, fetch
from marketplace.stores.models import Store

PAGE_SIZE = 30
MOST_LISTED = 500


@dataclass(frozen=True)
class Counts:
    """How much there is of everything."""

    people: int
    blocked: int
    stores: int
    products: int
    categories: int


@dataclass(frozen=True)
class PersonRow:
    """Somebody in the list of people."""

    id: int
    name: str
    email: str | None
    phone: str | None
    created_at: datetime
    blocked_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class GrantRow:
    """A role that a person holds, with the name of the shop it is for."""

    id: int
    role: Role
    store_name: str | None
    granted_at: datetime
    granted_by: str | None


def counts() -> Counts:
    """How much there is of everything."""

    def count(*conditions: Any, of: Any) -> Any:
        return sa.select(sa.func.count(of)).where(*conditions).scalar_subquery()

    query = sa.select(
        count(Person.closed_at.is_(None), of=Person.id),
        count(Person.blocked_at.is_not(None), of=Person.id),
        count(of=Store.id),
        count(of=Product.id),
        count(Category.is_active, of=Category.id),
    )
    return Counts(*db.session.execute(query).one())


def people(text: str = "", cursor: str | None = None) -> Page[PersonRow]:
    """People whose name, e-mail address or phone number holds the text, the newest first."""
    person = Person.__table__.c
    query = sa.select(
        person.id, person.name, person.email, person.phone, person.created_at, person.blocked_at, person.closed_at
    )
    if text:
        query = query.where(_mentions(text))
    page = fetch(query, [person.id], cursor=cursor, limit=PAGE_SIZE, descending=True)
    return page.map(lambda row: PersonRow(*tuple(row)[:7]))


def _mentions(text: str) -> sa.ColumnElement[bool]:
    digits = "".join(char for char in text if char.isdigit()).removeprefix("62").lstrip("0")
    found = [Person.name.icontains(text, autoescape=True), Person.email.icontains(text, autoescape=True)]
    if len(digits) >= 3:
        found.append(Person.phone.contains(digits, autoescape=True))
    return sa.or_(*found)


def grants(person_id: int) -> list[GrantRow]:
    """The roles a person holds now."""
    giver = aliased(Person)
    query = (
        sa.select(RoleGrant.id, RoleGrant.role, Store.name, RoleGrant.granted_at, giver.name)
        .outerjoin(Store, sa.and_(Store.id == RoleGrant.scope, RoleGrant.role != Role.RUNNER))
        .outerjoin(giver, giver.id == RoleGrant.granted_by)
        .where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None))
        .order_by(RoleGrant.id)
    )
    return [GrantRow(*row) for row in db.session.execute(query)]


def store_names() -> list[tuple[int, str]]:
    """The shops a role can be granted for, by name."""
    query = sa.select(Store.id, Store.name).order_by(Store.name, Store.id).limit(MOST_LISTED)
    return [(store_id, name) for store_id, name in db.session.execute(query)]
