"""Signing in and out: by address or number, throttled, revocable, and deaf to what an attacker prepared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from werkzeug.test import TestResponse

from marketplace.accounts import queries, services
from marketplace.accounts.models import Person, SignIn, SignInTry
from marketplace.core.audit import AuditEntry
from marketplace.core.db import transaction
from tests import make

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def enter(client: FlaskClient, identifier: str, password: str = make.PASSWORD, **more: str) -> TestResponse:
    return client.post("/masuk", data={"email": identifier, "password": password, **more})


def is_in(client: FlaskClient) -> bool:
    return client.get("/akun").status_code == 200


def actions(db: SQLAlchemy) -> list[str]:
    return list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.mark.parametrize("typed", ["budi@example.id", " Budi@Example.ID ", "0812-3456-7890", "+62 812 3456 7890"])
def test_by_address_or_number_however_it_is_typed(client: FlaskClient, typed: str) -> None:
    make.person(email="budi@example.id", phone="+6281234567890")
    answer = enter(client, typed)
    assert (answer.status_code, answer.location) == (303, "/akun")
    assert is_in(client)


def test_only_the_hash_of_the_token_is_kept(client: FlaskClient, db: SQLAlchemy) -> None:
    make.person(email="budi@example.id")
    enter(client, "budi@example.id")
    with client.session_transaction() as session:
        token = session["_user_id"]
    row = db.session.scalars(sa.select(SignIn)).one()
    assert row.token_hash == queries.token_hash(token)
    assert len(token) >= 43


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(client: FlaskClient, db: SQLAlchemy) -> None:
    make.person(email="budi@example.id")
    blocked = make.person(email="tamu@example.id")
    operator = make.actor_of(make.person(roles=[make.OPERATOR]))
    with transaction():
        services.block(operator, blocked.id, "penipuan")
    answers = [
        enter(client, "budi@example.id", "bukan kata sandinya"),
        enter(client, "nobody@example.id", "bukan kata sandinya"),
        enter(client, "tamu@example.id"),
        enter(client, "bukan alamat", "bukan kata sandinya"),
    ]
    typed = ["budi@example.id", "nobody@example.id", "tamu@example.id", "bukan alamat"]
    pages = {
        re.sub(r'name="csrf_token" value="[^"]*"', "", answer.text).replace(word, "X")
        for answer, word in zip(answers, typed, strict=True)
    }
    assert {answer.status_code for answer in answers} == {422}
    assert len(pages) == 1
    assert actions(db).count("accounts.sign_in_refused") == 4
    assert not is_in(client)


def test_the_work_is_the_same_for_an_unknown_account(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, db: SQLAlchemy
) -> None:
    make.person(email="budi@example.id")
    checked: list[bool] = []

    def note(known: str | None, _password: str) -> bool:
        checked.append(known is not None)
        return False

    monkeypatch.setattr("marketplace.accounts.services.sign_ins.matches", note)
    enter(client, "budi@example.id")
    enter(client, "nobody@example.id")
    assert checked == [True, False]


def test_ten_wrong_tries_close_the_account_for_a_quarter_of_an_hour(
    client: FlaskClient, clock: time_machine.Traveller
) -> None:
    make.person(email="budi@example.id", phone="+6281234567890")
    for _ in range(5):
        assert enter(client, "budi@example.id", "salah").status_code == 422
        assert enter(client, "0812-3456-7890", "salah").status_code == 422
    answer = enter(client, "budi@example.id")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    clock.shift(timedelta(minutes=15))
    assert enter(client, "budi@example.id").status_code == 303


def test_refused_tries_do_not_keep_the_owner_out_for_longer(client: FlaskClient, clock: time_machine.Traveller) -> None:
    make.person(email="budi@example.id")
    for _ in range(10):
        enter(client, "budi@example.id", "salah")
    clock.shift(timedelta(minutes=14))
    for _ in range(5):
        assert enter(client, "budi@example.id", "salah").status_code == 429
    clock.shift(timedelta(minutes=1))
    assert enter(client, "budi@example.id").status_code == 303


def test_an_unknown_account_is_throttled_in_the_same_way(client: FlaskClient, clock: time_machine.Traveller) -> None:
    for _ in range(10):
        assert enter(client, "nobody@example.id", "salah").status_code == 422
    assert enter(client, "nobody@example.id", "salah").status_code == 429


def test_fifty_wrong_tries_close_an_address(client: FlaskClient, clock: time_machine.Traveller) -> None:
    make.person(email="budi@example.id")
    for number in range(50):
        assert enter(client, f"nobody{number}@example.id", "salah").status_code == 422
    assert enter(client, "budi@example.id").status_code == 429
    other = client.post(
        "/masuk",
        data={"email": "budi@example.id", "password": make.PASSWORD},
        environ_base={"REMOTE_ADDR": "10.0.0.9"},
    )
    assert other.status_code == 303


def test_right_passwords_do_not_count(client: FlaskClient) -> None:
    make.person(email="budi@example.id")
    for _ in range(11):
        assert enter(client, "budi@example.id").status_code == 303
        client.post("/keluar")


def test_nothing_that_was_typed_is_kept(client: FlaskClient, db: SQLAlchemy) -> None:
    enter(client, "0812-9999-0000", "rahasia sekali")
    row = db.session.scalars(sa.select(SignInTry)).one()
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    kept = f"{vars(row)} {vars(entry)}"
    assert "9999" not in kept
    assert "rahasia" not in kept
    assert "127.0.0.1" not in kept


def test_a_session_prepared_by_somebody_else_is_dropped_but_the_cart_stays(client: FlaskClient) -> None:
    make.person(email="budi@example.id")
    client.get("/masuk")
    with client.session_transaction() as session:
        session["cart"] = "basket"
        session["planted"] = "by an attacker"
        session["csrf_token"] = "known to an attacker"
    enter(client, "budi@example.id")
    with client.session_transaction() as session:
        assert session["cart"] == "basket"
        assert "planted" not in session
        assert session.get("csrf_token") != "known to an attacker"


def test_each_sign_in_has_its_own_token(client: FlaskClient, app: object) -> None:
    make.person(email="budi@example.id")
    tokens = set()
    for _ in range(2):
        enter(client, "budi@example.id")
        with client.session_transaction() as session:
            tokens.add(session["_user_id"])
        client.post("/keluar")
    assert len(tokens) == 2


def test_signing_out_kills_the_old_cookie(client: FlaskClient) -> None:
    make.person(email="budi@example.id")
    enter(client, "budi@example.id")
    cookie = client.get_cookie("belintt")
    assert cookie is not None
    client.post("/keluar")
    client.set_cookie("belintt", cookie.value)
    assert not is_in(client)


def test_a_blocked_person_is_out_at_once(client: FlaskClient) -> None:
    budi = make.person()
    make.sign_in_client(client, budi)
    assert is_in(client)
    operator = make.actor_of(make.person(roles=[make.OPERATOR]))
    with transaction():
        services.block(operator, budi.id, "penipuan")
    assert not is_in(client)
    with transaction():
        services.unblock(operator, budi.id)
    assert not is_in(client)  # signs in anew
    assert budi.email is not None
    assert enter(client, budi.email).status_code == 303


def test_a_sign_in_ends_after_thirty_idle_days(client: FlaskClient, clock: time_machine.Traveller) -> None:
    make.sign_in_client(client, make.person())
    clock.shift(timedelta(days=29))
    assert is_in(client)
    clock.shift(timedelta(days=29))
    assert is_in(client)
    clock.shift(timedelta(days=30))
    assert not is_in(client)


def test_no_sign_in_lasts_longer_than_ninety_days(client: FlaskClient, clock: time_machine.Traveller) -> None:
    make.sign_in_client(client, make.person())
    for _ in range(4):
        clock.shift(timedelta(days=20))
        assert is_in(client)
    clock.shift(timedelta(days=10))
    assert not is_in(client)


def test_use_is_noted_every_ten_minutes_at_most(
    client: FlaskClient, clock: time_machine.Traveller, db: SQLAlchemy
) -> None:
    make.sign_in_client(client, make.person())

    def seen() -> datetime:
        return db.session.scalars(sa.select(SignIn.seen_at)).one()

    clock.shift(timedelta(minutes=9))
    client.get("/akun")
    assert seen() == START
    clock.shift(timedelta(minutes=1))
    client.get("/akun")
    assert seen() == START + timedelta(minutes=10)


def test_a_visitor_costs_one_statement_beside_the_cart_badge(client: FlaskClient, db: SQLAlchemy) -> None:
    make.sign_in_client(client, make.person(roles=[make.OPERATOR]))
    statements: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        statements.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        client.get("/akun/data")
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    assert len([statement for statement in statements if "sign_ins" in statement]) == 1
    asked = [statement for statement in statements if statement.startswith("SELECT")]
    assert len([statement for statement in asked if "cart_lines" not in statement]) == 1


OUTSIDE = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/%09//evil.example\n",
    "evil.example",
    "@evil.example",
    " //evil.example",
]


@pytest.mark.parametrize("target", OUTSIDE)
def test_nobody_is_led_elsewhere(client: FlaskClient, target: str) -> None:
    make.person(email="budi@example.id")
    answer = enter(client, "budi@example.id", next=target)
    assert answer.status_code == 303
    assert answer.location == "/akun" or answer.location.startswith("/%09//evil")
    assert client.get("/masuk", query_string={"next": target}).location == "/akun"


def test_back_to_where_one_was(client: FlaskClient) -> None:
    make.person(email="budi@example.id")
    asked = client.get("/akun/alamat?x=1")
    assert asked.location == "/masuk?next=/akun/alamat?x%3D1"
    assert 'value="/akun/alamat?x=1"' in client.get(asked.location).text
    assert enter(client, "budi@example.id", next="/akun/alamat?x=1").location == "/akun/alamat?x=1"


def test_a_person_costs_no_name_in_the_trail(client: FlaskClient, db: SQLAlchemy) -> None:
    person = make.person("Budi Lado", email="budi@example.id")
    enter(client, "budi@example.id")
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.person_id, entry.actor_name, entry.action) == (person.id, "", "accounts.signed_in")


def test_old_tries_and_sign_ins_are_forgotten(
    client: FlaskClient, db: SQLAlchemy, clock: time_machine.Traveller
) -> None:
    make.person(email="budi@example.id")
    enter(client, "budi@example.id", "salah")
    enter(client, "budi@example.id")
    clock.shift(timedelta(days=181))
    with transaction():
        services.forget_old()
    assert db.session.scalar(sa.select(sa.func.count(SignInTry.id))) == 0
    assert db.session.scalar(sa.select(sa.func.count(SignIn.id))) == 0
    assert db.session.scalar(sa.select(sa.func.count(Person.id))) == 1
