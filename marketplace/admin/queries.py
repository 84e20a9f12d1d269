"""What the operator looks at. Each is one statement unless it says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.accounts.models import Person, RoleGrant
from marketplace.catalog.models import Category, Product
from marketplace.core.actor import Role
from marketplace.core.audit import AuditEntry
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


@dataclass(frozen=True)
class CategoryLine:
    """A category in the operator's tree, inactive ones as well."""

    id: int
    name: str
    slug: str
    is_food: bool
    is_active: bool
    required: list[str]
    required_perishable: list[str]
    children: tuple[CategoryLine, ...] = ()


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
        .outerjoin(Store, Store.id == RoleGrant.scope)
        .outerjoin(giver, giver.id == RoleGrant.granted_by)
        .where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None))
        .order_by(RoleGrant.id)
    )
    return [GrantRow(*row) for row in db.session.execute(query)]


def store_names() -> list[tuple[int, str]]:
    """The shops a role can be granted for, by name."""
    query = sa.select(Store.id, Store.name).order_by(Store.name, Store.id).limit(MOST_LISTED)
    return [(store_id, name) for store_id, name in db.session.execute(query)]


def trail(wanted: TrailFilter, cursor: str | None = None, limit: int = PAGE_SIZE) -> Page[TrailRow]:
    """Acts, the latest first."""
    entry = AuditEntry.__table__.c
    query = sa.select(
        entry.id,
        entry.at,
        entry.person_id,
        Person.name.label("person_name"),
        entry.actor_name,
        entry.action,
        entry.thing_type,
        entry.thing_id,
        entry.details,
    ).outerjoin(Person, Person.id == entry.person_id)
    if wanted.action:
        query = query.where(entry.action.startswith(wanted.action, autoescape=True))
    if wanted.person_id is not None:
        query = query.where(entry.person_id == wanted.person_id)
    if wanted.thing_type:
        query = query.where(entry.thing_type == wanted.thing_type)
    if wanted.thing_id:
        query = query.where(entry.thing_id == wanted.thing_id)
    page = fetch(query, [entry.id], cursor=cursor, limit=limit, descending=True)
    return page.map(lambda row: TrailRow(*tuple(row)[:9]))


def category_lines() -> tuple[CategoryLine, ...]:
    """The whole tree in the operator's order."""
    rows = list(db.session.scalars(sa.select(Category).order_by(Category.position, Category.id)))

    def below(parent_id: int | None) -> tuple[CategoryLine, ...]:
        return tuple(
            CategoryLine(
                row.id,
                row.name,
                row.slug,
                row.is_food,
                row.is_active,
                row.required,
                row.required_perishable,
                below(row.id),
            )
            for row in rows
            if row.parent_id == parent_id
        )

    return below(None)


def category(category_id: int) -> Category | None:
    """One category, to change."""
    return db.session.get(Category, category_id)


def tops(but: int | None = None) -> list[tuple[int, str]]:
    """Top categories that another may be put below."""
    query = sa.select(Category.id, Category.name).where(Category.parent_id.is_(None))
    ordered = query.order_by(Category.position, Category.id)
    return [(row.id, row.name) for row in db.session.execute(ordered) if row.id != but]
