"""Wrong one-time codes: counted for who types them, whatever device they use and however many codes they ask for."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Assistance, OneTimeCode, Person
from marketplace.accounts.rules import CODE_MINUTES, CODE_TRIES, CODES_PER_HOUR, TRY_WINDOW
from marketplace.accounts.services import codes, helping
from marketplace.accounts.services.codes import Purpose
from marketplace.catalog.models import Product
from marketplace.catalog.services import variants
from marketplace.core.actor import Grant, Helping, Role, village_scope
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, TooMany
from marketplace.stores.models import Store
from tests import make

BANK = {"bank": "bank-ntt", "number": "0123 4567 89", "holder": "Ina Rohi"}
PRICES = "/penjual/harga-menunggu"


@pytest.fixture
def ina(db: SQLAlchemy) -> Person:
    return make.person("Ina Rohi")


@pytest.fixture
def shop(db: SQLAlchemy, ina: Person) -> Store:
    with transaction():
        return make.store("Dapur Ina", ina)


@pytest.fixture
def product(db: SQLAlchemy, shop: Store) -> Product:
    with transaction():
        return make.product(shop, price=50_000)


@pytest.fixture
def lurah(db: SQLAlchemy) -> Person:
    return make.person("Lurah", roles=[Grant(Role.FACILITATOR, village_scope(make.FATULULI))])


@pytest.fixture
def help_(db: SQLAlchemy, ina: Person, shop: Store, lurah: Person, product: Product) -> Assistance:
    """Help under way, and a price of the helper's that waits."""
    with transaction():
        made = helping.ask(make.actor_of(ina), shop.id, make.FATULULI, lurah.id, 7, "foto")
    lurahs = make.actor_of(lurah)
    helper = type(lurahs)(
        lurah.id,
        lurah.name,
        lurahs.grants | {Grant(Role.STORE_HELPER, shop.id)},
        helping=Helping(made.id, shop.id, made.until),
    )
    with transaction():
        variants.change_variant(helper, make.variant(product).id, price=70_000)
    return made


def _code(db: SQLAlchemy) -> str:
    """The code of the letter that was asked for last."""
    newest = db.session.scalars(sa.select(OneTimeCode.id).order_by(OneTimeCode.id.desc())).first()
    with transaction():
        issued = codes.issue(newest or 0)
    assert issued
    return issued[1]


def _ask(client: FlaskClient) -> None:
    assert client.post(PRICES, data={"langkah": "kode"}).status_code == 303


def _type(client: FlaskClient, code: str) -> int:
    seen = client.get(PRICES).text.split('name="lihat" value="')[1].split('"')[0]
    return client.post(PRICES, data={"lihat": seen, "code": code}).status_code


def _enter(client: FlaskClient, lurah: Person, help_: Assistance) -> None:
    make.sign_in_client(client, lurah)
    client.post(f"/pendamping/{help_.id}/mulai")


def test_what_a_helper_types_wrong_does_not_lock_the_owner_out(
    client: FlaskClient, db: SQLAlchemy, ina: Person, lurah: Person, help_: Assistance, product: Product
) -> None:
    _enter(client, lurah, help_)
    _ask(client)
    assert [_type(client, "x") for _ in range(CODE_TRIES + 1)] == [422] * CODE_TRIES + [429]
    make.sign_in_client(client, ina)
    _ask(client)
    assert _type(client, _code(db)) == 303
    assert make.variant(product).price == 70_000


def test_what_the_owner_types_wrong_is_not_the_helper_s(
    client: FlaskClient, db: SQLAlchemy, ina: Person, lurah: Person, help_: Assistance
) -> None:
    make.sign_in_client(client, ina)
    assert [_type(client, "x") for _ in range(CODE_TRIES + 1)] == [422] * CODE_TRIES + [429]
    _enter(client, lurah, help_)
    assert _type(client, "x") == 422


def test_a_second_device_does_not_begin_to_count_anew(
    client: FlaskClient, db: SQLAlchemy, ina: Person, help_: Assistance
) -> None:
    for _ in range(CODE_TRIES):
        make.sign_in_client(client, ina)  # another device each time
        assert _type(client, "x") == 422
    make.sign_in_client(client, ina)
    assert _type(client, "x") == 429


def test_a_helper_s_second_device_and_second_help_count_on(
    client: FlaskClient, db: SQLAlchemy, ina: Person, shop: Store, lurah: Person, help_: Assistance
) -> None:
    for _ in range(CODE_TRIES):
        _enter(client, lurah, help_)
        assert _type(client, "x") == 422
    with transaction():
        helping.end(make.actor_of(ina), help_.id)
        again = helping.ask(make.actor_of(ina), shop.id, make.FATULULI, lurah.id, 1, "harga")
    _enter(client, lurah, again)
    assert _type(client, "x") == 429


def test_a_new_code_does_not_begin_to_count_anew(
    client: FlaskClient, db: SQLAlchemy, ina: Person, help_: Assistance, product: Product
) -> None:
    make.sign_in_client(client, ina)
    for _ in range(CODE_TRIES):
        _ask(client)
        assert _type(client, "x") == 422
    _ask(client)
    right = _code(db)
    assert _type(client, right) == 429, "not even the right one, before the time is over"
    assert make.variant(product).price == 50_000
    with travel(now() + TRY_WINDOW + timedelta(seconds=1)):
        make.sign_in_client(client, ina)
        assert _type(client, right) == 422, "by then the letter is too old"
        assert timedelta(minutes=CODE_MINUTES) < TRY_WINDOW


def test_one_purpose_is_not_a_way_round_the_other(
    client: FlaskClient, db: SQLAlchemy, ina: Person, help_: Assistance
) -> None:
    make.sign_in_client(client, ina)
    bank = {**BANK, "code": "x", "langkah": "simpan"}
    for _ in range(CODE_TRIES):
        assert client.post("/penjual/toko/rekening", data=bank).status_code == 422
    assert _type(client, "x") == 429


def test_a_code_that_was_guessed_at_is_dead_for_everybody(db: SQLAlchemy, ina: Person, lurah: Person) -> None:
    """Many askers cannot share out the million between them: the code counts too."""
    owner = make.actor_of(ina)
    with transaction():
        codes.ask(owner, Purpose.PRICES, "h")
    right = _code(db)
    for _ in range(CODE_TRIES):
        with transaction():
            assert isinstance(codes.use(owner, Purpose.PRICES, "h", "x", make.actor_of(lurah)), Invalid)
    with transaction():
        assert isinstance(codes.use(owner, Purpose.PRICES, "h", right), Invalid)


def test_a_right_code_does_not_wipe_the_wrong_ones_out(db: SQLAlchemy, ina: Person) -> None:
    owner = make.actor_of(ina)
    with transaction():
        codes.ask(owner, Purpose.PRICES, "h")
    right = _code(db)
    for typed in ["x"] * (CODE_TRIES - 1) + [right, "x"]:
        with transaction():
            codes.use(owner, Purpose.PRICES, "h", typed)
    with pytest.raises(TooMany):
        codes.use(owner, Purpose.PRICES, "h", "x")


def test_letters_with_codes_are_counted(client: FlaskClient, db: SQLAlchemy, ina: Person, help_: Assistance) -> None:
    make.sign_in_client(client, ina)
    for _ in range(CODES_PER_HOUR):
        _ask(client)
    make.sign_in_client(client, ina)
    answer = client.post(PRICES, data={"langkah": "kode"})
    assert answer.status_code == 429
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OneTimeCode)) == CODES_PER_HOUR
