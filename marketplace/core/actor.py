"""Who acts: passed to every service and policy as an argument."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a person may be granted: a store role for one store, a facilitator's for one village, a
    runner's for one round, others for the market.

    A helper is a facilitator who acts for a store that asked for it, for a time.
    """

    OPERATOR = "operator"
    CURATOR = "curator"
    HEAD_CURATOR = "head_curator"
    STORE_OWNER = "store_owner"
    STORE_STAFF = "store_staff"
    STORE_HELPER = "store_helper"
    FACILITATOR = "facilitator"
    RUNNER = "runner"


STORE_ROLES = frozenset({Role.STORE_OWNER, Role.STORE_STAFF, Role.STORE_HELPER})


class Right(StrEnum):
    """What somebody may do in a store. The owner may everything."""

    ORDERS = "orders"
    PRODUCTS = "products"
    PRICES = "prices"
    STOCK = "stock"
    MONEY = "money"
    SHOP = "shop"


STAFF_RIGHTS = frozenset({Right.ORDERS, Right.PRODUCTS, Right.PRICES, Right.STOCK})
"""What staff may when nothing else was chosen."""
HELPER_RIGHTS = frozenset({Right.ORDERS, Right.PRODUCTS, Right.PRICES, Right.STOCK, Right.SHOP})


@dataclass(frozen=True)
class Grant:
    """A role, and the store it is for (0: the whole market). `rights` are what staff were given in the store."""

    role: Role
    scope: int = 0
    rights: frozenset[Right] = field(default=STAFF_RIGHTS, compare=False)


@dataclass(frozen=True)
class Helping:
    """The help by which somebody acts for a store now; it holds until that instant."""

    assistance_id: int
    store_id: int
    until: datetime


@dataclass(frozen=True)
class Actor:
    """A person, a guest (no id), or the market itself (`SYSTEM`). `via` says how she came when it was by no sign-in."""

    person_id: int | None = None
    name: str = ""
    grants: frozenset[Grant] = frozenset()
    is_system: bool = False
    helping: Helping | None = None
    via: str = ""

    @property
    def is_signed_in(self) -> bool:
        return self.person_id is not None

    @property
    def store_ids(self) -> tuple[int, ...]:
        """The stores this person works for, in id order."""
        return tuple(sorted({grant.scope for grant in self.grants if grant.role in STORE_ROLES}))

    @property
    def owned_store_ids(self) -> tuple[int, ...]:
        """The stores this person owns, in id order."""
        return tuple(sorted({grant.scope for grant in self.grants if grant.role is Role.STORE_OWNER}))

    def stores_with(self, *rights: Right) -> tuple[int, ...]:
        """The stores in which this person may do one of these things, in id order."""
        return tuple(store for store in self.store_ids if any(self.may(right, store) for right in rights))

    def may_anywhere(self, *rights: Right) -> bool:
        """Is there a store in which this person may do one of these things?"""
        return bool(self.stores_with(*rights))

    @property
    def is_facilitator(self) -> bool:
        return any(grant.role is Role.FACILITATOR for grant in self.grants)

    @property
    def is_seller(self) -> bool:
        return bool(self.store_ids)

    @property
    def is_curator(self) -> bool:
        return self.has(Role.CURATOR) or self.has(Role.HEAD_CURATOR)

    @property
    def is_operator(self) -> bool:
        return self.has(Role.OPERATOR)

    @property
    def is_runner(self) -> bool:
        return bool(self.round_ids)

    @property
    def round_ids(self) -> tuple[int, ...]:
        """The collection rounds this person runs, in id order."""
        return tuple(sorted(grant.scope for grant in self.grants if grant.role is Role.RUNNER))

    def has(self, role: Role, scope: int = 0) -> bool:
        return Grant(role, scope) in self.grants

    def works_for(self, store_id: int) -> bool:
        return store_id in self.store_ids

    def may(self, right: Right, store_id: int) -> bool:
        """May this be done in the store? Policies ask it."""
        return self.is_system or any(
            right in _rights_of(grant) for grant in self.grants if grant.role in STORE_ROLES and grant.scope == store_id
        )

    def owns(self, store_id: int) -> bool:
        return self.has(Role.STORE_OWNER, store_id)


def _rights_of(grant: Grant) -> frozenset[Right]:
    if grant.role is Role.STORE_OWNER:
        return frozenset(Right)
    return HELPER_RIGHTS if grant.role is Role.STORE_HELPER else grant.rights


def village_scope(village_code: str) -> int:
    """The scope of a facilitator's role: the digits of the village's code ('53.71.04.1011' -> 5371041011)."""
    return int(village_code.replace(".", ""))


GUEST = Actor()
SYSTEM = Actor(name="Sistem", is_system=True)
