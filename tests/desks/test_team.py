"""The owner's own matters: team, help, the code before money moves and before a helper's price holds."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Assistance, OneTimeCode, Person
from marketplace.accounts.queries import actor_for
from marketplace.accounts.services import codes, helping
from marketplace.catalog.models import PendingPrice
from marketplace.catalog.rules import MovementKind
from marketplace.catalog.services import products, stock, variants
from marketplace.core.actor import Actor, Grant, Role, village_scope
from marketplace.core.db import transaction
from marketplace.orders import services as orders
from marketplace.stores.models import BankAccount, Invitation, Store
from marketplace.stores.services import team
from tests import make

BANK = {"bank": "bank-ntt", "number": "0123 4567 89", "holder": "Ina Rohi"}


@pytest.fixture
def ina(db: SQLAlchemy) -> Person:
    return make.person("Ina Rohi")


@pytest.fixture
def shop(db: SQLAlchemy, ina: Person) -> Store:
    with transaction():
        return make.store("Dapur Ina", ina)


def _code(db: SQLAlchemy) -> str:
    """The code of the letter that was asked for last."""
    newest = db.session.scalars(sa.select(OneTimeCode.id).order_by(OneTimeCode.id.desc())).first()
    with transaction():
        issued = codes.issue(newest or 0)
    assert issued
    return issued[1]


def _help(db: SQLAlchemy, ina: Person, shop: Store) -> tuple[Person, Assistance]:
    lurah = make.person("Lurah", roles=[Grant(Role.FACILITATOR, village_scope(make.FATULULI))])
    with transaction():
        asked = helping.ask(make.actor_of(ina), shop.id, make.FATULULI, lurah.id, 1, "foto")
    return lurah, asked


def test_an_invitation_is_good_once(client: FlaskClient, db: SQLAlchemy, ina: Person, shop: Store) -> None:
    make.sign_in_client(client, ina)
    client.post("/penjual/tim/undangan", data={"contact": "anak@example.id", "rights": ["orders"]})
    path = team.path_of(db.session.scalars(sa.select(Invitation.id)).one())
    assert path in client.get("/penjual/tim").text
    make.sign_in_client(client, make.person("Anak", email="anak@example.id"))
    assert client.post(path).status_code == 303
    assert client.get("/penjual/pesanan").status_code == 200
    assert client.get("/penjual/stok").status_code == 404
    make.sign_in_client(client, make.person("Orang Lain"))
    assert client.post(path).status_code == 410


def test_the_bank_account_needs_a_code_for_exactly_this_account(
    client: FlaskClient, db: SQLAlchemy, ina: Person, shop: Store
) -> None:
    make.sign_in_client(client, ina)
    client.post("/penjual/toko/rekening", data={**BANK, "langkah": "kode"})
    code = _code(db)
    other = {**BANK, "number": "99999", "code": code, "langkah": "simpan"}
    assert client.post("/penjual/toko/rekening", data=other).status_code == 422
    saved = {**BANK, "code": code, "langkah": "simpan"}
    assert client.post("/penjual/toko/rekening", data=saved).status_code == 303
    assert client.post("/penjual/toko/rekening", data=saved).status_code == 422
    row = db.session.scalars(sa.select(BankAccount)).one()
    assert "0123456789" not in row.number
    assert row.last_digits == "6789"


def test_a_helper_s_price_waits_for_the_owner_s_code(
    client: FlaskClient, db: SQLAlchemy, ina: Person, shop: Store
) -> None:
    with transaction():
        product = make.product(shop, price=50_000)
        variant_id = make.variant(product).id
    lurah, asked = _help(db, ina, shop)
    make.sign_in_client(client, lurah)
    assert client.get("/penjual").status_code == 404
    client.post(f"/pendamping/{asked.id}/mulai")
    assert "Anda membantu Dapur Ina" in client.get("/penjual").text
    form = {"price": "70000", "weight": "500", "on_hand": "10", "seen_on_hand": "10", "name": ""}
    address = f"/penjual/produk/{product.id}/varian/{variant_id}"
    client.post(address, data={f"v{variant_id}-{key}": value for key, value in form.items()})
    assert make.variant(product).price == 50_000
    assert db.session.scalars(sa.select(PendingPrice.price)).one() == 70_000
    make.sign_in_client(client, ina)
    page = client.get("/penjual/harga-menunggu").text
    seen = page.split('name="lihat" value="')[1].split('"')[0]
    client.post("/penjual/harga-menunggu", data={"langkah": "kode"})
    wrong = client.post("/penjual/harga-menunggu", data={"lihat": seen, "code": "x"})
    assert wrong.status_code == 422
    client.post("/penjual/harga-menunggu", data={"lihat": seen, "code": _code(db)})
    assert make.variant(product).price == 70_000


def test_a_helper_s_new_variant_is_not_sold_before(db: SQLAlchemy, ina: Person, shop: Store) -> None:
    with transaction():
        product = make.product(shop)
    lurah, asked = _help(db, ina, shop)
    token = make.sign_in(lurah)
    with transaction():
        helping.begin(make.actor_of(lurah), asked.id, token)
    actor = _present(token)
    added = variants.add_variant(actor, product.id, make.form(price=1, name="Besar"))
    assert not added.is_active


def test_help_ends_at_once(client: FlaskClient, db: SQLAlchemy, ina: Person, shop: Store) -> None:
    lurah, asked = _help(db, ina, shop)
    make.sign_in_client(client, lurah)
    client.post(f"/pendamping/{asked.id}/mulai")
    assert client.get("/penjual/produk").status_code == 200
    assert client.get("/penjual/tim").status_code == 404
    with transaction():
        helping.end(make.actor_of(ina), asked.id)
    assert client.get("/penjual/produk").status_code == 404


def _present(token: str) -> Actor:

    found = actor_for(token)
    assert found
    return found.actor


def test_what_a_helper_did_is_marked_as_theirs(client: FlaskClient, db: SQLAlchemy, ina: Person, shop: Store) -> None:
    lurah, helped = _help(db, ina, shop)
    with transaction():
        product = make.product(shop.id, "Sambal")
        first, second = (make.orders_of(make.purchase([product]))[0] for _ in range(2))
    token = make.sign_in(lurah)
    with transaction():
        helping.begin(make.actor_of(lurah), helped.id, token)
    helper = _present(token)
    with transaction():
        orders.accept(helper, first.id)
        orders.accept(make.actor_of(ina), second.id)
        stock.record_movements(helper, MovementKind.RECEIVED, {make.variant(product).id: 4})
        products.revise(helper, product.id, make.draft("Sambal Baru"))
    make.sign_in_client(client, ina)
    said = f"dibantu oleh {lurah.name}"
    for path, times in (
        (f"/penjual/pesanan/{first.code}", 1),
        (f"/penjual/pesanan/{second.code}", 0),
        (f"/penjual/stok/{make.variant(product).id}", 1),
        (f"/penjual/produk/{product.id}", 1),
    ):
        assert client.get(path).text.count(said) == times, path
    purchase = client.get(f"/pembelian/{first.code}")
    assert lurah.name not in purchase.text
