"""The letter that tells owners that a helper's price waits for them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.accounts.queries import actor_for
from marketplace.accounts.services import helping
from marketplace.catalog.models import PendingPrice, Product
from marketplace.catalog.services import pricing, variants
from marketplace.core import outbox
from marketplace.core.actor import Actor, Grant, Right, Role, village_scope
from marketplace.core.db import transaction
from marketplace.notifications.models import Message
from marketplace.stores.models import Store
from tests import make


@pytest.fixture
def ina(db: SQLAlchemy) -> Person:
    return make.person("Ina Rohi", email="ina@example.id")


@pytest.fixture
def shop(db: SQLAlchemy, ina: Person) -> Store:
    with transaction():
        made = make.store("Dapur Ina", ina)
    make.person("Dodi", email="dodi@example.id", roles=[Grant(Role.STORE_STAFF, made.id, frozenset(Right))])
    return made


@pytest.fixture
def goods(shop: Store) -> list[Product]:
    with transaction():
        return [make.product(shop, name, price=50_000) for name in ("Sambal", "Keripik")]


@pytest.fixture
def helper(db: SQLAlchemy, ina: Person, shop: Store) -> Actor:
    lurah = make.person("Lurah Fatululi", roles=[Grant(Role.FACILITATOR, village_scope(make.FATULULI))])
    token = make.sign_in(lurah)
    with transaction():
        asked = helping.ask(make.actor_of(ina), shop.id, make.FATULULI, lurah.id, 1, "foto")
        helping.begin(make.actor_of(lurah), asked.id, token)
    found = actor_for(token)
    assert found
    return found.actor


def _write(helper: Actor, product: Product, price: int) -> None:
    with transaction():
        variants.change_variant(helper, make.variant(product).id, price=price)


def _letters(db: SQLAlchemy) -> list[Message]:
    outbox.deliver_all()
    query = sa.select(Message).where(Message.key.startswith("catalog.price_waits")).order_by(Message.id)
    return list(db.session.scalars(query))


def test_each_owner_is_told_and_nobody_else(db: SQLAlchemy, shop: Store, goods: list[Product], helper: Actor) -> None:
    make.person("Yuli", email="yuli@example.id", roles=[Grant(Role.STORE_OWNER, shop.id)])
    _write(helper, goods[0], 70_000)
    letters = _letters(db)
    assert sorted(letter.recipient for letter in letters) == ["ina@example.id", "yuli@example.id"]
    for letter in letters:
        assert "Lurah Fatululi" in letter.body
        assert "Dapur Ina" in letter.body
        assert "http://localhost/penjual/harga-menunggu" in letter.body


def test_many_prices_are_one_letter_until_they_are_decided(
    db: SQLAlchemy, ina: Person, shop: Store, goods: list[Product], helper: Actor
) -> None:
    for product in goods:
        _write(helper, product, 70_000)
    assert len(_letters(db)) == 1
    _write(helper, goods[0], 75_000)
    assert len(_letters(db)) == 1
    with transaction():
        for row in pricing.waiting([shop.id]):
            pricing.withdraw(make.actor_of(ina), shop.id, row.id)
    _write(helper, goods[0], 80_000)
    assert len(_letters(db)) == 2


def test_what_was_decided_before_the_letter_is_not_told(
    db: SQLAlchemy, ina: Person, shop: Store, goods: list[Product], helper: Actor
) -> None:
    _write(helper, goods[0], 70_000)
    with transaction():
        pricing.withdraw(make.actor_of(ina), shop.id, pricing.waiting([shop.id])[0].id)
    assert _letters(db) == []


def test_what_still_waits_is_told_when_the_first_was_corrected(
    db: SQLAlchemy, goods: list[Product], helper: Actor
) -> None:
    """The first word is mended before its letter is written, while another price waits already."""
    _write(helper, goods[0], 70_000)
    _write(helper, goods[1], 60_000)
    _write(helper, goods[0], 71_000)
    assert len(_letters(db)) == 1


def test_the_owner_s_own_prices_write_no_letter(db: SQLAlchemy, ina: Person, goods: list[Product]) -> None:
    with transaction():
        variants.change_variant(make.actor_of(ina), make.variant(goods[0]).id, price=70_000)
    assert _letters(db) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PendingPrice)) == 0
