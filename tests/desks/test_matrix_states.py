"""The matrix goes on: shops that are not open, and the facilitator's own page.

A shop that waits to be opened, or was suspended, is prepared and looked after by its owner; nothing that she sends
opens it, and nothing of it is public.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Assistance, SignIn
from marketplace.catalog.models import Product, Variant
from marketplace.core.db import transaction
from marketplace.stores.models import Store
from marketplace.stores.rules import HIDDEN, StoreStatus
from marketplace.web.limits import limiter
from tests import make
from tests.desks.test_matrix import VISITORS, Shop, _address, _dump, _enter, _routes, shops

__all__ = ["shops"]  # a fixture
LEAVES = {"seller_team.leave", "seller_team.end"}
"""What ends the owner's own work there; it is looked at by tests of its own."""


def _close(db: SQLAlchemy, shop: Shop, status: StoreStatus) -> None:
    with transaction():
        db.session.get_one(Store, shop.store.id).status = status


@pytest.mark.parametrize("status", HIDDEN)
def test_the_owner_of_a_shop_that_is_not_open_keeps_her_desk(
    client: FlaskClient, db: SQLAlchemy, shops: tuple[Shop, Shop], status: StoreStatus
) -> None:
    ina, _ = shops
    _close(db, ina, status)
    make.sign_in_client(client, ina.owner)
    answers = {
        rule.rule: client.get(_address(rule, ina)).status_code
        for rule, method, _view in _routes(client)
        if method == "GET" and not rule.rule.endswith(FILES)
    }
    follows = {"/penjual/toko/profil": 409} if status is StoreStatus.PENDING else {}
    assert {path: code for path, code in answers.items() if code not in (200, 302, 303)} == follows


FILES = ("/berkas", "/kemajuan", "<string:kind>", "/album/<string:key>/<int:picture_id>", "<int:import_id>", "/foto")
"""Files and parts of pages, of which the example has none."""


@pytest.mark.parametrize("status", HIDDEN)
def test_nothing_she_sends_opens_it(
    client: FlaskClient, db: SQLAlchemy, shops: tuple[Shop, Shop], status: StoreStatus
) -> None:
    ina, yuli = shops
    _close(db, ina, status)
    product = db.session.get_one(Product, ina.things["product_id"])
    make.sign_in_client(client, ina.owner)
    data = {"toko": str(ina.store.id), "buka": "1", "status": "open", "tampil": "1", "aksi": "tampilkan"}
    failed = []
    for rule, method, _view in _routes(client):
        if method == "GET" or rule.endpoint in LEAVES:
            continue
        limiter.reset()
        answer = client.open(_address(rule, ina), method=method, data=data, headers=make.TUS)
        failed += [f"{method} {rule.rule}: {answer.status_code}"] if answer.status_code >= 500 else []
    assert failed == []
    assert db.session.get_one(Store, ina.store.id).status is status
    guest = client.application.test_client()
    assert guest.get(f"/produk/{product.slug}").status_code == 404
    assert guest.get(f"/toko/{ina.store.slug}").status_code == 404
    for page in ("/", "/produk", "/toko"):
        assert f"Barang {ina.store.name}" not in guest.get(page).text
        assert ina.store.name not in guest.get(page).text
    variant = db.session.scalars(sa.select(Variant).where(Variant.product_id == product.id)).first()
    assert variant
    guest.post("/keranjang", data={"variant_id": variant.id, "quantity": 1})
    assert f"Barang {ina.store.name}" not in guest.get("/keranjang").text
    assert yuli.store.name in guest.get("/toko").text + guest.get("/").text, "another shop is still to be seen"


# --- the facilitator's page -------------------------------------------------


@pytest.mark.parametrize("who", VISITORS)
def test_the_facilitator_s_page_is_for_facilitators_and_their_own_help(
    client: FlaskClient, db: SQLAlchemy, shops: tuple[Shop, Shop], who: str
) -> None:
    ina, yuli = shops
    visitor = VISITORS[who](db, ina, yuli)
    _enter(client, db, visitor)
    asked_of_others = [shop.things["assistance_id"] for shop in shops]
    paths = [f"/pendamping/{each}/{act}" for each in asked_of_others for act in ("mulai", "pengakhiran")]
    before, acting = _dump(db), _acting(db)
    codes = {client.post(path).status_code for path in paths}
    is_facilitator = "helper" in who
    codes_of_list = client.get("/pendamping").status_code
    if visitor.person is None:
        assert (codes, codes_of_list) == ({302}, 302)
    else:
        assert (codes, codes_of_list) == ({404}, 200 if is_facilitator else 404)
    assert _dump(db) == before
    assert _acting(db) == acting
    open_ones = db.session.scalars(sa.select(Assistance.id).where(Assistance.ended_at.is_(None))).all()
    assert set(asked_of_others) <= set(open_ones)


def _acting(db: SQLAlchemy) -> list[tuple[int, int | None]]:
    """By which sign-in somebody acts for whom."""
    return [tuple(row) for row in db.session.execute(sa.select(SignIn.id, SignIn.assistance_id).order_by(SignIn.id))]
