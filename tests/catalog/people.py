"""Who acts in these tests."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.accounts.models import Person
from marketplace.core.actor import Actor, Grant, Role
from marketplace.core.db import transaction
from tests import make


@dataclass(frozen=True)
class Shop:
    """Ina and her store."""

    id: int
    owner: Person
    ina: Actor


def shop(name: str = "Dapur Mama Ina", owner: str = "Ina Bere") -> Shop:
    """A store with its owner."""
    with transaction():
        store_id = make.store(name).id
    person = make.person(owner, roles=[Grant(Role.STORE_OWNER, store_id)])
    return Shop(store_id, person, make.actor_of(person))
