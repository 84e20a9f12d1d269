"""Questions about people, their sign-ins and their addresses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from marketplace.accounts.models import Address, Assistance, Person, RoleGrant, SignIn
from marketplace.accounts.rules import IDLE
from marketplace.core.actor import Actor, Grant, Helping, Right, Role, village_scope
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.places import queries as places


@dataclass(frozen=True)
class Presence:
    """Somebody signed in: who acts, by which sign-in, and when that was last noted as used."""

    actor: Actor
    sign_in_id: int
    seen_at: datetime


@dataclass(frozen=True)
class PersonContact:
    """How to reach somebody."""

    id: int
    name: str
    email: str | None
    phone: str | None
    language: str


@dataclass(frozen=True)
class AddressRow:
    """An address as it is shown; `place` is its village, district and regency."""

    id: int
    recipient: str
    phone: str
    street: str
    rt_rw: str
    village_code: str
    place: str
    postcode: str
    landmark: str
    is_default: bool


@dataclass(frozen=True)
class SignInRow:
    """A device that is signed in."""

    id: int
    device: str
    created_at: datetime
    seen_at: datetime


def token_hash(token: str) -> str:
    """What is kept of a sign-in's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def actor_for(token: str) -> Presence | None:
    """Who a sign-in's token stands for, in one statement; None when revoked, too old, or the person is blocked."""
    at = now()
    query = (
        sa.select(
            SignIn.id,
            SignIn.seen_at,
            Person.id,
            Person.name,
            Assistance.id,
            Assistance.store_id,
            Assistance.until,
            RoleGrant.role,
            RoleGrant.scope,
            RoleGrant.rights,
        )
        .join(Person, Person.id == SignIn.person_id)
        .outerjoin(RoleGrant, sa.and_(RoleGrant.person_id == Person.id, RoleGrant.revoked_at.is_(None)))
        .outerjoin(
            Assistance,
            sa.and_(
                Assistance.id == SignIn.assistance_id,
                Assistance.facilitator_id == Person.id,
                Assistance.ended_at.is_(None),
                Assistance.until > at,
            ),
        )
        .where(SignIn.token_hash == token_hash(token), *_is_alive(at))
    )
    rows = db.session.execute(query).all()
    if not rows:
        return None
    sign_in_id, seen_at, person_id, name, assistance_id, store_id, until, *_ = rows[0]
    grants = frozenset(
        Grant(role, scope, frozenset(map(Right, rights))) for *_, role, scope, rights in rows if role is not None
    )
    helping = Helping(assistance_id, store_id, until) if assistance_id else None
    return Presence(as_helper(Actor(person_id, name, grants), helping), sign_in_id, seen_at)


def as_helper(actor: Actor, helping: Helping | None) -> Actor:
    """Who acts while helping: for that one store and nothing else, as long as still a facilitator."""
    if helping is None or not actor.is_facilitator:
        return actor
    kept = {grant for grant in actor.grants if grant.role is Role.FACILITATOR}
    grants = frozenset(kept | {Grant(Role.STORE_HELPER, helping.store_id)})
    return Actor(actor.person_id, actor.name, grants, helping=helping)


def helpers_of(store_id: int) -> dict[int, str]:
    """The names of those who ever helped a store, by person: what they did there is marked as theirs. One statement."""
    query = (
        sa.select(Person.id, Person.name)
        .join(Assistance, Assistance.facilitator_id == Person.id)
        .where(Assistance.store_id == store_id)
        .distinct()
    )
    return {row.id: row.name for row in db.session.execute(query)}


def actor_of(person_id: int) -> Actor | None:
    """Who a person is when the market does something later on her word, with the grants of now; None when gone."""
    query = (
        sa.select(Person.name, RoleGrant.role, RoleGrant.scope, RoleGrant.rights)
        .outerjoin(RoleGrant, sa.and_(RoleGrant.person_id == Person.id, RoleGrant.revoked_at.is_(None)))
        .where(Person.id == person_id, Person.blocked_at.is_(None), Person.closed_at.is_(None))
    )
    rows = db.session.execute(query).all()
    grants = frozenset(
        Grant(row.role, row.scope, frozenset(map(Right, row.rights))) for row in rows if row.role is not None
    )
    return Actor(person_id, rows[0].name, grants) if rows else None


def _is_alive(at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        SignIn.revoked_at.is_(None),
        SignIn.expires_at > at,
        SignIn.seen_at > at - IDLE,
        Person.blocked_at.is_(None),
        Person.closed_at.is_(None),
    )


def sign_ins_of(person_id: int) -> list[SignInRow]:
    """The devices where a person is signed in, the latest used first."""
    query = (
        sa.select(SignIn.id, SignIn.device, SignIn.created_at, SignIn.seen_at)
        .join(Person, Person.id == SignIn.person_id)
        .where(SignIn.person_id == person_id, *_is_alive(now()))
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    )
    return [SignInRow(*row) for row in db.session.execute(query)]


