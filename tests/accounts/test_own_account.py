"""What somebody does with their own account: data, password, devices, and going away for good."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts import queries
from marketplace.accounts.models import Address, Person
from marketplace.checkout import services as checkout
from marketplace.checkout.rules import CartOwner
from marketplace.core.actor import Grant, Role
from marketplace.core.clock import now, travel
from marketplace.core.db import Base, transaction
from marketplace.notifications.handlers import empty_sent_messages
from marketplace.notifications.models import Message
from marketplace.notifications.services import mark_sent, write
from marketplace.orders.models import Purchase
from marketplace.orders.rules import OrderStatus
from tests import make

NEW = "jagung bose enak sekali"


@pytest.fixture
def budi(client: FlaskClient) -> Person:
    someone = make.person("Budi Lado", email="budi@example.id", phone="+6281234567890")
    make.sign_in_client(client, someone)
    return someone


def can_enter(client: FlaskClient, password: str) -> bool:
    return client.post("/masuk", data={"email": "budi@example.id", "password": password}).status_code == 303


# --- signing up ------------------------------------------------------------


def test_a_newcomer_is_in_at_once(client: FlaskClient) -> None:
    data = {"name": "  Budi   Lado ", "email": "0812-3456-7890", "password": NEW, "next": "/keranjang"}
    answer = client.post("/daftar", data=data)
    assert (answer.status_code, answer.location) == (303, "/keranjang")
    assert "Budi Lado" in client.get("/akun").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"email": "bukan alamat"},
        {"email": "12"},
        {"password": "pendek"},
        {"password": "password"},
        {"password": "BudiLado1"},
        {"email": "budi@example.id"},
        {"email": "BUDI@example.id"},
        {"email": "0812 3456 7890"},
    ],
)
def test_a_wrong_account_is_refused_and_nothing_is_lost(
    client: FlaskClient, db: SQLAlchemy, wrong: dict[str, str]
) -> None:
    make.person("Budi Lama", email="budi@example.id", phone="+6281234567890")
    data = {"name": "Budi Lado", "email": "lain@example.id", "password": NEW, **wrong}
    answer = client.post("/daftar", data=data)
    assert answer.status_code == 422
    assert data["name"] in answer.text
    assert NEW not in answer.text
    assert db.session.scalar(sa.select(sa.func.count(Person.id))) == 1


def test_no_role_can_be_brought_along(client: FlaskClient, db: SQLAlchemy) -> None:
    data = {"name": "Tamu", "email": "tamu@example.id", "password": NEW, "role": "operator", "is_operator": "1"}
    client.post("/daftar", data=data)
    assert client.get("/admin").status_code == 404


# --- password and devices --------------------------------------------------


def test_a_new_password_asks_for_the_old_one_and_ends_other_devices(client: FlaskClient, budi: Person) -> None:
    other = make.sign_in(budi, "Chrome, Android")
    wrong = client.post("/akun/keamanan", data={"current": "salah", "password": NEW})
    assert wrong.status_code == 422
    assert queries.actor_for(other) is not None
    assert client.post("/akun/keamanan", data={"current": make.PASSWORD, "password": "password"}).status_code == 422
    assert client.post("/akun/keamanan", data={"current": make.PASSWORD, "password": NEW}).status_code == 303
    assert queries.actor_for(other) is None
    assert client.get("/akun").status_code == 200
    client.post("/keluar")
    assert not can_enter(client, make.PASSWORD)
    assert can_enter(client, NEW)


def test_an_open_phone_is_no_way_to_guess_the_password(client: FlaskClient, budi: Person) -> None:
    for _ in range(10):
        assert client.post("/akun/keamanan", data={"current": "salah", "password": NEW}).status_code == 422
    assert client.post("/akun/keamanan", data={"current": make.PASSWORD, "password": NEW}).status_code == 429


def test_devices_are_listed_and_ended(client: FlaskClient, budi: Person) -> None:
    lost = make.sign_in(budi, "Chrome, Android")
    other = make.sign_in(budi, "Edge, Windows")
    page = client.get("/akun/keamanan").text
    assert "Chrome, Android" in page
    row = next(row for row in queries.sign_ins_of(budi.id) if row.device == "Chrome, Android")
    assert client.post(f"/akun/keamanan/perangkat/{row.id}/pengakhiran").status_code == 303
    assert queries.actor_for(lost) is None
    assert queries.actor_for(other) is not None
    assert client.post("/akun/keamanan/perangkat/pengakhiran").status_code == 303
    assert queries.actor_for(other) is None
    assert client.get("/akun").status_code == 200


def test_somebody_elses_device_does_not_exist(client: FlaskClient, budi: Person) -> None:
    ina = make.person("Ina Tuka")
    token = make.sign_in(ina)
    row = queries.sign_ins_of(ina.id)[0]
    assert client.post(f"/akun/keamanan/perangkat/{row.id}/pengakhiran").status_code == 404
    assert queries.actor_for(token) is not None


# --- profile ---------------------------------------------------------------


def test_data_are_corrected_at_once(client: FlaskClient, budi: Person, db: SQLAlchemy) -> None:
    data = {"name": "Budi Baru", "email": "BARU@example.id", "phone": "0852 3999 4444", "language": "en"}
    assert client.post("/akun/profil", data=data).status_code == 422
    assert client.post("/akun/profil", data={**data, "current": make.PASSWORD}).status_code == 303
    db.session.refresh(budi)
    assert (budi.name, budi.email, budi.phone, budi.language) == (
        "Budi Baru",
        "baru@example.id",
        "+6285239994444",
        "en",
    )


@pytest.mark.parametrize(
    "wrong", [{"email": "", "phone": ""}, {"email": "ina@example.id"}, {"name": ""}, {"language": "fr"}]
)
def test_a_wrong_correction_changes_nothing(
    client: FlaskClient, budi: Person, db: SQLAlchemy, wrong: dict[str, str]
) -> None:
    make.person("Ina Tuka", email="ina@example.id")
    data = {"name": "Budi", "email": "budi@example.id", "phone": "", "language": "id", "current": make.PASSWORD}
    assert client.post("/akun/profil", data={**data, **wrong}).status_code == 422
    db.session.refresh(budi)
    assert (budi.name, budi.email, budi.phone) == ("Budi Lado", "budi@example.id", "+6281234567890")


# --- one's own data --------------------------------------------------------


def test_the_copy_holds_what_is_ones_own_and_nobody_elses(client: FlaskClient, budi: Person) -> None:
    make.address(budi)
    ina = make.person("Ina Rahasia", email="ina@example.id", phone="+6285239994444")
    make.address(ina, recipient="Penerima Rahasia")
    with transaction():
        code = make.purchase([make.product()], buyer=budi).code
    answer = client.post("/akun/data/salinan")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    found = json.loads(answer.text)
    assert found["person"]["email"] == "budi@example.id"
    assert found["addresses"][0]["place"] == "Fatululi, Oebobo, Kota Kupang"
    assert [bought["code"] for bought in found["purchases"]] == [code]
    assert found["purchases"][0]["lines"]
    assert "acts" in found
    assert "Rahasia" not in answer.text
    assert "argon2" not in answer.text


def everything(db: SQLAlchemy) -> str:
    """All rows of all tables that may speak of people who buy, as text."""
    rows = []
    for table in Base.metadata.sorted_tables:
        if table.name not in ("regions", "stores"):
            rows += [f"{table.name}: {row}" for row in db.session.execute(sa.select(table))]
    return "\n".join(rows)


def test_a_closed_account_leaves_no_trace_of_the_person(client: FlaskClient, budi: Person, db: SQLAlchemy) -> None:
    make.address(budi)
    with transaction():
        purchase = make.purchase([make.product()], up_to=OrderStatus.DONE, buyer=budi)
        total = purchase.total
        checkout.add(CartOwner(person_id=budi.id), make.variant(make.live(make.product())).id, 1)
        write("test:1", "budi@example.id", "Halo Budi Lado", "Budi Lado yang baik")
    client.post("/akun/data/salinan")
    answer = client.post("/akun/data/penutupan", data={"current": make.PASSWORD, "agrees": "y"})
    assert (answer.status_code, answer.location) == (303, "/")
    kept = everything(db)
    for trace in ("Budi", "budi@example.id", "81234567890", "Lalamentik", "argon2id"):
        assert [line for line in kept.splitlines() if trace in line] == []
    assert db.session.scalars(sa.select(Purchase.total)).all() == [total]
    assert not can_enter(client, make.PASSWORD)
    assert client.get("/akun").status_code == 302
    assert make.person("Budi Lagi", email="budi@example.id").id != budi.id


@pytest.mark.parametrize("data", [{"current": "salah", "agrees": "y"}, {"current": make.PASSWORD}])
def test_an_account_is_not_closed_by_accident(
    client: FlaskClient, budi: Person, db: SQLAlchemy, data: dict[str, str]
) -> None:
    assert client.post("/akun/data/penutupan", data=data).status_code == 422
    db.session.refresh(budi)
    assert budi.closed_at is None


def test_who_still_waits_for_goods_cannot_go(client: FlaskClient, budi: Person, db: SQLAlchemy) -> None:
    with transaction():
        make.purchase([make.product()], buyer=budi)
    answer = client.post("/akun/data/penutupan", data={"current": make.PASSWORD, "agrees": "y"})
    assert answer.status_code == 422
    db.session.refresh(budi)
    assert budi.name == "Budi Lado"
    assert db.session.scalars(sa.select(Purchase.buyer_name)).all() == ["Budi Lado"]


@pytest.mark.parametrize("role", [Grant(Role.OPERATOR), Grant(Role.STORE_OWNER, 1)])
def test_who_holds_a_role_cannot_go(client: FlaskClient, db: SQLAlchemy, role: Grant) -> None:
    someone = make.person("Ina Tuka", roles=[role])
    make.sign_in_client(client, someone)
    answer = client.post("/akun/data/penutupan", data={"current": make.PASSWORD, "agrees": "y"})
    assert answer.status_code == 422
    db.session.refresh(someone)
    assert someone.closed_at is None


# --- addresses -------------------------------------------------------------

ADDRESS = {
    "recipient": "Mama Budi",
    "phone": "0812-3456-7890",
    "street": "Jl. W.J. Lalamentik 12",
    "regency_code": "53.71",
    "district_code": "53.71.04",
    "village_code": make.FATULULI,
    "rt_rw": "012/004",
    "postcode": "",
    "landmark": "seberang gereja",
}


def test_an_address_is_kept_with_the_postcode_of_its_village(client: FlaskClient, budi: Person) -> None:
    assert client.post("/akun/alamat/baru", data=ADDRESS).status_code == 303
    (row,) = queries.addresses_of(budi.id)
    assert (row.recipient, row.phone, row.postcode, row.landmark) == (
        "Mama Budi",
        "+6281234567890",
        "85111",
        "seberang gereja",
    )
    assert row.is_default
    assert "Mama Budi" in client.get("/akun/alamat").text
    assert client.get(f"/akun/alamat/{row.id}").status_code == 200


def test_a_new_address_begins_in_fatululi(client: FlaskClient, budi: Person) -> None:
    page = client.get("/akun/alamat/baru").text
    assert f'<option selected value="{make.FATULULI}">' in page
    assert 'value="85111"' in page
    assert 'value="Budi Lado"' in page


def test_regions_are_chosen_step_by_step_without_script(client: FlaskClient, budi: Person, db: SQLAlchemy) -> None:
    step = {**ADDRESS, "regency_code": "53.10", "langkah": "wilayah", "recipient": ""}
    page = client.post("/akun/alamat/baru", data=step)
    assert page.status_code == 200
    assert 'value="53.10.01"' in page.text  # a district of the regency chosen now
    assert 'value="53.71.04"' not in page.text
    assert "seberang gereja" in page.text  # what was typed is kept
    assert "field-error" not in page.text  # and nothing is judged
    assert db.session.scalar(sa.select(sa.func.count(Address.id))) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"recipient": ""},
        {"phone": "12"},
        {"street": ""},
        {"village_code": ""},
        {"village_code": "53.10.01.2001"},
        {"village_code": "53.71.04.9999"},
        {"district_code": "53.10.01"},
        {"postcode": "8511"},
        {"recipient": "x" * 121},
    ],
)
def test_a_wrong_address_is_refused(client: FlaskClient, budi: Person, db: SQLAlchemy, wrong: dict[str, str]) -> None:
    assert client.post("/akun/alamat/baru", data={**ADDRESS, **wrong}).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count(Address.id))) == 0


def test_another_becomes_the_main_one(client: FlaskClient, budi: Person) -> None:
    first, second = make.address(budi), make.address(budi, recipient="Kantor")
    client.post(f"/akun/alamat/{second.id}/utama")
    assert [row.id for row in queries.addresses_of(budi.id) if row.is_default] == [second.id]
    client.post(f"/akun/alamat/{second.id}/penghapusan")
    assert [(row.id, row.is_default) for row in queries.addresses_of(budi.id)] == [(first.id, True)]


def test_somebody_elses_address_does_not_exist(client: FlaskClient, budi: Person, db: SQLAlchemy) -> None:
    theirs = make.address(make.person("Ina Tuka"), recipient="Ina Tuka")
    path = f"/akun/alamat/{theirs.id}"
    assert client.get(path).status_code == 404
    for where in (path, f"{path}/utama", f"{path}/penghapusan"):
        assert client.post(where, data=ADDRESS).status_code == 404
    db.session.refresh(theirs)
    assert theirs.recipient == "Ina Tuka"


def test_there_are_twenty_addresses_at_most(client: FlaskClient, budi: Person, db: SQLAlchemy) -> None:
    for _ in range(20):
        make.address(budi)
    assert client.post("/akun/alamat/baru", data=ADDRESS).status_code == 422
    assert len(queries.addresses_of(budi.id)) == 20


def test_what_a_letter_said_is_kept_for_a_day(budi: Person, db: SQLAlchemy) -> None:
    with travel(now() - timedelta(hours=30)), transaction():
        write("test:1", "budi@demo.belintt.id", "Tautan", "https://example.id/lupa-sandi/kunci-rahasia")
        write("test:2", "budi@demo.belintt.id", "Tautan", "https://example.id/lupa-sandi/kunci-menunggu")
        mark_sent(db.session.scalars(sa.select(Message.id).where(Message.key == "test:1")).one())
    empty_sent_messages()
    kept = {row.key: row.body for row in db.session.execute(sa.select(Message.key, Message.body))}
    assert kept["test:1"] == ""
    assert "kunci-menunggu" in kept["test:2"]
