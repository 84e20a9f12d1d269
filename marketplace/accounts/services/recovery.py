"""A way back in: a signed link, good once and for an hour. And changing the password while signed in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

import sqlalchemy as sa
from itsdangerous import BadSignature, URLSafeTimedSerializer

from config import Config
from marketplace.accounts.events import PasswordChanged, PasswordResetAsked, ResetHandedOver
from marketplace.accounts.models import Person
from marketplace.accounts.policies import can_change
from marketplace.accounts.queries import grants_of
from marketplace.accounts.queries import person as find_by_id
from marketplace.accounts.rules import HANDED_OVER_SECONDS, PROOFS, RESET_LINK_SECONDS, RESETS_PER_HOUR, SHORTEST_PROOF
from marketplace.accounts.services.contacts import find_person
from marketplace.accounts.services.passwords import hash_password, matches
from marketplace.accounts.services.sign_ins import end_all, forgive_tries
from marketplace.core import audit, outbox
from marketplace.core.actor import Actor, Role
from marketplace.core.audit import AuditEntry
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound
from marketplace.core.locks import lock_one
from marketplace.core.ports import port

ASKED = "accounts.reset_asked"
HANDED_OVER = "accounts.reset_handed_over"


def ask_reset(identifier: str) -> None:
    """Have a link sent to the account's e-mail address, if there is such an account and it has one.

    Nothing tells the asker whether there is. At most three links an account and hour.
    """
    person = find_person(identifier)
    is_due = bool(person and person.email and person.blocked_at is None and _asked_lately(person.id) < RESETS_PER_HOUR)
    audit.record(Actor(), ASKED, "person", person.id if person else "-")
    if person and is_due:
        outbox.emit(PasswordResetAsked(person.id, secrets.token_hex(8)))


def _asked_lately(person_id: int) -> int:
    """How often within an hour."""
    query = sa.select(sa.func.count()).where(
        AuditEntry.thing_type == "person",
        AuditEntry.thing_id == str(person_id),
        AuditEntry.action == ASKED,
        AuditEntry.at > now() - timedelta(hours=1),
    )
    return db.session.scalar(query) or 0


def reset_token(person_id: int) -> str | None:
    """The token for a reset link of this person; dead as soon as the password changes. None without an account."""
    person = find_by_id(person_id)
    if person is None or person.closed_at is not None:
        return None
    return _signer().dumps([person.id, _mark(person)])


def hand_over_reset(actor: Actor, person_id: int, proof: str, words: str) -> str:
    """An operator has checked who stands before her: a token good once and for half an hour, to hand over.

    Never for herself, nor for those who judge or run the market. Raises NotAllowed, NotFound, Invalid.
    """
    if not actor.is_operator:
        raise NotAllowed("accounts.not_yours")
    person = lock_one(Person, person_id)
    if person.closed_at is not None:
        raise NotFound
    powers = {Role.OPERATOR, Role.CURATOR, Role.HEAD_CURATOR}
    if person_id == actor.person_id or powers & {grant.role for grant in grants_of(person_id)}:
        raise Invalid("accounts.no_hand_over", field="proof")
    if proof not in PROOFS:
        raise Invalid("accounts.proof_missing", field="proof")
    words = " ".join(words.split())
    if len(words) < SHORTEST_PROOF:
        raise Invalid("accounts.proof_words_missing", field="words")
    audit.record(actor, "accounts.reset_handed_over", "person", person_id, proof=proof, words=words[:500])
    outbox.emit(ResetHandedOver(person_id, secrets.token_hex(8)))
    return _signer(HANDED_OVER).dumps([person.id, _mark(person)])


def person_of_link(token: str) -> Person:
    """Whose link it is. Raises Invalid when used, older than an hour or tampered with, or the person is blocked."""
    try:
        person_id, mark = _read(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise Invalid("accounts.reset_link_dead") from error
    person = find_by_id(person_id)
    if person is None or person.blocked_at or person.closed_at or not secrets.compare_digest(mark, _mark(person)):
        raise Invalid("accounts.reset_link_dead")
    return person


def reset_password(token: str, password: str) -> int:
    """Set a new password by a link; every device is signed out. Returns the person's id. Raises Invalid."""
    lock_one(Person, person_of_link(token).id)
    person = person_of_link(token)  # looked at again, now that no one else can change it
    _set(person, password)
    end_all(person.id)
    forgive_tries(person)
    audit.record(Actor(person.id), "accounts.password_reset", "person", person.id)
    return person.id


def is_password_of(person_id: int, password: str) -> bool:
    """Did the person type their own password? Slow: ask outside a transaction."""
    person = find_by_id(person_id)
    return matches(person.password_hash if person else None, password)


def change_password(actor: Actor, person_id: int, password: str, token: str) -> None:
    """Set a new password (the current one was asked for) and sign out all other devices. Raises NotAllowed, Invalid."""
    if not can_change(actor, person_id):
        raise NotAllowed("accounts.not_yours")
    _set(lock_one(Person, person_id), password)
    end_all(person_id, but=token)
    audit.record(actor, "accounts.password_changed", "person", person_id)


def _set(person: Person, password: str) -> None:
    person.password_hash = hash_password(password, person.name, person.email, person.phone)
    outbox.emit(PasswordChanged(person.id, secrets.token_hex(8)))


def _read(token: str) -> tuple[int, str]:
    """Whose link, of either kind, each with its own time."""
    try:
        person_id, mark = _signer().loads(token, max_age=RESET_LINK_SECONDS)
    except BadSignature:
        person_id, mark = _signer(HANDED_OVER).loads(token, max_age=HANDED_OVER_SECONDS)
    return person_id, mark


def _signer(salt: str = "accounts.reset") -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(port(Config).secret_key, salt=salt)


def _mark(person: Person) -> str:
    """What changes with the password and tells nothing of it."""
    return hashlib.sha256(person.password_hash.encode()).hexdigest()[:16]
