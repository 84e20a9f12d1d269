"""Buying with a pick-up point or by post: what was seen is what is bought, and the order keeps it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.core.actor import SYSTEM, Grant, Role
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Purchase
from marketplace.orders.rules import OrderStatus
from marketplace.orders.services.steps import move
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from marketplace.receipts.queries import facts as receipt_facts
from marketplace.shipping import services
from marketplace.shipping.models import Courier, PickupPoint
from marketplace.shipping.rules import DeliveryMethod
from tests import make
from tests.cardmarket import plugged
from tests.checkout.counter import filled
from tests.checkout.till import Till
from tests.make import delivery

Market = tuple[Product, PickupPoint, Courier, int]


@pytest.fixture
def market(app: Flask, db: SQLAlchemy) -> Iterator[Market]:
    """Honey of 600 g (two jars are bought) from a shop that sends by post for Rp9.000 a kilogram; a point; a till."""
    with transaction():
        honey = make.product(make.store(), "Madu", price=90_000, weight=600)
        point, courier = delivery.point(), delivery.courier()
        rate = delivery.rate(courier.id)
        services.choose_couriers(SYSTEM, honey.store_id, [courier.id])
    with plugged(app, Providers([Cash(), Till()])):
        yield honey, point, courier, rate.id


def sent(client: FlaskClient, market: Market, way: str, **more: str) -> dict[str, str]:
    form = filled(client, [market[0]], street="Jalan Lalamentik 3", **more)
    return {**form, f"delivery-{market[0].store_id}": way}


def the_order(db: SQLAlchemy) -> Order | None:
    return db.session.scalars(sa.select(Order)).one_or_none()


def test_a_point_is_chosen_and_kept_as_it_was(client: FlaskClient, db: SQLAlchemy, market: Market) -> None:
    _, point, _, _ = market
    assert client.post("/checkout", data=sent(client, market, f"point:{point.id}@0")).status_code == 303
    with transaction():
        delivery.point("Nama Baru", point.id, address="Lain")
    order = the_order(db)
    assert order is not None
    assert (order.delivery_method, order.delivery_name) == (DeliveryMethod.POINT, "Kantor Lurah Fatululi")
    assert order.delivery_place == "Jalan Frans Seda 1, Fatululi · Senin–Jumat"
    with transaction():
        orders.accept(SYSTEM, order.id)
        assert orders.mark_ready(SYSTEM, order.id).status is OrderStatus.READY
        assert orders.hand_over(SYSTEM, order.id, order.handover_code) is None
    said = receipt_facts(order.id)
    assert said is not None
    assert said["is_pickup"], "the receipt says that she fetched it"


def test_a_parcel_is_paid_before_and_keeps_what_was_told(client: FlaskClient, db: SQLAlchemy, market: Market) -> None:
    way = f"post:{market[3]}@9000"
    refused = client.post("/checkout", data=sent(client, market, way, payment="cash"))
    assert refused.status_code == 422
    assert "dibayar dulu" in refused.text
    assert the_order(db) is None
    assert client.post("/checkout", data=sent(client, market, way, payment="card")).status_code == 303
    order = the_order(db)
    assert order is not None
    assert (order.delivery_fee, order.delivery_name, order.delivery_days) == (9_000, "Pos Reguler", "2–4")
    assert (order.delivery_weight, order.tracking_url) == (1_000, "https://pos.example/lacak/{nomor}")


@pytest.mark.parametrize("way", ["post:{rate}@0", "post:{rate}@8999", "post:999@9000", "post@9000", "point:999@0"])
def test_a_fee_or_a_way_made_up_is_not_sold(client: FlaskClient, db: SQLAlchemy, market: Market, way: str) -> None:
    form = sent(client, market, way.format(rate=market[3]), payment="card")
    assert client.post("/checkout", data=form).status_code == 409
    assert the_order(db) is None


def test_what_changed_meanwhile_asks_for_consent(client: FlaskClient, db: SQLAlchemy, market: Market) -> None:
    _, point, courier, rate_id = market
    by_post = sent(client, market, f"post:{rate_id}@9000", payment="card")
    at_point = sent(client, market, f"point:{point.id}@0")
    with transaction():
        delivery.courier(courier_id=courier.id, is_active=False)
        delivery.point(point_id=point.id, is_open=False)
    assert client.post("/checkout", data=by_post).status_code == 409
    assert client.post("/checkout", data=at_point).status_code == 409
    assert the_order(db) is None


def test_without_cards_nothing_is_offered_by_post(app: Flask, client: FlaskClient, market: Market) -> None:
    form = sent(client, market, "pickup@0")
    step = {**form, "langkah": "ongkos"}
    assert "Lewat pos: Pos Reguler" in client.post("/checkout", data=step).text
    with plugged(app, Providers([Cash()])):
        page = client.post("/checkout", data=step).text
    assert "Lewat pos" not in page
    assert "Titik ambil: Kantor Lurah Fatululi" in page


def test_a_parcel_leaves_with_its_number(client: FlaskClient, db: SQLAlchemy, market: Market) -> None:
    client.post("/checkout", data=sent(client, market, f"post:{market[3]}@9000", payment="card"))
    order = the_order(db)
    assert order is not None
    with transaction():
        move(SYSTEM, order, OrderStatus.WAITING)
        orders.accept(SYSTEM, order.id)
    ina = make.person("Ina", roles=[Grant(Role.STORE_OWNER, order.store_id)])
    make.sign_in_client(client, ina)
    path = f"/penjual/pesanan/{order.code}"
    assert "Nomor resi" in client.get(path).text
    with transaction(), pytest.raises(Invalid):
        orders.mark_ready(SYSTEM, order.id)
    assert client.post(f"{path}/resi", data={"tracking_number": "12"}).status_code == 422
    assert client.post(f"{path}/resi", data={"tracking_number": "p25 0001"}).status_code == 303
    db.session.refresh(order)
    assert (order.status, order.tracking_number) == (OrderStatus.ON_THE_WAY, "P250001")
    assert 'href="https://pos.example/lacak/P250001"' in client.get(path).text
    assert client.post(f"{path}/resi", data={"tracking_number": "P250002"}).status_code == 303
    db.session.refresh(order)
    assert order.tracking_number == "P250002"


def test_the_buyer_says_that_her_parcel_has_come(client: FlaskClient, db: SQLAlchemy, market: Market) -> None:
    client.post("/checkout", data=sent(client, market, f"post:{market[3]}@9000", payment="card"))
    order = the_order(db)
    assert order is not None
    arrival = f"/pesanan/{order.code}/kedatangan"
    with transaction():
        make.pay(db.session.get_one(Purchase, order.purchase_id))
        orders.accept(SYSTEM, order.id)
    taken = {"name": "Budi Santoso"}
    assert client.post(arrival, data=taken).status_code == 409, "it has not left yet"
    with transaction():
        orders.send(SYSTEM, order.id, "P25 0001")
    stranger = client.application.test_client()
    assert stranger.post(arrival).status_code == 404
    page = client.get(f"/pesanan/{order.code}").text
    assert "Paket sudah saya terima" in page
    assert "data-handover-code" not in page
    assert client.post(arrival).status_code == 422, "who took it?"
    assert client.post(arrival, data=taken).status_code == 303
    assert client.post(arrival, data=taken).status_code == 409
    db.session.refresh(order)
    assert order.status is OrderStatus.DONE
