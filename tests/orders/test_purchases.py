"""Placing, reading and taking back a purchase."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.core import settings
from marketplace.core.actor import GUEST, SYSTEM, Actor
from marketplace.core.clock import today
from marketplace.core.db import transaction
from marketplace.core.errors import NotAllowed, Stale
from marketplace.orders import queries, rules, services
from marketplace.orders.models import Purchase
from marketplace.orders.policies import Buyer, can_read_purchase, guest_key
from marketplace.orders.queries import OrderFilter
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import PaymentState
from tests import make
from tests.counting import statements
from tests.orders.snapshots import snapshot, stock_of

S = OrderStatus
CODE = re.compile(r"NTT-[0-9A-HJKMNP-TV-Z]{8}")


def _products(number: int = 2) -> list[Product]:
    """Products of as many shops."""
    with transaction():
        return [make.product(price=50_000, on_hand=10, weight=100) for _ in range(number)]


def _purchase(products: list[Product], **more: object) -> Purchase:
    with transaction():
        return make.purchase(products, **more)  # type: ignore[arg-type]


def test_a_purchase_has_an_order_for_each_shop_and_one_payment(db: SQLAlchemy) -> None:
    products = _products()
    made = _purchase(products, fee=7_000)
    view = queries.purchase_view(made.id)
    assert view is not None
    assert [order.store_id for order in view.orders] == [product.store_id for product in products]
    assert [(order.goods_total, order.delivery_fee, order.total) for order in view.orders] == [
        (100_000, 7_000, 107_000)
    ] * 2
    assert (view.purchase.goods_total, view.purchase.delivery_total, view.purchase.total) == (200_000, 14_000, 214_000)
    assert (view.payment.state, view.due) == (PaymentState.PENDING, 214_000)
    codes = [view.purchase.code, *(order.code for order in view.orders)]
    assert len(set(codes)) == 3
    assert all(CODE.fullmatch(code) for code in codes)
    assert all(re.fullmatch(r"\d{4}", order.handover_code) for order in view.orders)
    assert [step.status for order in view.orders for step in order.steps] == [S.WAITING, S.WAITING]


def test_the_shop_has_the_hours_that_hold_today_to_answer(db: SQLAlchemy) -> None:
    with transaction():
        settings.change(SYSTEM, "orders.answer_hours", 6, today())
    order = make.orders_of(_purchase(_products(1)))[0]
    assert order.answer_by - order.placed_at == timedelta(hours=6)


def test_a_code_that_is_taken_is_drawn_again(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    products = _products(1)
    taken = _purchase(products)
    drawn = iter([taken.code, make.orders_of(taken)[0].code, "NTT-00000001", "NTT-00000002"])
    monkeypatch.setattr(rules, "draw_code", lambda: next(drawn))
    made = _purchase(products)
    assert {made.code, make.orders_of(made)[0].code} == {"NTT-00000001", "NTT-00000002"}


def test_codes_are_found_however_they_are_read_out(db: SQLAlchemy) -> None:
    made = _purchase(_products(1))
    order = make.orders_of(made)[0]
    for typed in (
        order.code,
        order.code.lower(),
        f" {order.code[4:8]} {order.code[8:]} ",
        order.code.replace("0", "O"),
    ):
        found = queries.order_by_code(typed)
        assert found is not None
        assert found.id == order.id
    assert queries.order_by_code("NTT-") is None
    assert queries.purchase_by_code(made.code) is made


def test_reading_a_purchase_costs_the_same_however_many_shops(db: SQLAlchemy) -> None:
    for number in (1, 3):
        purchase_id = _purchase(_products(number)).id
        with statements(db) as seen:
            queries.purchase_view(purchase_id)
        assert len(seen) <= 4


def test_writing_a_purchase_of_two_shops_and_four_lines_is_cheap(db: SQLAlchemy) -> None:
    with transaction():
        stores = [make.store(), make.store()]
        products = [make.product(store=store, name=f"Bakul {number}") for store in stores for number in range(2)]
        placed = make.spec(products)
    with transaction(), statements(db) as seen:
        services.create(GUEST, placed)
    assert len(seen) <= 12, seen


# --- who may read and take back --------------------------------------------


def test_a_guests_purchase_opens_with_its_key_only(db: SQLAlchemy) -> None:
    products = _products(1)
    made, other = _purchase(products), _purchase(products)
    assert can_read_purchase(GUEST, made, guest_key(made.code))
    for key in ("", guest_key(other.code), guest_key(made.code)[:-1], "kunci salah ‑ ü"):
        assert not can_read_purchase(GUEST, made, key)
        assert not can_read_purchase(Actor(5, "Budi"), made, key)
    assert len(guest_key(made.code)) == 22


def test_a_persons_purchase_is_that_persons_and_no_key_opens_it(db: SQLAlchemy) -> None:
    budi = make.person("Budi")
    made = _purchase(_products(1), buyer=budi)
    assert can_read_purchase(make.actor_of(budi), made)
    for stranger in (GUEST, Actor(budi.id + 1, "Tamu")):
        assert not can_read_purchase(stranger, made, guest_key(made.code))


def test_a_stranger_cannot_take_a_purchase_back(db: SQLAlchemy) -> None:
    made = _purchase(_products(1), buyer=make.person("Budi"))
    before = snapshot()
    for buyer in (Buyer(GUEST, guest_key(made.code)), Buyer(Actor(made.person_id and made.person_id + 1, "Tamu"))):
        with pytest.raises(NotAllowed), transaction():
            services.cancel_purchase(buyer, made.id)
    assert snapshot() == before


def test_a_guest_takes_the_whole_purchase_back_with_the_key(db: SQLAlchemy) -> None:
    products = _products(2)
    made = _purchase(products)
    with transaction():
        services.cancel_purchase(Buyer(GUEST, guest_key(made.code)), made.id)
    view = queries.purchase_view(made.id)
    assert view is not None
    assert {order.status for order in view.orders} == {S.CANCELLED}
    assert view.payment.state is PaymentState.CANCELLED
    assert [stock_of(make.variant(product).id) for product in products] == [(10, 0), (10, 0)]


@pytest.mark.parametrize("accepted", [S.PROCESSING, S.READY, S.DONE])
def test_once_a_shop_has_accepted_nothing_is_taken_back(db: SQLAlchemy, accepted: OrderStatus) -> None:
    made = _purchase(_products(2))
    with transaction():
        make.walk(make.orders_of(made)[0], accepted)
    view = queries.purchase_view(made.id)
    assert view is not None
    assert not view.is_cancellable
    before = snapshot()
    with pytest.raises(Stale) as refused, transaction():
        services.cancel_purchase(Buyer(SYSTEM), made.id)
    assert refused.value.message_id == "orders.already_accepted"
    assert snapshot() == before


def test_a_declined_part_does_not_keep_the_rest_from_being_taken_back(db: SQLAlchemy) -> None:
    made = _purchase(_products(2))
    first, second = make.orders_of(made)
    with transaction():
        services.decline(SYSTEM, first.id, "Habis")
    view = queries.purchase_view(made.id)
    assert view is not None
    assert view.is_cancellable
    with transaction():
        services.cancel_purchase(Buyer(SYSTEM), made.id)
    assert [first.status, second.status] == [S.DECLINED, S.CANCELLED]


def test_one_shop_says_no_and_the_other_sells_all_the_same(db: SQLAlchemy) -> None:
    made = _purchase(_products(2))
    first, second = make.orders_of(made)
    with transaction():
        services.decline(SYSTEM, first.id, "Habis")
        make.walk(second, S.DONE)
    view = queries.purchase_view(made.id)
    assert view is not None
    assert (view.payment.state, view.payment.received, view.due) == (PaymentState.PAID, 100_000, 0)


# --- lists -----------------------------------------------------------------


def test_the_lists_of_a_shop_are_its_own_and_page_by_key(db: SQLAlchemy) -> None:
    mine, other = _products(2)
    for _ in range(3):
        _purchase([mine])
    _purchase([other])
    store_id = mine.store_id
    with statements(db) as seen:
        page = queries.store_orders([store_id], OrderFilter((S.WAITING,)), limit=2)
    assert len(seen) == 1
    rest = queries.store_orders([mine.store_id], OrderFilter((S.WAITING,)), page.next, limit=2)
    rows = page.items + rest.items
    assert len({row.id for row in rows}) == 3
    assert [row.id for row in rows] == sorted((row.id for row in rows), reverse=True)
    assert {row.store_id for row in rows} == {mine.store_id}
    assert rest.next is None
    assert (rows[0].pieces, rows[0].kinds, rows[0].total) == (2, 1, 100_000)
    assert queries.store_orders([], OrderFilter((S.WAITING,))).items == []
    assert queries.order_id_by_code(rows[0].code, [other.store_id]) is None
    assert queries.order_id_by_code(rows[0].code, [mine.store_id]) == rows[0].id


def test_open_orders_are_counted_by_state(db: SQLAlchemy) -> None:
    product = _products(1)[0]
    _purchase([product])
    _purchase([product], up_to=S.PROCESSING)
    _purchase([product], up_to=S.DONE)
    none = dict.fromkeys((S.READY, S.ON_THE_WAY, S.ARRIVED), 0)
    assert queries.open_counts([product.store_id]) == {S.WAITING: 1, S.PROCESSING: 1} | none
    assert len(queries.sold([product.store_id]).items) == 1


def test_a_buyers_list_is_her_own(db: SQLAlchemy) -> None:
    budi, products = make.person("Budi"), _products(2)
    made = _purchase(products, buyer=budi)
    guests = _purchase([products[0]])
    person_id = budi.id
    with statements(db) as seen:
        page = queries.person_purchases(person_id)
    assert len(seen) == 2
    assert [row.code for row in page.items] == [made.code]
    assert [status for _, status in page.items[0].orders] == [S.WAITING, S.WAITING]
    assert [row.code for row in queries.guest_purchases([made.code, guests.code])] == [guests.code]
