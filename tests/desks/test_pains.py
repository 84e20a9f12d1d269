"""What users of other markets complain of, where no other test proves it absent. The whole list: docs/tests.md."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person, RoleGrant
from marketplace.accounts.services import team
from marketplace.catalog import handlers as catalog
from marketplace.catalog.models import Product
from marketplace.catalog.services import products
from marketplace.core import outbox
from marketplace.core.actor import SYSTEM, Grant, Right, Role
from marketplace.core.clock import now
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.curation import services as curation
from marketplace.notifications.models import Message
from marketplace.orders.rules import OrderStatus
from marketplace.stores import services as stores
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus
from tests import make

S = OrderStatus


@pytest.fixture
def ina(db: SQLAlchemy) -> Person:
    return make.person("Ina Rohi", email="ina@example.id")


@pytest.fixture
def shop(db: SQLAlchemy, ina: Person) -> Store:
    with transaction():
        return make.store("Dapur Ina", ina)


# --- unsuspending publishes what nobody reviewed ----------------------------


def _suspended(shop: Store, is_so: bool) -> None:
    with transaction():
        if is_so:
            stores.set_status(SYSTEM, shop.id, StoreStatus.SUSPENDED, "Laporan pembeli")
        else:
            stores.set_status(SYSTEM, shop.id, StoreStatus.OPEN)


def test_a_shop_that_is_let_in_again_shows_only_what_was_reviewed(
    client: FlaskClient, db: SQLAlchemy, ina: Person, shop: Store
) -> None:
    """While it is suspended its owner writes new goods and new words, and hides something."""
    with transaction():
        seen = make.submission(shop, "Sambal Lama", composition="cabai")
        hidden = make.product(shop, "Bakul Tua")
    curator = make.actor_of(make.person("Ratna", roles=[Role.CURATOR]))
    with transaction():
        curation.pass_submission(curator, seen.id, {})
    old = db.session.get_one(Product, seen.product_id)
    _suspended(shop, True)
    actor = make.actor_of(ina)
    with transaction():
        words = make.draft("Sambal Ajaib Penyembuh", composition="cabai", certificate_ids=make.papers(shop))
        make.revise(old.id, words)
        fresh = make.submission(shop, "Sambal Baru").product_id
        products.hide(actor, hidden.id)
    assert client.get(f"/produk/{old.slug}").status_code == 404
    _suspended(shop, False)
    page = client.get(f"/produk/{old.slug}").text
    assert "Sambal Lama" in page
    assert "Penyembuh" not in page
    for product_id in (fresh, hidden.id):
        assert client.get(f"/produk/{db.session.get_one(Product, product_id).slug}").status_code == 404
    listed = client.get(f"/toko/{shop.slug}").text
    assert "Sambal Lama" in listed
    assert not re.search("Penyembuh|Sambal Baru|Bakul Tua", listed)


# --- a past order vanishes when a permission changes -------------------------


def _archived(shop: Store) -> None:
    for product_id in handle.session.scalars(sa.select(Product.id).where(Product.store_id == shop.id)).all():
        products.archive(SYSTEM, product_id)


CHANGES: dict[str, Callable[[Store], None]] = {
    "the goods are taken away": _archived,
    "the shop is suspended": lambda shop: stores.set_status(SYSTEM, shop.id, StoreStatus.SUSPENDED, "Laporan pembeli"),
    "the shop pauses": lambda shop: stores.set_status(SYSTEM, shop.id, StoreStatus.PAUSED),
}


@pytest.mark.parametrize("state", [S.WAITING, S.READY, S.DONE, S.DECLINED])
@pytest.mark.parametrize("change", CHANGES)
def test_an_order_outlives_what_happens_to_goods_and_shop(
    client: FlaskClient, db: SQLAlchemy, ina: Person, shop: Store, state: OrderStatus, change: str
) -> None:
    budi = make.person("Budi")
    with transaction():
        order = make.orders_of(make.purchase([make.product(shop, "Sambal")], buyer=budi, up_to=state))[0]
    code = order.code
    purchase = db.session.scalar(sa.text("SELECT code FROM purchases"))
    with transaction():
        CHANGES[change](shop)
    make.sign_in_client(client, budi)
    assert code in client.get(f"/pembelian/{purchase}").text
    assert str(purchase) in client.get("/pesanan").text
    make.sign_in_client(client, ina)
    assert client.get(f"/penjual/pesanan/{code}").status_code == 200
    assert code in client.get("/penjual/pesanan?keadaan=semua").text


def test_orders_stay_with_the_shop_whoever_works_there(
    client: FlaskClient, db: SQLAlchemy, ina: Person, shop: Store
) -> None:
    """Dodi took the order and left; Yuli, who came later, and Ina still read it, with what Dodi did."""
    dodi = make.person("Dodi", roles=[Grant(Role.STORE_STAFF, shop.id, frozenset({Right.ORDERS}))])
    with transaction():
        order = make.orders_of(make.purchase([make.product(shop, "Sambal")]))[0]
    make.sign_in_client(client, dodi)
    assert client.post(f"/penjual/pesanan/{order.code}/penerimaan").status_code == 303
    grant_id = db.session.scalars(sa.select(RoleGrant.id).where(RoleGrant.person_id == dodi.id)).one()
    with transaction():
        team.end(make.actor_of(ina), shop.id, grant_id)
    assert client.get(f"/penjual/pesanan/{order.code}").status_code == 404
    yuli = make.person("Yuli", roles=[Grant(Role.STORE_STAFF, shop.id, frozenset({Right.ORDERS}))])
    for reader in (ina, yuli):
        make.sign_in_client(client, reader)
        assert client.get(f"/penjual/pesanan/{order.code}").status_code == 200
        assert order.code in client.get("/penjual/pesanan?keadaan=semua").text


def test_an_order_stays_with_its_buyer_who_came_to_sell_or_judge(
    client: FlaskClient, db: SQLAlchemy, shop: Store
) -> None:
    budi = make.person("Budi")
    with transaction():
        purchase = make.purchase([make.product(shop, "Sambal")], buyer=budi, up_to=S.DONE)
    for role in (Grant(Role.STORE_OWNER, make.store("Kios Budi").id), Grant(Role.CURATOR), make.OPERATOR):
        with transaction():
            db.session.add(RoleGrant(person_id=budi.id, role=role.role, scope=role.scope, rights=[], granted_at=now()))
        make.sign_in_client(client, budi)
        assert client.get(f"/pembelian/{purchase.code}").status_code == 200
        assert purchase.code in client.get("/pesanan").text


# --- a seller is never told of an order --------------------------------------


def test_everybody_who_handles_orders_is_told_and_an_owner_without_mail_sees_it(
    client: FlaskClient, db: SQLAlchemy, ina: Person, shop: Store
) -> None:
    make.person("Dodi", email="dodi@example.id", roles=[Grant(Role.STORE_STAFF, shop.id, frozenset({Right.ORDERS}))])
    others = frozenset(Right) - {Right.ORDERS}
    make.person("Gudang", email="gudang@example.id", roles=[Grant(Role.STORE_STAFF, shop.id, others)])
    mama = make.person("Mama", phone="+6281111111111", roles=[Grant(Role.STORE_OWNER, shop.id)])
    with transaction():
        order = make.orders_of(make.purchase([make.product(shop, "Sambal")]))[0]
    outbox.deliver_all()
    query = sa.select(Message.recipient).where(Message.key.startswith("orders.shop_new_order:"))
    assert set(db.session.scalars(query)) == {"ina@example.id", "dodi@example.id"}
    make.sign_in_client(client, mama)
    assert order.code in client.get("/penjual").text


@pytest.mark.parametrize(("right", "key"), [(Right.STOCK, "catalog.low_stock:"), (Right.PRODUCTS, "curation.passed:")])
def test_letters_about_work_go_to_those_who_do_it(
    db: SQLAlchemy, ina: Person, shop: Store, right: Right, key: str
) -> None:
    make.person("Dodi", email="dodi@example.id", roles=[Grant(Role.STORE_STAFF, shop.id, frozenset({right}))])
    others = frozenset(Right) - {right}
    make.person("Yuli", email="yuli@example.id", roles=[Grant(Role.STORE_STAFF, shop.id, others)])
    curator = make.actor_of(make.person("Ratna", roles=[Role.CURATOR]))
    with transaction():
        make.purchase([make.product(shop, "Bakul", on_hand=10)], quantity=9)
        curation.pass_submission(curator, make.submission(shop, "Sambal", composition="cabai").id, {})
    catalog.warn_of_low_stock()
    outbox.deliver_all()
    query = sa.select(Message.recipient).where(Message.key.startswith(key))
    assert set(db.session.scalars(query)) == {"ina@example.id", "dodi@example.id"}
