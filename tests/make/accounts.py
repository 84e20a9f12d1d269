"""People: Ina sells, Budi buys, Ratna curates, Tamu is nobody."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import count

from flask.testing import FlaskClient

from marketplace.accounts import services
from marketplace.accounts.models import Address, Person, RoleGrant
from marketplace.accounts.queries import grants_of
from marketplace.accounts.services.passwords import HASHER
from marketplace.core.actor import Actor, Grant, Right, Role
from marketplace.core.clock import now
from marketplace.core.db import db, transaction
from marketplace.places.rules import FATULULI as FATULULI

PASSWORD = "beli-ntt-demo"
OPERATOR = Grant(Role.OPERATOR)
_numbers = count(1)


@cache
def _password_hash() -> str:
    return HASHER.hash(PASSWORD)


def person(
    name: str = "Budi Lado", *, email: str | None = None, phone: str | None = None, roles: Iterable[Grant | Role] = ()
) -> Person:
    """Somebody with an account and `PASSWORD`; an e-mail address of their own is made up when nothing is given."""
    if email is None and phone is None:
        email = f"{name.split()[0].lower()}.{next(_numbers)}@example.id"
    with transaction():
        made = Person(
            name=name, email=email, phone=phone, password_hash=_password_hash(), language="id", created_at=now()
        )
        db.session.add(made)
        db.session.flush()
        for role in roles:
            held = role if isinstance(role, Grant) else Grant(role)
            row = RoleGrant(
                person_id=made.id, role=held.role, scope=held.scope, rights=sorted(held.rights), granted_at=now()
            )
            db.session.add(row)
    return made


def actor_of(someone: Person) -> Actor:
    """The person with the roles held now."""
    grants = frozenset(Grant(row.role, row.scope, frozenset(map(Right, row.rights))) for row in grants_of(someone.id))
    return Actor(someone.id, someone.name, grants)


def sign_in(someone: Person, device: str = "Firefox") -> str:
    """A sign-in of the person; returns its token."""
    with transaction():
        return services.open_for(someone.id, device)


def sign_in_client(client: FlaskClient, someone: Person) -> str:
    """Let the client's next requests be the person's; returns the token."""
    token = sign_in(someone)
    with client.session_transaction() as session:
        session["_user_id"] = token
    return token


def address(someone: Person, *, recipient: str = "Budi Lado", village_code: str = FATULULI) -> Address:
    """An address of the person in Fatululi."""
    draft = services.AddressDraft(
        recipient=recipient, phone="+6281234567890", street="Jl. W.J. Lalamentik 12", village_code=village_code
    )
    with transaction():
        return services.save_address(actor_of(someone), draft)
