"""Buying what a local courier brings: fee and days as they were seen, paid before, sent without a number, its clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.claims.queries.windows import LATE_DAYS, window
from marketplace.core.actor import SYSTEM, Grant, Role
from marketplace.core.clock import travel
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, Stale
from marketplace.notifications.models import Message
from marketplace.orders import handlers
from marketplace.orders import services as orders
from marketplace.orders.events import OrderReady
from marketplace.orders.models import Order, OrderEvent, Purchase
from marketplace.orders.rules import OrderStatus
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from marketplace.shipping import services
from marketplace.shipping.models import Courier
from marketplace.shipping.rules import DeliveryMethod
from tests import make
from tests.cardmarket import plugged
from tests.checkout.counter import filled, words_of
from tests.checkout.till import Till
from tests.make import delivery

Market = tuple[Product, Courier, int]


@pytest.fixture
def market(app: Flask, db: SQLAlchemy) -> Iterator[Market]:
    """Honey of 600 g (two jars are bought) from a shop that sends by ojek for Rp10.000 the same day; a till."""
    with transaction():
        honey = make.product(make.store(), "Madu", price=90_000, weight=600)
        courier = delivery.ojek()
        fee = delivery.fee(courier.id)
        services.choose_couriers(SYSTEM, honey.store_id, [courier.id])
    with plugged(app, Providers([Cash(), Till()])):
        yield honey, courier, fee.id


def sent(client: FlaskClient, market: Market, way: str = "", **more: str) -> dict[str, str]:
    form = filled(client, [market[0]], street="Jalan Lalamentik 3", **{"payment": "card", **more})
    return {**form, f"delivery-{market[0].store_id}": way or f"local:{market[2]}@10000"}


def the_order(db: SQLAlchemy) -> Order | None:
    return db.session.scalars(sa.select(Order)).one_or_none()


def bought(client: FlaskClient, db: SQLAlchemy, market: Market) -> Order:
    """What was ordered, paid and accepted."""
    client.post("/checkout", data=sent(client, market))
    order = the_order(db)
    assert order is not None
    with transaction():
        make.pay(db.session.get_one(Purchase, order.purchase_id))
        orders.accept(SYSTEM, order.id)
    return order


def as_ina(client: FlaskClient, order: Order) -> str:
    """Sign the shop's owner in: the page of the order."""
    make.sign_in_client(client, make.person("Ina", roles=[Grant(Role.STORE_OWNER, order.store_id)]))
    return f"/penjual/pesanan/{order.code}"


def test_its_fee_and_days_are_known_before_and_kept(client: FlaskClient, db: SQLAlchemy, market: Market) -> None:
    step = client.post("/checkout", data={**sent(client, market, "pickup@0"), "langkah": "ongkos"})
    assert "Kurir lokal: Ojek Oebobo" in step.text
    assert "hari yang sama · dibayar dulu" in words_of(step)
    assert f'value="local:{market[2]}@10000"' in step.text
    refused = client.post("/checkout", data=sent(client, market, payment="cash"))
    assert refused.status_code == 422
    assert "dibayar dulu" in refused.text
    assert the_order(db) is None
    assert client.post("/checkout", data=sent(client, market)).status_code == 303
    order = the_order(db)
    assert order is not None
    assert (order.delivery_method, order.delivery_fee) == (DeliveryMethod.LOCAL, 10_000)
    assert (order.delivery_name, order.delivery_days, order.delivery_weight) == ("Ojek Oebobo", "0", 0)
    with transaction():
        delivery.ojek("Nama Baru", market[1].id)
    assert order.delivery_name == "Ojek Oebobo"


@pytest.mark.parametrize(
    "way", ["local:{fee}@0", "local:{fee}@9999", "local:999@10000", "local@10000", "post:{fee}@10000"]
)
def test_a_fee_or_a_way_made_up_is_not_sold(client: FlaskClient, db: SQLAlchemy, market: Market, way: str) -> None:
    assert client.post("/checkout", data=sent(client, market, way.format(fee=market[2]))).status_code == 409
    assert the_order(db) is None


