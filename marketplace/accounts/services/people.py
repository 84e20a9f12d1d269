"""Accounts, the roles granted to them, and blocking."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import Person, RoleGrant
from marketplace.accounts.policies import can_change, can_manage_people
from marketplace.accounts.services.contacts import Contact, owner_of, read_contact, read_email, read_phone
from marketplace.accounts.services.passwords import hash_password
from marketplace.accounts.services.sign_ins import end_all
from marketplace.core import audit
from marketplace.core.actor import STORE_ROLES, Actor, Role
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound
from marketplace.core.locks import lock_one


def sign_up(name: str, identifier: str, password: str, language: str = "id") -> Person:
    """A new account of somebody's own making.

    Raises Invalid for an unreadable or taken e-mail address or number, a missing name, a password easy to guess.
    """
    contact = read_contact(identifier)
    person = _add(name, contact.email, contact.phone, password, language)
    audit.record(Actor(person.id), "accounts.signed_up", "person", person.id)
    return person


def create_person(
    actor: Actor, name: str, email: str | None, phone: str | None, password: str, language: str = "id"
) -> Person:
    """An account made for somebody, by a command or the demo market. Raises Invalid like `sign_up`."""
    if not can_manage_people(actor):
        raise NotAllowed("accounts.not_yours")
    if not (email or phone):
        raise Invalid("accounts.contact_unreadable", field="email")
    person = _add(name, read_email(email) if email else None, read_phone(phone) if phone else None, password, language)
    audit.record(actor, "accounts.person_created", "person", person.id)
    return person


def _add(name: str, email: str | None, phone: str | None, password: str, language: str) -> Person:
    name = _readable(name)
    for contact, field in ((Contact(email=email), "email"), (Contact(phone=phone), "phone" if email else "email")):
        if contact.text and owner_of(contact):
            raise Invalid("accounts.taken", field=field)
    person = Person(
        name=name,
        email=email,
        phone=phone,
        password_hash=hash_password(password, name, email, phone),
        language=language,
        created_at=now(),
    )
    db.session.add(person)
    _flush_contact("email")
    return person


def change_profile(actor: Actor, person_id: int, name: str, email: str, phone: str, language: str) -> None:
    """Correct one's own data; at least one of e-mail address and phone number stays. Raises Invalid, NotAllowed.

    Ask for the password before: whoever changes the address can have a new password sent there.
    """
    if not can_change(actor, person_id):
        raise NotAllowed("accounts.not_yours")
    person = lock_one(Person, person_id)
    if not (email or phone):
        raise Invalid("accounts.contact_missing", field="email")
    found = {"email": read_email(email) if email else None, "phone": read_phone(phone) if phone else None}
    for field, value in found.items():
        owner = owner_of(Contact(**{field: value})) if value else None
        if owner is not None and owner.id != person_id:
            raise Invalid("accounts.taken", field=field)
    changed = [field for field, value in found.items() if value != getattr(person, field)]
    person.name, person.language = _readable(name), language
    person.email, person.phone = found["email"], found["phone"]
    _flush_contact("email")
    audit.record(actor, "accounts.profile_changed", "person", person_id, contacts=changed)


def _readable(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise Invalid("accounts.name_missing", field="name")
    return name


def _flush_contact(field: str) -> None:
    """Write now; somebody else may have taken the address at this very moment."""
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Invalid("accounts.taken", field=field) from error


def grant(actor: Actor, person_id: int, role: Role, scope: int = 0) -> RoleGrant:
    """Let a person hold a role, for one store or (scope 0) for the whole market; once, however often it is asked.

    Raises NotAllowed, NotFound, Invalid for a role without its store or a store with a role of the market.
    """
    if not can_manage_people(actor):
        raise NotAllowed("accounts.not_yours")
    if (role in STORE_ROLES or role in (Role.FACILITATOR, Role.RUNNER)) != bool(scope) or role is Role.STORE_HELPER:
        raise Invalid("accounts.role_needs_store", field="scope")
    person = lock_one(Person, person_id)
    if person.closed_at is not None:
        raise NotFound
    held = db.session.scalar(
        sa.select(RoleGrant).where(
            RoleGrant.person_id == person_id,
            RoleGrant.role == role,
            RoleGrant.scope == scope,
            RoleGrant.revoked_at.is_(None),
        )
    )
    if held is not None:
        return held
    made = RoleGrant(person_id=person_id, role=role, scope=scope, granted_by=actor.person_id, granted_at=now())
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "accounts.role_granted", "person", person_id, role=role.value, scope=scope)
    return made


def revoke_grant(actor: Actor, grant_id: int) -> RoleGrant:
    """Take a role away, from the next request on. Raises NotAllowed, NotFound, Invalid for one's own operator role."""
    if not can_manage_people(actor):
        raise NotAllowed("accounts.not_yours")
    held = lock_one(RoleGrant, grant_id)
    if held.revoked_at is not None:
        raise NotFound
    if held.person_id == actor.person_id and held.role is Role.OPERATOR:
        raise Invalid("accounts.not_yourself")
    held.revoked_at = now()
    audit.record(actor, "accounts.role_revoked", "person", held.person_id, role=held.role.value, scope=held.scope)
    return held


def block(actor: Actor, person_id: int, reason: str) -> None:
    """Keep somebody out, at once and on every device. Raises NotAllowed, NotFound, Invalid for oneself or no reason."""
    person = _to_manage(actor, person_id)
    if person_id == actor.person_id:
        raise Invalid("accounts.not_yourself")
    if not reason.strip():
        raise Invalid("accounts.reason_missing", field="reason")
    if person.blocked_at is None:
        person.blocked_at = now()
    end_all(person_id)
    audit.record(actor, "accounts.blocked", "person", person_id, reason=reason.strip())


def unblock(actor: Actor, person_id: int, reason: str = "") -> None:
    """Let somebody in again; they sign in anew. Raises NotAllowed, NotFound."""
    person = _to_manage(actor, person_id)
    person.blocked_at = None
    audit.record(actor, "accounts.unblocked", "person", person_id, reason=reason.strip())


def _to_manage(actor: Actor, person_id: int) -> Person:
    if not can_manage_people(actor):
        raise NotAllowed("accounts.not_yours")
    person = lock_one(Person, person_id)
    if person.closed_at is not None:
        raise NotFound
    return person
