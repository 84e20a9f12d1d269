"""Stores for tests."""

from __future__ import annotations

from itertools import count

from marketplace.accounts.models import Person, RoleGrant
from marketplace.core.actor import SYSTEM, Role
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.places.rules import FATULULI
from marketplace.stores import services
from marketplace.stores.models import Store
from marketplace.stores.rules import Profile

_numbers = count(1)


def profile(name: str = "", **more: object) -> Profile:
    """A store in Fatululi with a pickup counter."""
    base: dict[str, object] = {
        "name": name or f"Toko Uji {next(_numbers)}",
        "phone": "+6281234567890",
        "street": "Jalan Bajawa 12",
        "village_code": FATULULI,
        "nib": "1234567890123",
    }
    return Profile(**{**base, **more})  # type: ignore[arg-type]


def store(name: str = "", owner: Person | int | None = None, **more: object) -> Store:
    """An open store, owned by somebody if one is given. Call it inside `transaction()` or a rolled-back test."""
    made = services.create(SYSTEM, profile(name, **more))
    if owner is not None:
        person_id = owner if isinstance(owner, int) else owner.id
        db.session.add(RoleGrant(person_id=person_id, role=Role.STORE_OWNER, scope=made.id, granted_at=now()))
        db.session.flush()
    return made