def person(person_id: int) -> Person | None:
    """One person."""
    return db.session.get(Person, person_id)


def people_of_store(store_id: int, right: Right | None = None) -> list[PersonContact]:
    """Whom to write to about a shop: its owners and staff. With a right: only those of the staff who hold it."""
    works: sa.ColumnElement[bool] = RoleGrant.role.in_([Role.STORE_OWNER, Role.STORE_STAFF])
    if right is not None:
        holds = sa.cast(RoleGrant.rights, sa.Text).contains(f'"{right.value}"')
        works = sa.or_(RoleGrant.role == Role.STORE_OWNER, sa.and_(RoleGrant.role == Role.STORE_STAFF, holds))
    return _holders(works, RoleGrant.scope == store_id)


@dataclass(frozen=True)
class Member:
    """Somebody of a store's team, by the grant that says so."""

    grant_id: int
    person_id: int
    name: str
    contact: str
    is_owner: bool
    rights: frozenset[Right]
    since: datetime


def team_of(store_id: int) -> list[Member]:
    """The people of a store, its owners first."""
    query = (
        sa.select(RoleGrant, Person)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.scope == store_id,
            RoleGrant.role.in_([Role.STORE_OWNER, Role.STORE_STAFF]),
            RoleGrant.revoked_at.is_(None),
        )
        .order_by(RoleGrant.role, RoleGrant.id)
    )
    return [
        Member(
            grant_id=grant.id,
            person_id=person.id,
            name=person.name,
            contact=person.email or person.phone or "",
            is_owner=grant.role is Role.STORE_OWNER,
            rights=frozenset(Right) if grant.role is Role.STORE_OWNER else frozenset(map(Right, grant.rights)),
            since=grant.granted_at,
        )
        for grant, person in db.session.execute(query)
    ]


def owners_of(store_id: int) -> list[PersonContact]:
    """Whom to write to about what only owners decide."""
    return _holders(RoleGrant.role == Role.STORE_OWNER, RoleGrant.scope == store_id)


def owner_actor(store_id: int) -> Actor | None:
    """The first owner of a store as she would act herself: for her code on somebody else's screen."""
    found = owners_of(store_id)
    return Actor(found[0].id, found[0].name, frozenset({Grant(Role.STORE_OWNER, store_id)})) if found else None


def facilitators_of(village_code: str) -> list[PersonContact]:
    """The facilitators of a village."""
    scope = village_scope(village_code)
    return _holders(RoleGrant.role == Role.FACILITATOR, RoleGrant.scope == scope)


def people_in_role(role: Role) -> list[PersonContact]:
    """Whom to write to who holds a role of the whole market, e.g. the operators."""
    return _holders(RoleGrant.role == role, RoleGrant.scope == 0)


def names_of(person_ids: Iterable[int]) -> dict[int, str]:
    """Names by id; one statement."""
    wanted = set(person_ids)
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(wanted))).all() if wanted else []
    return {row.id: row.name for row in rows}


def contact(person_id: int) -> PersonContact | None:
    """How to reach one person; None when the account is closed."""
    found = _contacts(Person.id == person_id, Person.closed_at.is_(None))
    return found[0] if found else None


def _holders(*conditions: sa.ColumnElement[bool]) -> list[PersonContact]:
    holds = sa.exists().where(RoleGrant.person_id == Person.id, RoleGrant.revoked_at.is_(None), *conditions)
    return _contacts(holds, Person.blocked_at.is_(None), Person.closed_at.is_(None))


def _contacts(*conditions: sa.ColumnElement[bool]) -> list[PersonContact]:
    columns = (Person.id, Person.name, Person.email, Person.phone, Person.language)
    query = sa.select(*columns).where(*conditions).order_by(Person.id)
    return [PersonContact(*row) for row in db.session.execute(query)]


def runners_of(round_id: int) -> list[PersonContact]:
    """Who runs a collection round."""
    return _holders(RoleGrant.role == Role.RUNNER, RoleGrant.scope == round_id)


def grants_of(person_id: int) -> list[RoleGrant]:
    """The roles a person holds now."""
    query = sa.select(RoleGrant).where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None))
    return list(db.session.scalars(query.order_by(RoleGrant.id)))


def addresses_of(person_id: int) -> list[AddressRow]:
    """A person's addresses, the main one first; two statements."""
    query = sa.select(Address).where(Address.person_id == person_id)
    found = list(db.session.scalars(query.order_by(Address.is_default.desc(), Address.id)))
    places_by_code = places.names(address.village_code for address in found)
    return [_row(address, places_by_code.get(address.village_code, "")) for address in found]


def _row(address: Address, place: str) -> AddressRow:
    return AddressRow(
        id=address.id,
        recipient=address.recipient,
        phone=address.phone,
        street=address.street,
        rt_rw=address.rt_rw,
        village_code=address.village_code,
        place=place,
        postcode=address.postcode,
        landmark=address.landmark,
        is_default=address.is_default,
    )
