"""Who acts: passed to every service and policy as an argument."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may be granted. A store role is granted for one store, the others for the whole market."""

    OPERATOR = "operator"
    CURATOR = "curator"
    HEAD_CURATOR = "head_curator"
    STORE_OWNER = "store_owner"
    STORE_STAFF = "store_staff"


STORE_ROLES = frozenset({Role.STORE_OWNER, Role.STORE_STAFF})


@dataclass(frozen=True)
class Grant:
    """A role, and the store it is for (0: the whole market)."""

    role: Role
    scope: int = 0


@dataclass(frozen=True)
class Actor:
    """A person, a guest (no id), or the market itself (`SYSTEM`)."""

    person_id: int | None = None
    name: str = ""
    grants: frozenset[Grant] = frozenset()
    is_system: bool = False

    @property
    def is_signed_in(self) -> bool:
        return self.person_id is not None

    @property
    def store_ids(self) -> tuple[int, ...]:
        """The stores this person works for, in id order."""
        return tuple(sorted({grant.scope for grant in self.grants if grant.role in STORE_ROLES}))

    @property
    def is_seller(self) -> bool:
        return bool(self.store_ids)

    @property
    def is_curator(self) -> bool:
        return self.has(Role.CURATOR) or self.has(Role.HEAD_CURATOR)

    @property
    def is_operator(self) -> bool:
        return self.has(Role.OPERATOR)

    def has(self, role: Role, scope: int = 0) -> bool:
        return Grant(role, scope) in self.grants

    def works_for(self, store_id: int) -> bool:
        return store_id in self.store_ids

    def owns(self, store_id: int) -> bool:
        return self.has(Role.STORE_OWNER, store_id)


GUEST = Actor()
SYSTEM = Actor(name="Sistem", is_system=True)