@pytest.mark.parametrize("what", ["off", "let_go", "dearer", "ended"])
def test_what_changed_meanwhile_asks_for_consent(
    client: FlaskClient, db: SQLAlchemy, market: Market, what: str
) -> None:
    honey, courier, fee_id = market
    form = sent(client, market)
    with transaction():
        if what == "off":
            delivery.ojek(courier_id=courier.id, is_active=False)
        elif what == "let_go":
            services.choose_couriers(SYSTEM, honey.store_id, [])
        else:
            services.end_fee(SYSTEM, courier.id, fee_id)
            if what == "dearer":
                delivery.fee(courier.id, 12_000)
    assert client.post("/checkout", data=form).status_code == 409
    assert the_order(db) is None


def test_a_smaller_zone_that_began_meanwhile_is_shown_first(
    client: FlaskClient, db: SQLAlchemy, market: Market
) -> None:
    form = sent(client, market)
    with transaction():
        smaller = delivery.fee(market[1].id, 15_000, to_code="53.71.04.1011")
    assert client.post("/checkout", data=form).status_code == 409
    again = sent(client, market, f"local:{smaller.id}@15000")
    assert client.post("/checkout", data=again).status_code == 303


def test_what_is_too_heavy_is_not_offered(client: FlaskClient, db: SQLAlchemy, market: Market) -> None:
    with transaction():
        delivery.ojek(courier_id=market[1].id, most_kg=1)
    form = {**sent(client, market), "langkah": "ongkos"}
    assert "Kurir lokal" in client.post("/checkout", data=form).text, "one jar and its packing weigh 700 g"
    assert "Kurir lokal" not in client.post("/checkout", data={**sent(client, market), "langkah": "ongkos"}).text
    assert client.post("/checkout", data=sent(client, market)).status_code == 409
    assert the_order(db) is None


def test_what_spoils_goes_by_the_ojek_of_the_same_day_and_not_by_post(
    client: FlaskClient, db: SQLAlchemy, market: Market
) -> None:
    with transaction():
        fish = make.product(market[0].store_id, "Se'i", weight=500, is_perishable=True)
        post = delivery.courier()
        delivery.rate(post.id, days_from=0, days_to=0)
        services.choose_couriers(SYSTEM, fish.store_id, [market[1].id, post.id])
    form = sent(client, (fish, market[1], market[2]))
    page = client.post("/checkout", data={**form, "langkah": "ongkos"}).text
    assert "Kurir lokal: Ojek Oebobo" in page
    assert "Lewat pos" not in page
    assert client.post("/checkout", data=form).status_code == 303


def test_without_cards_nothing_is_offered_by_ojek(app: Flask, client: FlaskClient, market: Market) -> None:
    form = {**sent(client, market, "pickup@0"), "langkah": "ongkos"}
    with plugged(app, Providers([Cash()])):
        assert "Kurir lokal" not in client.post("/checkout", data=form).text


def test_it_leaves_without_a_number(client: FlaskClient, db: SQLAlchemy, market: Market) -> None:
    order = bought(client, db, market)
    path = as_ina(client, order)
    page = client.get(path).text
    assert "Kirim dengan Ojek Oebobo (hari yang sama)" in page
    assert "Diserahkan ke kurir" in page
    assert "di loket" not in page
    assert "Paket sudah di pos" not in page
    assert client.post(f"{path}/resi", data={"tracking_number": "?"}).status_code == 422
    assert client.post(f"{path}/resi", data={"tracking_number": ""}).status_code == 303
    db.session.refresh(order)
    assert (order.status, order.tracking_number) == (OrderStatus.ON_THE_WAY, "")
    page = client.get(path).text
    assert "Ada nomor resi?" in page
    assert "Nomor resi salah?" not in page
    told = db.session.scalars(sa.select(OrderEvent.note).where(OrderEvent.status == OrderStatus.ON_THE_WAY)).one()
    assert told == "Ojek Oebobo"
    assert client.post(f"{path}/resi", data={"tracking_number": "gk 112233"}).status_code == 303
    assert client.post(f"{path}/resi", data={"tracking_number": ""}).status_code == 303
    db.session.refresh(order)
    assert order.tracking_number == "GK112233", "a second, empty page takes nothing away"


