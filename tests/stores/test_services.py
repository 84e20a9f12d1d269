"""Who may change a store, and what of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.core import revision
from marketplace.core.actor import GUEST, SYSTEM, Actor, Grant, Role
from marketplace.core.audit import AuditEntry
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, NotFound
from marketplace.stores import queries, services
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus
from tests import make
from tests.make.stores import profile

CURATOR = Actor(2, "Ratna", frozenset({Grant(Role.CURATOR)}))


def owner_of(store_id: int) -> Actor:
    return Actor(1, "Ina", frozenset({Grant(Role.STORE_OWNER, store_id)}))


def staff_of(store_id: int) -> Actor:
    return Actor(3, "Dodi", frozenset({Grant(Role.STORE_STAFF, store_id)}))


@pytest.fixture
def store_id(db: SQLAlchemy) -> int:
    with transaction():
        return make.store("Dapur Mama Ina").id


def reload(store_id: int) -> Store:
    return queries.store(store_id)


def test_two_stores_of_one_name_have_two_addresses(db: SQLAlchemy) -> None:
    with transaction():
        slugs = [make.store(name).slug for name in ("Dapur Se’i Ina", "Dapur Se'i Ina", "Dapur Sei Ina")]
    assert slugs == ["dapur-sei-ina", "dapur-sei-ina-2", "dapur-sei-ina-3"]


def test_a_resident_cannot_open_a_store_for_somebody(db: SQLAlchemy) -> None:
    for actor in (GUEST, Actor(1, "Budi"), CURATOR):
        with pytest.raises(NotAllowed), transaction():
            services.create(actor, profile("Toko Budi"))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Store)) == 0


@pytest.mark.parametrize(
    ("field", "value"), [("name", "’’’"), ("nib", "123"), ("nib", "123456789012a"), ("village_code", "53.71"),
                         ("village_code", "53.71.04.9999")]
)  # fmt: skip
def test_a_profile_that_cannot_be_is_refused_at_its_field(db: SQLAlchemy, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refusal, transaction():
        services.create(SYSTEM, replace(profile("Toko Ina"), **{field: value}))
    assert refusal.value.field == field


def test_the_owner_changes_the_profile_and_the_address_stays(store_id: int) -> None:
    before = revision.current()
    with transaction():
        services.update_profile(owner_of(store_id), store_id, profile("Dapur Mama Ina & Anak", landmark="Pagar biru"))
    store = reload(store_id)
    assert (store.name, store.landmark, store.slug) == ("Dapur Mama Ina & Anak", "Pagar biru", "dapur-mama-ina")
    assert revision.current() == before + 1


def test_saving_the_same_profile_changes_nothing(store_id: int, db: SQLAlchemy) -> None:
    store, before = reload(store_id), revision.current()
    same = profile(store.name)
    with transaction():
        services.update_profile(owner_of(store_id), store_id, same)
    assert revision.current() == before
    assert not db.session.scalar(sa.select(AuditEntry).where(AuditEntry.action == "stores.profile_changed"))


def test_staff_and_strangers_leave_the_profile_as_it_was(store_id: int) -> None:
    for actor in (GUEST, CURATOR, staff_of(store_id), owner_of(store_id + 1)):
        with pytest.raises(NotAllowed), transaction():
            services.update_profile(actor, store_id, profile("Bukan milik saya"))
    assert reload(store_id).name == "Dapur Mama Ina"


def test_the_owner_pauses_and_reopens(store_id: int) -> None:
    for status in (StoreStatus.PAUSED, StoreStatus.OPEN):
        with transaction():
            services.set_status(owner_of(store_id), store_id, status)
        assert reload(store_id).status is status


def test_a_suspension_says_why_and_only_the_market_lifts_it(store_id: int) -> None:
    with pytest.raises(Invalid), transaction():
        services.set_status(CURATOR, store_id, StoreStatus.SUSPENDED, " ")
    with transaction():
        services.set_status(CURATOR, store_id, StoreStatus.SUSPENDED, "Izin dicabut")
    with pytest.raises(NotAllowed), transaction():
        services.set_status(owner_of(store_id), store_id, StoreStatus.OPEN)
    assert reload(store_id).status is StoreStatus.SUSPENDED
    with transaction():
        services.set_status(CURATOR, store_id, StoreStatus.OPEN)
    assert reload(store_id).status is StoreStatus.OPEN


def test_a_curator_does_not_pause_a_store_nor_suspend_her_own(store_id: int) -> None:
    with pytest.raises(NotAllowed), transaction():
        services.set_status(CURATOR, store_id, StoreStatus.PAUSED)
    own = Actor(2, "Ratna", frozenset({Grant(Role.CURATOR), Grant(Role.STORE_OWNER, store_id)}))
    with pytest.raises(NotAllowed), transaction():
        services.set_status(own, store_id, StoreStatus.SUSPENDED, "Menutupi jejak")
    assert reload(store_id).status is StoreStatus.OPEN


def test_a_store_that_is_not_there(db: SQLAlchemy) -> None:
    with pytest.raises(NotFound), transaction():
        services.update_profile(SYSTEM, 999, profile("Siapa"))
