"""The way back in: one link, once, within the hour, and no word about whether there is an account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts import queries, services
from marketplace.accounts.models import Person
from marketplace.core.db import transaction
from marketplace.core.outbox import OutboxRow
from tests import make

NEW = "jagung bose enak sekali"
START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def budi(db: SQLAlchemy) -> Person:
    return make.person("Budi Lado", email="budi@example.id", phone="+6281234567890")


def link(person: Person) -> str:
    return f"/lupa-sandi/{services.reset_token(person.id)}"


def asked(db: SQLAlchemy) -> int:
    return db.session.scalar(sa.select(sa.func.count(OutboxRow.id)).where(OutboxRow.event == "PasswordResetAsked")) or 0


@pytest.mark.parametrize(
    ("typed", "letters"),
    [
        ("budi@example.id", 1),
        ("BUDI@example.id", 1),
        ("0812-3456-7890", 1),
        ("nobody@example.id", 0),
        ("0852-0000-0000", 0),
        ("bukan alamat", 0),
    ],
)
def test_the_answer_is_the_same_whether_or_not_there_is_an_account(
    client: FlaskClient, budi: Person, db: SQLAlchemy, typed: str, letters: int
) -> None:
    answer = client.post("/lupa-sandi", data={"email": typed})
    assert (answer.status_code, answer.location) == (303, "/lupa-sandi/terkirim")
    assert typed not in client.get(answer.location).text
    assert asked(db) == letters


def test_no_letter_for_somebody_blocked_or_without_an_address(
    client: FlaskClient, budi: Person, db: SQLAlchemy
) -> None:
    make.person("Ina Tuka", phone="+6285239994444")
    operator = make.actor_of(make.person(roles=[make.OPERATOR]))
    with transaction():
        services.block(operator, budi.id, "penipuan")
    for typed in ("budi@example.id", "0852 3999 4444"):
        assert client.post("/lupa-sandi", data={"email": typed}).status_code == 303
    assert asked(db) == 0


def test_three_letters_an_hour_are_enough(
    client: FlaskClient, budi: Person, db: SQLAlchemy, clock: time_machine.Traveller
) -> None:
    for _ in range(5):
        client.post("/lupa-sandi", data={"email": "budi@example.id"})
    assert asked(db) == 3
    clock.shift(timedelta(minutes=61))
    client.post("/lupa-sandi", data={"email": "budi@example.id"})
    assert asked(db) == 4


def test_the_link_sets_a_new_password_once_and_ends_every_sign_in(client: FlaskClient, budi: Person) -> None:
    lost = make.sign_in(budi)
    path = link(budi)
    assert client.get(path).status_code == 200
    assert client.post(path, data={"password": NEW}).status_code == 303
    assert queries.actor_for(lost) is None
    assert client.get("/akun").status_code == 200
    client.post("/keluar")
    assert client.get(path).status_code == 410
    assert client.post(path, data={"password": "kata sandi yang lain"}).status_code == 410
    assert client.post("/masuk", data={"email": "budi@example.id", "password": NEW}).status_code == 303


def test_changing_the_password_kills_the_link(client: FlaskClient, budi: Person) -> None:
    path = link(budi)
    token = make.sign_in(budi)
    actor = make.actor_of(budi)
    with transaction():
        services.change_password(actor, budi.id, NEW, token)
    assert client.get(path).status_code == 410


def test_the_link_dies_after_an_hour(client: FlaskClient, budi: Person, clock: time_machine.Traveller) -> None:
    path = link(budi)
    clock.shift(timedelta(minutes=59))
    assert client.get(path).status_code == 200
    clock.shift(timedelta(minutes=2))
    assert client.get(path).status_code == 410


def test_a_forged_link_opens_nothing(client: FlaskClient, budi: Person) -> None:
    good = link(budi)
    ina = make.person("Ina Tuka")
    body, _, signature = good.rpartition(".")
    other = "A" if signature[0] != "A" else "B"  # the last sign has bits that mean nothing
    foreign = link(ina).rpartition(".")[2]
    for path in (f"{body}.{other}{signature[1:]}", good + "x", "/lupa-sandi/x", f"{body}.{foreign}"):
        assert client.get(path).status_code == 410, path
        assert client.post(path, data={"password": NEW}).status_code == 410, path


def test_a_weak_password_leaves_the_link_good(client: FlaskClient, budi: Person) -> None:
    path = link(budi)
    assert client.post(path, data={"password": "budilado1"}).status_code == 422
    assert client.post(path, data={"password": NEW}).status_code == 303


def test_a_reset_opens_an_account_closed_by_wrong_tries(client: FlaskClient, budi: Person) -> None:
    for _ in range(11):
        answer = client.post("/masuk", data={"email": "budi@example.id", "password": "salah"})
    assert answer.status_code == 429
    client.post(link(budi), data={"password": NEW})
    client.post("/keluar")
    assert client.post("/masuk", data={"email": "budi@example.id", "password": NEW}).status_code == 303


def test_the_page_of_a_link_tells_no_other_site_where_it_is(client: FlaskClient, budi: Person) -> None:
    answer = client.get(link(budi))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-cache" in answer.headers["Cache-Control"]
    assert re.search(r"<form[^>]*method=\"post\"", answer.text)
