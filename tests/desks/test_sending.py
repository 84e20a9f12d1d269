"""How a shop sends: pick-up points, local couriers and postal services on one page."""

from __future__ import annotations

import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.actor import Grant, Role
from marketplace.core.db import transaction
from marketplace.desks.sharing import share_of
from marketplace.orders import services as orders
from marketplace.orders.queries import order_view
from marketplace.orders.rules import OrderStatus
from marketplace.shipping.models import StoreCourier
from marketplace.shipping.rules import DeliveryMethod
from tests import make
from tests.make import delivery

PAGE = "/penjual/toko/kiriman"


def test_local_couriers_and_the_post_are_chosen_on_one_page(client: FlaskClient, db: SQLAlchemy) -> None:
    with transaction():
        store, post, ojek = make.store(), delivery.courier(), delivery.ojek()
        elsewhere = delivery.ojek("Ojek Waingapu")
        delivery.fee(ojek.id)
        delivery.fee(elsewhere.id, from_code="53.11", to_code="53.11.01")
    make.sign_in_client(client, make.person("Ina", roles=[Grant(Role.STORE_OWNER, store.id)]))
    page = BeautifulSoup(client.get(f"{PAGE}?toko={store.id}").text, "html.parser")
    offered = [box["value"] for box in page.select("input[name=layanan]")]
    assert offered == [str(ojek.id), str(post.id)], "local ones first, and none from elsewhere"
    ticked = {"toko": str(store.id), "layanan": [str(ojek.id), str(elsewhere.id)]}
    assert client.post(PAGE, data=ticked).status_code == 303
    assert list(db.session.scalars(sa.select(StoreCourier.courier_id))) == [ojek.id]
    page = BeautifulSoup(client.get(f"{PAGE}?toko={store.id}").text, "html.parser")
    assert [box["value"] for box in page.select("input[name=layanan][checked]")] == [str(ojek.id)]
    assert "Ojek Oebobo" in client.get(f"/penjual/toko?toko={store.id}").text


def test_a_parcel_for_the_post_waits_for_its_number_on_the_orders_page(client: FlaskClient, db: SQLAlchemy) -> None:
    """Not under the link of a letter, whose one button could only be refused; nor do the digits matter then."""
    ina = make.person("Ina Rohi", email="ina.pos@example.id")
    with transaction():
        product = make.product(make.store("Dapur Mama Ina", owner=ina))
        order = make.orders_of(make.purchase([product], up_to=OrderStatus.PROCESSING, fee=7_000))[0]
        order.delivery_method, order.delivery_name = DeliveryMethod.POST, "Pos Contoh"
        link = f"/jawab/{make.answer_link(order, ina)}"
    page = client.get(link).text
    assert f"{link}/kesiapan" not in page
    assert f"/penjual/pesanan/{order.code}" in page
    with transaction():
        orders.send(make.actor_of(ina), order.id, "P2411000123456")
    found = order_view(order.id)
    assert found is not None
    share = share_of(*found)
    assert share is not None
    assert "P2411000123456" in share.text
    assert "Kode serah terima" not in share.text