def test_one_button_or_a_link_sends_it_once(client: FlaskClient, db: SQLAlchemy, market: Market) -> None:
    order = bought(client, db, market)
    with transaction():
        assert orders.mark_ready(SYSTEM, order.id).status is OrderStatus.ON_THE_WAY
    with transaction(), pytest.raises(Stale):
        orders.mark_ready(SYSTEM, order.id)
    assert db.session.query(OrderEvent).filter_by(status=OrderStatus.ON_THE_WAY).count() == 1


def test_the_buyer_reads_nothing_of_a_post_and_says_that_it_has_come(
    client: FlaskClient, db: SQLAlchemy, market: Market
) -> None:
    order = bought(client, db, market)
    with transaction():
        orders.send(SYSTEM, order.id, "")
    answer = client.get(f"/pesanan/{order.code}")
    page = words_of(answer)
    assert "Ojek Oebobo · hari yang sama" in page
    assert "diserahkan ke Ojek Oebobo" in page
    assert "Diserahkan ke kurir" in page
    assert "Nomor resi" not in page
    assert "pos " not in page.lower().replace("kode pos", "")
    assert "data-handover-code" in answer.text, "the shop asks for it when the parcel has come"
    assert "kepada pengantar" not in page
    arrival = f"/pesanan/{order.code}/kedatangan"
    assert client.post(arrival, data={"name": "Budi Santoso"}).status_code == 303
    db.session.refresh(order)
    assert order.status is OrderStatus.DONE


def test_the_letters_are_true(client: FlaskClient, db: SQLAlchemy, market: Market) -> None:
    client.post("/checkout", data=sent(client, market, email="budi@contoh.id"))
    order = the_order(db)
    assert order is not None
    with transaction():
        make.pay(db.session.get_one(Purchase, order.purchase_id))
        orders.accept(SYSTEM, order.id)
        orders.send(SYSTEM, order.id, "")
    handlers.tell_of_readiness(OrderReady(order.id))
    letter = db.session.scalars(sa.select(Message).order_by(Message.id.desc())).first()
    assert letter is not None
    assert "sudah diserahkan ke kurir" in letter.subject
    assert "sudah diserahkan ke Ojek Oebobo." in letter.body
    assert "resi" not in letter.body


@pytest.mark.parametrize(("days", "counted"), [(0, 3), (3, 3), (5, 5)])
def test_it_counts_as_arrived_by_the_clock_of_what_is_brought(
    client: FlaskClient, db: SQLAlchemy, market: Market, days: int, counted: int
) -> None:
    with transaction():
        market_fee = delivery.fee(market[1].id, 10_000, to_code="53.71.04.1011", days=days)
    order = bought(client, db, (market[0], market[1], market_fee.id))
    with transaction():
        orders.send(SYSTEM, order.id, "")
    assert order.ends_at == order.state_since + timedelta(days=counted)  # type: ignore[operator]
    assert order.ends_at is not None
    with travel(order.ends_at - timedelta(hours=23)):
        handlers.remind_of_clocks()
    with travel(order.ends_at + timedelta(minutes=1)):
        handlers.run_out_clocks()
    db.session.expire_all()
    assert order.status is OrderStatus.ARRIVED


def test_it_is_late_when_its_days_and_a_few_more_are_over(client: FlaskClient, db: SQLAlchemy, market: Market) -> None:
    with transaction():
        slower = delivery.fee(market[1].id, 10_000, to_code="53.71.04.1011", days=5)
    order = bought(client, db, (market[0], market[1], slower.id))
    with transaction():
        orders.send(SYSTEM, order.id, "")
    assert order.state_since is not None
    assert window(order.id).opens_at == order.state_since + timedelta(days=5 + LATE_DAYS.today())


def test_a_number_that_is_none_is_refused(client: FlaskClient, db: SQLAlchemy, market: Market) -> None:
    order = bought(client, db, market)
    with transaction(), pytest.raises(Invalid):
        orders.send(SYSTEM, order.id, "12")
    with transaction(), pytest.raises(Stale):
        orders.send(SYSTEM, make.orders_of(make.purchase([market[0]], up_to=OrderStatus.PROCESSING))[0].id, "GK112233")
