"""Closing an account: the person goes, the records of sales stay (PP 80/2019: ten years) without them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.accounts import queries
from marketplace.accounts.models import Address, OneTimeCode, Person, SignIn
from marketplace.accounts.policies import can_change
from marketplace.accounts.services import codes
from marketplace.accounts.services.sign_ins import forgive_tries
from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed
from marketplace.core.locks import lock_one


@dataclass(frozen=True)
class Leaving:
    """Somebody who goes, and by what other areas may still know them."""

    person_id: int
    email: str | None
    phone: str | None


Forget = Callable[[Leaving], None]
_forgetters: list[Forget] = []


def register(forget: Forget) -> None:
    """Let an area above drop what it knows of somebody who goes, in the same transaction. Only app.py calls this.

    `forget` raises Invalid when the person cannot go yet.
    """
    if forget not in _forgetters:
        _forgetters.append(forget)


def close_account(actor: Actor, person_id: int) -> None:
    """Make one's own account nobody's: name, contacts, password, addresses and devices are gone.

    Raises NotAllowed for somebody else's, Invalid while the person holds a role (a shop must not lose its owner
    unseen, nor the market its last operator) or another area still needs them.
    """
    if not can_change(actor, person_id):
        raise NotAllowed("accounts.not_yours")
    person = lock_one(Person, person_id)
    if queries.grants_of(person_id):
        raise Invalid("accounts.holds_roles")
    for forget in _forgetters:
        forget(Leaving(person_id, person.email, person.phone))
    forgive_tries(person)
    codes.forget(person_id)
    db.session.execute(sa.delete(OneTimeCode).where(OneTimeCode.person_id == person_id))
    person.name, person.email, person.phone, person.password_hash = "", None, None, ""
    person.closed_at = now()
    db.session.execute(sa.delete(Address).where(Address.person_id == person_id))
    db.session.execute(sa.delete(SignIn).where(SignIn.person_id == person_id))
    audit.record(actor, "accounts.closed", "person", person_id)
