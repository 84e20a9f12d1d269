"""Where people want goods brought."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.accounts.models import Address, Person
from marketplace.accounts.rules import MOST_ADDRESSES
from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.locks import lock_one
from marketplace.places import queries as places
from marketplace.places.rules import is_village


@dataclass(frozen=True)
class AddressDraft:
    """What somebody says about an address. The phone number is E.164; an empty postcode is taken from the village."""

    recipient: str
    phone: str
    street: str
    village_code: str
    rt_rw: str = ""
    postcode: str = ""
    landmark: str = ""


def save_address(actor: Actor, draft: AddressDraft, address_id: int | None = None) -> Address:
    """Keep a new address, or change one's own. The first one is the main one.

    Raises NotFound for somebody else's, Invalid for an unknown village or more than 20 addresses.
    """
    village = places.region(draft.village_code) if is_village(draft.village_code) else None
    if village is None:
        raise Invalid("accounts.village_unknown", field="village_code")
    address = _own(actor, address_id) if address_id else _new(actor)
    address.recipient, address.phone, address.street = draft.recipient, draft.phone, draft.street
    address.village_code, address.rt_rw, address.landmark = draft.village_code, draft.rt_rw, draft.landmark
    address.postcode = draft.postcode or village.postcode or ""
    db.session.add(address)
    db.session.flush()
    audit.record(actor, "accounts.address_saved", "address", address.id)
    return address


def _new(actor: Actor) -> Address:
    person_id = _lock_person(actor)
    count = db.session.scalar(sa.select(sa.func.count()).where(Address.person_id == person_id)) or 0
    if count >= MOST_ADDRESSES:
        raise Invalid("accounts.too_many_addresses")
    return Address(person_id=person_id, is_default=count == 0)


def own_address(actor: Actor, address_id: int) -> Address:
    """One of one's own addresses. Raises NotFound for somebody else's."""
    return _own(actor, address_id)


def _own(actor: Actor, address_id: int) -> Address:
    address = db.session.get(Address, address_id)
    if address is None or actor.person_id is None or address.person_id != actor.person_id:
        raise NotFound
    return address


def remove_address(actor: Actor, address_id: int) -> None:
    """Drop one of one's own addresses; if it was the main one, the oldest of the others becomes it. Raises NotFound."""
    person_id = _lock_person(actor)
    address = _own(actor, address_id)
    db.session.delete(address)
    db.session.flush()
    if address.is_default:
        following = sa.select(Address).where(Address.person_id == person_id).order_by(Address.id).limit(1)
        heir = db.session.scalar(following)
        if heir is not None:
            heir.is_default = True
    audit.record(actor, "accounts.address_removed", "address", address_id)


def make_default(actor: Actor, address_id: int) -> None:
    """Let one of one's own addresses be the main one. Raises NotFound."""
    person_id = _lock_person(actor)
    address = _own(actor, address_id)
    db.session.execute(sa.update(Address).where(Address.person_id == person_id).values(is_default=False))
    address.is_default = True
    audit.record(actor, "accounts.address_made_main", "address", address_id)


def _lock_person(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotFound
    return lock_one(Person, actor.person_id).id
