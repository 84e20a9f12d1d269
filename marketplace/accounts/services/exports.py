"""All that the market knows about a person, collected from the areas that know it (UU PDP 27/2022, right of access)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from marketplace.accounts import queries
from marketplace.accounts.models import Assistance, Person, SignIn
from marketplace.accounts.services import codes
from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.audit import AuditEntry
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import NotFound

Collect = Callable[[int], Any]
_collectors: dict[str, Collect] = {}


def register(name: str, collect: Collect) -> None:
    """Add a part to every export: `collect` gets the person's id, returns plain data. Only app.py calls this."""
    _collectors[name] = collect


def export(actor: Actor) -> dict[str, Any]:
    """One's own data, as plain data for JSON. Raises NotFound for a guest."""
    person = queries.person(actor.person_id) if actor.person_id else None
    if person is None:
        raise NotFound
    parts = {
        "made_at": now().isoformat(),
        "person": _person(person),
        "roles": [
            {"role": grant.role.value, "store": grant.scope, "granted_at": grant.granted_at.isoformat()}
            for grant in queries.grants_of(person.id)
        ],
        "addresses": [_plain(vars(row)) for row in queries.addresses_of(person.id)],
        "sign_ins": _sign_ins(person.id),
        "acts": _acts(person.id),
        "assistances": _assistances(person.id),
        "has_authenticator_app": codes.has_app(person.id),
    }
    for name, collect in sorted(_collectors.items()):
        parts[name] = collect(person.id)
    audit.record(actor, "accounts.data_exported", "person", person.id)
    return parts


def _person(person: Person) -> dict[str, Any]:
    kept = ("name", "email", "phone", "language", "created_at")
    return _plain({key: getattr(person, key) for key in kept})


def _sign_ins(person_id: int) -> list[dict[str, Any]]:
    columns = (SignIn.device, SignIn.created_at, SignIn.seen_at, SignIn.revoked_at)
    query = sa.select(*columns).where(SignIn.person_id == person_id).order_by(SignIn.id)
    return [_plain(row._asdict()) for row in db.session.execute(query)]


def _assistances(person_id: int) -> list[dict[str, Any]]:
    columns = (Assistance.store_id, Assistance.purpose, Assistance.asked_at, Assistance.until, Assistance.ended_at)
    mine = sa.or_(Assistance.facilitator_id == person_id, Assistance.asked_by == person_id)
    return [
        _plain(row._asdict()) for row in db.session.execute(sa.select(*columns).where(mine).order_by(Assistance.id))
    ]


def _acts(person_id: int) -> list[dict[str, Any]]:
    columns = (AuditEntry.at, AuditEntry.action, AuditEntry.thing_type, AuditEntry.thing_id)
    query = sa.select(*columns).where(AuditEntry.person_id == person_id).order_by(AuditEntry.id)
    return [_plain(row._asdict()) for row in db.session.execute(query)]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Times as ISO 8601; the row's own number says nothing to the person."""
    return {
        key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in values.items() if key != "id"
    }
