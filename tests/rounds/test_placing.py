"""From a cart to a run: one parcel, one fee, a day that was seen, and no more orders than the runner carries."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.checkout import services
from marketplace.core.actor import GUEST, SYSTEM
from marketplace.core.clock import today
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, Stale
from marketplace.orders.rules import OrderStatus
from marketplace.places.rules import FATULULI
from marketplace.rounds import services as rounds
from marketplace.rounds.models import Round, RoundOrder
from marketplace.rounds.queries.offers import Goods, offers
from marketplace.rounds.rules import run_ref
from marketplace.rounds.services import RegionDraft
from marketplace.stores.models import Store
from tests import make
from tests.counting import statements
from tests.make import rounds as build

FAR = "53.11.01.1001"


@pytest.fixture
def three(db: SQLAlchemy) -> list[Product]:
    with transaction():
        return [make.product(make.store(), f"Barang {n}", on_hand=50) for n in range(3)]


def _store(product: Product) -> Store:
    return handle.session.get_one(Store, product.store_id)


def of(goods: list[Product], **more: object) -> Round:
    stores = [_store(product) for product in goods]
    return build.collection_round(stores, **more)  # type: ignore[arg-type]


def test_three_shops_pay_one_fee_and_each_order_adds_up(three: list[Product]) -> None:
    with make.at(8):
        found = of(three)
        purchase, orders = build.by_round("tamu", three, found, today())
        assert [order.delivery_fee for order in orders] == [3_334, 3_333, 3_333]
        assert purchase.delivery_total == build.FEE
        assert purchase.total == sum(order.total for order in orders)
        assert {order.delivery_name for order in orders} == {"Putaran Fatululi"}
        assert {order.status for order in orders} == {OrderStatus.READY}


def test_a_fee_that_changed_is_told_before_anything_is_bought(three: list[Product]) -> None:
    with make.at(8):
        found = of(three)
        cart, spec = build.round_form("tamu", three, found, today(), fee=9_000)
        with pytest.raises(Stale, match="delivery_changed"):
            services.place(GUEST, cart, make.form_key(), spec)


def test_a_run_that_has_closed_meanwhile_is_told_before_anything_is_bought(three: list[Product]) -> None:
    with make.at(11, 59):
        found = of(three)
        cart, spec = build.round_form("tamu", three, found, today())
    with make.at(12), pytest.raises(Stale, match="delivery_changed"):
        services.place(GUEST, cart, make.form_key(), spec)
    with make.at(11, 59):
        assert services.place(GUEST, cart, make.form_key(), spec).delivery_total == build.FEE


def test_a_full_run_gives_way_to_the_next(three: list[Product]) -> None:
    with make.at(8):
        found = of(three, capacity=3)
        bags = {product.store_id: Goods() for product in three}
        assert {way.days for ways in offers(bags, FATULULI).values() for way in ways} == {today().isoformat()}
        build.by_round("tamu-1", three[:1], found, today())
        first = offers(bags, FATULULI)[three[0].store_id][0]
        assert first.ref == run_ref(found.id, today() + timedelta(days=1))
        cart, spec = build.round_form("tamu-2", three, found, today())
        with pytest.raises(Stale, match="delivery_changed"):
            services.place(GUEST, cart, make.form_key(), spec)


def test_what_ended_early_gives_its_place_back(three: list[Product]) -> None:
    with make.at(8):
        found = of(three, capacity=1)
        bags = {three[0].store_id: Goods()}
        _, orders = build.by_round("tamu", three[:1], found, today(), is_ready=False)
        assert offers(bags, FATULULI)[three[0].store_id][0].days != today().isoformat()
        orders[0].status = OrderStatus.CANCELLED
        assert offers(bags, FATULULI)[three[0].store_id][0].days == today().isoformat()


def test_only_where_the_round_goes_and_when_goods_are_there(three: list[Product]) -> None:
    with make.at(8):
        found = of(three[:2])
        shops = [product.store_id for product in three]
        offered = offers({store_id: Goods() for store_id in shops}, FATULULI)
        assert set(offered) == set(shops[:2]), "the third takes no part"
        assert offers({shops[0]: Goods()}, FAR) == offers({shops[0]: Goods()}, None) == {}
        tomorrow = today() + timedelta(days=1)
        later = offers({shops[0]: Goods(tomorrow), shops[1]: Goods(only_today=True)}, FATULULI)
        assert set(later) == {shops[0]}, "what is cooked today does not wait"
        assert later[shops[0]][0].days == tomorrow.isoformat()
        build.collection_round(round_id=found.id, is_open=False)
        assert offers({shops[0]: Goods()}, FATULULI) == {}


def test_a_shop_that_moved_away_is_called_at_no_more(three: list[Product]) -> None:
    with make.at(8):
        found = of(three)
        rounds.set_region(SYSTEM, found.id, RegionDraft(FATULULI, visits=False, brings=True))
        assert offers({three[0].store_id: Goods()}, FATULULI) == {}


def test_the_statements_do_not_grow_with_the_shops(db: SQLAlchemy) -> None:
    with make.at(8):
        many = [make.product(make.store(), on_hand=5) for _ in range(12)]
        of(many)
        bags = {product.store_id: Goods() for product in many}
        db.session.flush()
        with statements(db) as few:
            offers(dict(list(bags.items())[:2]), FATULULI)
        with statements(db) as lots:
            offers(bags, FATULULI)
        assert len(few) == len(lots) <= 3


def test_the_checkout_tells_day_fee_and_parcels(client: FlaskClient, three: list[Product]) -> None:
    with make.at(8):
        budi = make.person("Budi")
        make.sign_in_client(client, budi)
        make.address(budi)
        of(three[:2])
        make.filled_cart(budi, three)
        cart = client.get("/keranjang").text
        assert "3 paket" in cart
        assert "2 toko ikut Putaran Fatululi" in cart
        page = client.get("/checkout").text
        assert "Putaran Fatululi, Rabu, 25 Nov 2026" in page
        assert page.count("satu ongkos untuk semua toko") == 2


def test_only_the_operator_sets_rounds_up_and_only_the_shop_joins(three: list[Product]) -> None:
    found = of(three)
    for act in (
        lambda: rounds.save_round(GUEST, None),  # type: ignore[arg-type]
        lambda: rounds.set_fee(GUEST, found.id, 1, today()),
        lambda: rounds.set_region(GUEST, found.id, RegionDraft(FATULULI, visits=True, brings=True)),
        lambda: rounds.remove_region(GUEST, found.id, FATULULI),
        lambda: rounds.order_stops(GUEST, found.id, {}),
        lambda: rounds.choose_rounds(GUEST, three[0].store_id, [found.id]),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_round_is_checked_field_by_field(db: SQLAlchemy) -> None:
    build.collection_round()
    for field, more in (
        ("name", {}),
        ("weekdays", {"name": "B", "weekdays": ""}),
        ("weekdays", {"name": "B", "weekdays": "8"}),
        ("ends", {"name": "B", "starts": 600, "ends": 600}),
        ("closes_before", {"name": "B", "closes_before": -1}),
        ("capacity", {"name": "B", "capacity": 0}),
    ):
        with pytest.raises(Invalid) as refused:
            build.collection_round(**more)  # type: ignore[arg-type]
        assert refused.value.field == field


def test_a_past_day_keeps_its_fee_and_a_village_is_visited(db: SQLAlchemy) -> None:
    found = build.collection_round()
    with pytest.raises(Invalid, match="day_gone_by"):
        rounds.set_fee(SYSTEM, found.id, 1, today() - timedelta(days=1))
    with pytest.raises(Invalid, match="fee_range"):
        rounds.set_fee(SYSTEM, found.id, 200_001, today())
    with pytest.raises(Invalid, match="visits_villages"):
        rounds.set_region(SYSTEM, found.id, RegionDraft("53.71", visits=True, brings=False))
    with pytest.raises(Invalid, match="for_something"):
        rounds.set_region(SYSTEM, found.id, RegionDraft(FATULULI, visits=False, brings=False))


def test_a_shop_that_leaves_keeps_its_open_orders_on_their_run(db: SQLAlchemy, three: list[Product]) -> None:
    with make.at(8):
        found = of(three)
        _, orders = build.by_round("tamu", three, found, today())
        rounds.choose_rounds(SYSTEM, three[0].store_id, [])
        booked = db.session.scalars(sa.select(RoundOrder.order_id).order_by(RoundOrder.order_id))
        assert list(booked) == [order.id for order in orders]
        assert set(offers({three[0].store_id: Goods()}, FATULULI)) == set()
