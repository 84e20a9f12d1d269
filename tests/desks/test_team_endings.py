"""How work for a shop ends or never begins: leaving, refusals of an invitation, rights withdrawn, time that is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Assistance, Person
from marketplace.accounts.queries import grants_of, team_of
from marketplace.accounts.services import helping
from marketplace.core.actor import Grant, Right, Role, village_scope
from marketplace.core.audit import AuditEntry
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from marketplace.stores.models import Invitation, Store
from marketplace.stores.services import team
from tests import make

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ina(db: SQLAlchemy) -> Person:
    return make.person("Ina Rohi")


@pytest.fixture
def shop(db: SQLAlchemy, ina: Person) -> Store:
    with transaction():
        return make.store("Dapur Ina", ina)


@pytest.fixture
def dodi(shop: Store) -> Person:
    return make.person("Dodi", roles=[Grant(Role.STORE_STAFF, shop.id, frozenset({Right.ORDERS}))])


@pytest.fixture
def order(db: SQLAlchemy, shop: Store) -> Order:
    """An order that waits for an answer."""
    with transaction():
        return make.orders_of(make.purchase([make.product(shop, "Sambal")]))[0]


def _acts(db: SQLAlchemy, action: str) -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == action)) or 0


def _status(db: SQLAlchemy, order: Order) -> OrderStatus:
    return db.session.get_one(Order, order.id).status


# --- leaving ---------------------------------------------------------------


def test_staff_leave_by_themselves(client: FlaskClient, db: SQLAlchemy, shop: Store, dodi: Person) -> None:
    make.sign_in_client(client, dodi)
    assert 'action="/penjual/tim/keluar"' in client.get("/penjual/toko").text
    answer = client.post("/penjual/tim/keluar", data={"toko": shop.id})
    assert (answer.status_code, answer.location) == (303, "/akun")
    assert "Anda sudah keluar dari tim." in client.get("/akun").text
    assert client.get("/penjual").status_code == 404
    assert [row.name for row in team_of(shop.id)] == ["Ina Rohi"]
    assert client.post("/penjual/tim/keluar", data={"toko": shop.id}).status_code == 404, "the second click"
    assert _acts(db, "accounts.team_left") == 1


def test_the_last_owner_stays(client: FlaskClient, shop: Store, ina: Person, dodi: Person) -> None:
    make.sign_in_client(client, ina)
    client.post("/penjual/tim/keluar", data={"toko": shop.id})
    assert "Toko harus punya setidaknya satu pemilik." in client.get("/penjual/tim").text
    yuli = make.person("Yuli", roles=[Grant(Role.STORE_OWNER, shop.id)])
    client.post("/penjual/tim/keluar", data={"toko": shop.id})
    assert client.get("/penjual").status_code == 404
    assert {row.person_id for row in team_of(shop.id)} == {yuli.id, dodi.id}


@pytest.mark.parametrize("said", ["", "0", "x", "999999"])
def test_nobody_leaves_what_they_are_not_in(client: FlaskClient, shop: Store, dodi: Person, said: str) -> None:
    other = make.store("Tenun Yuli", make.person("Yuli"))
    make.sign_in_client(client, dodi)
    for store in (said, str(other.id)):
        assert client.post("/penjual/tim/keluar", data={"toko": store}).status_code == 404
    assert len(team_of(shop.id)) == 2


# --- an invitation that is refused ----------------------------------------


@pytest.fixture
def asked(db: SQLAlchemy, ina: Person, shop: Store) -> Invitation:
    with transaction():
        return team.invite(make.actor_of(ina), shop.id, "anak@example.id", [Right.ORDERS])


def _nobody_joined(shop: Store) -> bool:
    return [row.name for row in team_of(shop.id)] == ["Ina Rohi"]


def test_an_invitation_is_not_for_whoever_finds_it(client: FlaskClient, shop: Store, asked: Invitation) -> None:
    path = team.path_of(asked.id)
    make.sign_in_client(client, make.person("Orang Lain"))
    page = client.get(path).text
    assert "Terima undangan" not in page
    answer = client.post(path)
    assert (answer.status_code, answer.location) == (303, path)
    assert "anak@example.id" in client.get(path).text
    assert _nobody_joined(shop)
    make.sign_in_client(client, make.person("Anak", email="anak@example.id"))
    assert client.post(path).status_code == 303, "it is still good for whom it was made"
    assert not _nobody_joined(shop)


def test_a_guest_is_asked_to_sign_in_first(client: FlaskClient, shop: Store, asked: Invitation) -> None:
    path = team.path_of(asked.id)
    assert "Masuk dan terima" in client.get(path).text
    answer = client.post(path)
    assert answer.status_code == 302
    assert "/masuk" in answer.location
    assert _nobody_joined(shop)


def test_an_invitation_that_was_withdrawn_is_dead(
    client: FlaskClient, ina: Person, shop: Store, asked: Invitation
) -> None:
    path = team.path_of(asked.id)
    make.sign_in_client(client, ina)
    address = f"/penjual/tim/undangan/{asked.id}/penarikan"
    assert [client.post(address).status_code for _ in range(2)] == [303, 303]
    assert path not in client.get("/penjual/tim").text
    make.sign_in_client(client, make.person("Anak", email="anak@example.id"))
    assert [client.get(path).status_code, client.post(path).status_code] == [410, 410]
    assert _nobody_joined(shop)


def test_an_invitation_ends_after_a_week(client: FlaskClient, shop: Store, asked: Invitation) -> None:
    path = team.path_of(asked.id)
    anak = make.person("Anak", email="anak@example.id")
    with travel(asked.expires_at - MINUTE):
        make.sign_in_client(client, anak)
        assert client.get(path).status_code == 200
    with travel(asked.expires_at):
        assert [client.get(path).status_code, client.post(path).status_code] == [410, 410]
    assert _nobody_joined(shop)


def test_who_is_in_the_team_already_keeps_the_rights_held(
    client: FlaskClient, ina: Person, shop: Store, asked: Invitation
) -> None:
    anak = make.person("Anak", email="anak@example.id", roles=[Grant(Role.STORE_STAFF, shop.id, frozenset(Right))])
    make.sign_in_client(client, anak)
    assert client.post(team.path_of(asked.id)).location == "/penjual"
    assert "Anda sudah anggota tim toko ini." in client.get("/penjual").text
    assert [set(row.rights) for row in grants_of(anak.id)] == [set(Right)]


@pytest.mark.parametrize("token", ["x", "MQ", "MQ.x", "eyJpZCI6MX0.abc"])
def test_a_forged_invitation_opens_nothing(client: FlaskClient, shop: Store, asked: Invitation, token: str) -> None:
    make.sign_in_client(client, make.person("Anak", email="anak@example.id"))
    assert client.get(f"/undangan/{token}").status_code == 410
    assert client.post(f"/undangan/{token}").status_code == 410
    assert _nobody_joined(shop)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"contact": "", "rights": ["orders"]}, "contact"),
        ({"contact": "bukan alamat", "rights": ["orders"]}, "contact"),
        ({"contact": "anak@example.id"}, "rights"),
        ({"contact": "anak@example.id", "rights": ["owner"]}, "rights"),
    ],
)
def test_a_bad_invitation_says_where(
    client: FlaskClient, db: SQLAlchemy, ina: Person, shop: Store, data: dict[str, str], words: str
) -> None:
    make.sign_in_client(client, ina)
    answer = client.post("/penjual/tim/undangan", data=data)
    assert answer.status_code == 422
    marked = BeautifulSoup(answer.text, "html.parser").select_one(f"#{words}-galat")
    assert marked is not None
    assert data["contact"] in answer.text, "what was typed stays"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation)) == 0


# --- rights that were withdrawn while a page was open ----------------------


def test_a_right_that_was_withdrawn_is_gone_at_the_next_click(
    client: FlaskClient, db: SQLAlchemy, ina: Person, shop: Store, dodi: Person, order: Order
) -> None:
    token = make.sign_in_client(client, dodi)
    assert client.get(f"/penjual/pesanan/{order.code}").status_code == 200
    (held,) = grants_of(dodi.id)
    make.sign_in_client(client, ina)
    client.post(f"/penjual/tim/anggota/{held.id}/hak", data={"toko": shop.id, "rights": ["products"]})
    with client.session_transaction() as session:
        session["_user_id"] = token  # the phone on which the page is still open
    assert client.post(f"/penjual/pesanan/{order.code}/penerimaan").status_code == 404
    assert _status(db, order) is OrderStatus.WAITING
    assert client.get("/penjual/produk").status_code == 200
    make.sign_in_client(client, ina)
    assert client.post(f"/penjual/pesanan/{order.code}/penerimaan").status_code == 303, "the address is a real one"


def test_whose_work_was_ended_changes_nothing_more(
    client: FlaskClient, db: SQLAlchemy, ina: Person, shop: Store, dodi: Person, order: Order
) -> None:
    token = make.sign_in_client(client, dodi)
    assert client.get(f"/penjual/pesanan/{order.code}").status_code == 200
    (held,) = grants_of(dodi.id)
    make.sign_in_client(client, ina)
    address = f"/penjual/tim/anggota/{held.id}/pengakhiran"
    assert client.post(address, data={"toko": shop.id}).status_code == 303
    assert client.post(address, data={"toko": shop.id}).status_code == 404, "a second tab"
    with client.session_transaction() as session:
        session["_user_id"] = token
    for path, data in (
        (f"/penjual/pesanan/{order.code}/penerimaan", {}),
        (f"/penjual/pesanan/{order.code}/penolakan", {"reason": "Bahan sedang habis"}),
        ("/penjual/tim/keluar", {"toko": str(shop.id)}),
    ):
        assert client.post(path, data=data).status_code == 404, path
    assert _status(db, order) is OrderStatus.WAITING
    assert client.get("/akun").status_code == 200, "her own account stays hers"


# --- help for a time -------------------------------------------------------


@pytest.fixture
def lurah(db: SQLAlchemy) -> Person:
    return make.person("Lurah", roles=[Grant(Role.FACILITATOR, village_scope(make.FATULULI))])


@pytest.fixture
def help_(db: SQLAlchemy, ina: Person, shop: Store, lurah: Person) -> Assistance:
    with transaction():
        return helping.ask(make.actor_of(ina), shop.id, make.FATULULI, lurah.id, 1, "foto")


def test_help_ends_at_its_minute_and_not_at_the_next_sign_in(
    client: FlaskClient, db: SQLAlchemy, lurah: Person, help_: Assistance, order: Order
) -> None:
    until = help_.until
    make.sign_in_client(client, lurah)
    client.post(f"/pendamping/{help_.id}/mulai")
    with travel(until - MINUTE):
        assert client.get(f"/penjual/pesanan/{order.code}").status_code == 200
    with travel(until):
        assert client.post(f"/penjual/pesanan/{order.code}/penerimaan").status_code == 404
        assert client.get("/penjual").status_code == 404
        assert client.post(f"/pendamping/{help_.id}/mulai").status_code == 404
        page = client.get("/pendamping")
        assert page.status_code == 200, "the sign-in itself goes on"
        assert "Dapur Ina" not in page.text
    assert _status(db, order) is OrderStatus.WAITING


@pytest.mark.parametrize("by", ["owner", "helper", "office"])
def test_help_that_was_ended_leaves_no_second_phone_behind(
    client: FlaskClient,
    db: SQLAlchemy,
    ina: Person,
    shop: Store,
    lurah: Person,
    help_: Assistance,
    order: Order,
    by: str,
) -> None:
    phones = []
    for _ in range(2):
        phones.append(make.sign_in_client(client, lurah))
        client.post(f"/pendamping/{help_.id}/mulai")
        assert client.get("/penjual/produk").status_code == 200
    if by == "owner":
        make.sign_in_client(client, ina)
        client.post(f"/penjual/tim/bantuan/{help_.id}/pengakhiran", data={"toko": shop.id})
    elif by == "helper":
        client.post(f"/pendamping/{help_.id}/pengakhiran")
    else:
        operator = make.person("Admin", roles=[make.OPERATOR])
        make.sign_in_client(client, operator)
        (held,) = grants_of(lurah.id)
        client.post(f"/admin/orang/{lurah.id}/peran/{held.id}/pencabutan")
    for phone in phones:
        with client.session_transaction() as session:
            session["_user_id"] = phone
        assert client.post(f"/penjual/pesanan/{order.code}/penerimaan").status_code == 404
        assert client.get("/penjual/produk").status_code == 404
    assert _status(db, order) is OrderStatus.WAITING


def test_help_cannot_be_prolonged_by_whoever_helps(
    client: FlaskClient, db: SQLAlchemy, shop: Store, lurah: Person, help_: Assistance
) -> None:
    make.sign_in_client(client, lurah)
    client.post(f"/pendamping/{help_.id}/mulai")
    data = {"toko": shop.id, "facilitator": lurah.id, "days": 30, "purpose": "lagi"}
    assert client.post("/penjual/tim/bantuan", data=data).status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Assistance)) == 1
    assert now() < db.session.get_one(Assistance, help_.id).until
