"""A part now, the rest later: parcels below the order's own road."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.changes import queries, services
from marketplace.changes.models import Parcel
from marketplace.changes.rules import Wish
from marketplace.core.actor import GUEST, SYSTEM, Actor, Grant, Role
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.policies import Buyer
from marketplace.orders.rules import OrderStatus
from marketplace.shipping.rules import DeliveryMethod
from tests import make
from tests.books import check_books
from tests.make.changes import AS_BUYER

S = OrderStatus


@pytest.fixture
def goods(db: SQLAlchemy) -> Product:
    with transaction():
        return make.product(make.store("Dapur Ina"), "Sambal", price=50_000, on_hand=10)


def order_of(goods: Product, up_to: OrderStatus = S.PROCESSING) -> Order:
    with transaction():
        made = make.purchase([goods], quantity=5, up_to=up_to)
    return make.orders_of(made)[0]


def send(order: Order, pieces: int, number: str = "", actor: Actor = SYSTEM) -> Parcel:
    (line,) = [line for line in make.lines_of(order) if line.quantity]
    with transaction():
        return services.send_part(actor, order.id, {line.id: pieces}, number, queries.stamp_of(order.id))


def test_the_order_moves_on_with_the_last_part(goods: Product) -> None:
    order = order_of(goods)
    assert send(order, 3).number == 1
    assert order.status is S.PROCESSING
    assert send(order, 2).number == 2
    assert order.status is S.READY
    with transaction():
        assert orders.hand_over(SYSTEM, order.id, order.handover_code) is None
    check_books()


def test_no_more_than_is_left_and_not_nothing(goods: Product) -> None:
    order = order_of(goods)
    send(order, 3)
    for pieces in (3, 0, -1):
        with pytest.raises(Invalid):
            send(order, pieces)
    (line,) = make.lines_of(order)
    with pytest.raises(Stale), transaction():
        services.send_part(SYSTEM, order.id, {line.id + 999: 1}, "", queries.stamp_of(order.id))


@pytest.mark.parametrize("status", [S.WAITING, S.READY, S.DONE, S.DECLINED])
def test_parts_are_sent_while_the_order_is_prepared(goods: Product, status: OrderStatus) -> None:
    with pytest.raises(Stale):
        send(order_of(goods, status), 1)


def test_a_double_click_sends_one_part(goods: Product) -> None:
    order = order_of(goods)
    (line,) = make.lines_of(order)
    seen = queries.stamp_of(order.id)
    with transaction():
        services.send_part(SYSTEM, order.id, {line.id: 2}, "", seen)
    with pytest.raises(Stale), transaction():
        services.send_part(SYSTEM, order.id, {line.id: 2}, "", seen)


def test_only_the_shop_sends_and_only_the_buyer_confirms(goods: Product) -> None:
    order = order_of(goods)
    other = Actor(None, "Lain", frozenset({Grant(Role.STORE_OWNER, order.store_id + 1)}))
    with pytest.raises(NotAllowed):
        send(order, 1, actor=other)
    send(order, 1)
    with pytest.raises(NotAllowed), transaction():
        services.confirm_parcel(Buyer(GUEST), order.id, 1)
    with pytest.raises(NotFound), transaction():
        services.confirm_parcel(AS_BUYER, order.id, 2)
    with transaction():
        first = services.confirm_parcel(AS_BUYER, order.id, 1).arrived_at
    with transaction():
        assert services.confirm_parcel(AS_BUYER, order.id, 1).arrived_at == first


def test_by_post_each_part_has_its_number(goods: Product) -> None:
    order = order_of(goods)
    with transaction():
        order.delivery_method = DeliveryMethod.POST
    for number in ("", "?"):
        with pytest.raises(Invalid) as told:
            send(order, 2, number)
        assert told.value.field == "tracking_number"
    assert send(order, 2, "P 2411 0001 2345").tracking_number
    send(order, 3, "P2411000123466")
    assert (order.status, order.tracking_number) == (S.ON_THE_WAY, "P2411000123466")


def test_by_a_local_courier_a_part_may_have_a_number(goods: Product) -> None:
    order = order_of(goods)
    with transaction():
        order.delivery_method = DeliveryMethod.LOCAL
    with pytest.raises(Invalid):
        send(order, 1, "?")
    assert send(order, 2, "GK 112233").tracking_number == "GK112233"
    assert send(order, 3).tracking_number == ""
    assert (order.status, order.tracking_number) == (S.ON_THE_WAY, "")


def test_what_cannot_be_delivered_is_left_out_and_what_was_sent_stays(goods: Product) -> None:
    order = order_of(goods)
    send(order, 3)
    with pytest.raises(Invalid) as told, transaction():
        make.proposal(order, Wish(2))
    assert told.value.message_id == "changes.already_sent"
    with transaction():
        change = make.proposal(order, Wish(3))
    with pytest.raises(Stale):
        send(order, 1)  # an open question first
    with transaction():
        services.agree_as_buyer(AS_BUYER, order.id, change.id)
    assert (order.total, order.status) == (150_000, S.READY), "all that is left of it was sent"
    with transaction():
        assert orders.hand_over(SYSTEM, order.id, order.handover_code) is None
    check_books()


def test_the_price_of_what_was_sent_stays(goods: Product) -> None:
    order = order_of(goods)
    send(order, 1)
    with pytest.raises(Invalid), transaction():
        make.proposal(order, Wish(5, 40_000))
