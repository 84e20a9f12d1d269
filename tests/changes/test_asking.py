"""Who may ask for what, until when, and what ends a change that nobody agrees to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.services.closing import Leaving
from marketplace.catalog.models import Product
from marketplace.changes import handlers, queries, services
from marketplace.changes.models import OrderChange
from marketplace.changes.rules import Asked, ChangeState, Wish
from marketplace.core import outbox
from marketplace.core.actor import GUEST, SYSTEM, Actor, Grant, Role
from marketplace.core.clock import now, today, travel
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer, guest_key
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import PaymentMethod
from tests import make
from tests.books import check_books
from tests.make.changes import AS_BUYER

S = OrderStatus


@pytest.fixture
def goods(db: SQLAlchemy) -> tuple[Product, Product]:
    """Blue and red of one shop, 10 of each on hand."""
    with transaction():
        store = make.store("Tenun Ina")
        return make.product(store, "Biru", price=50_000, on_hand=10), make.product(store, "Merah", price=60_000)


def order_of(goods: tuple[Product, Product], up_to: OrderStatus = S.WAITING, method: str = "cash") -> Order:
    with transaction():
        made = make.purchase([goods[0]], quantity=5, up_to=up_to, payment_method=PaymentMethod(method))
    return make.orders_of(made)[0]


def ina(store_id: int) -> Actor:
    return Actor(None, "Ina", frozenset({Grant(Role.STORE_OWNER, store_id)}))


@pytest.mark.parametrize("status", [S.READY, S.DONE, S.DECLINED, S.CANCELLED, S.LAPSED, S.UNPAID, S.EXPIRED])
def test_nothing_is_proposed_for_an_order_that_is_beyond(goods: tuple[Product, Product], status: OrderStatus) -> None:
    order = order_of(goods, status)
    with pytest.raises(Stale), transaction():
        make.proposal(order, Wish(3))


@pytest.mark.parametrize("status", [S.PROCESSING, S.READY, S.DONE])
def test_a_buyer_asks_only_until_the_shop_said_yes(goods: tuple[Product, Product], status: OrderStatus) -> None:
    order = order_of(goods, status)
    with pytest.raises(Stale), transaction():
        make.request(order, Wish(3))


def test_one_change_at_a_time(goods: tuple[Product, Product]) -> None:
    order = order_of(goods)
    with transaction():
        make.request(order, Wish(3))
    with pytest.raises(Stale) as told, transaction():
        make.proposal(order, Wish(3))
    assert told.value.message_id == "changes.open_already"


def test_a_page_that_is_no_longer_true_changes_nothing(goods: tuple[Product, Product]) -> None:
    order = order_of(goods)
    seen = queries.stamp_of(order.id)
    with transaction():
        orders.accept(SYSTEM, order.id)
    (line,) = make.lines_of(order)
    with pytest.raises(Stale) as told, transaction():
        services.propose(SYSTEM, order.id, Asked({line.id: Wish(3)}, "Habis"), seen)
    assert told.value.message_id == "changes.meanwhile"


WRONG = [
    (Wish(6), "quantity", "changes.too_many_pieces"),
    (Wish(-1), "quantity", "changes.too_many_pieces"),
    (Wish(5, 50_001), "price", "changes.price_not_lower"),
    (Wish(5, 0), "price", "changes.price_not_lower"),
    (Wish(5), "reason", "changes.nothing"),
    (Wish(0), "reason", "changes.nothing_left"),
    (Wish(5, None, 1, 1), "quantity", "changes.nothing_to_replace"),
    (Wish(3, None, 1, 3), "pieces", "changes.too_many_pieces"),
    (Wish(3, None, 1, 0), "pieces", "changes.too_many_pieces"),
    (Wish(3, None, 999_999, 1), "substitute", "changes.no_substitute"),
]


@pytest.mark.parametrize(("wish", "field", "words"), WRONG)
def test_what_is_not_less_is_refused_at_its_field(
    goods: tuple[Product, Product], wish: Wish, field: str, words: str
) -> None:
    order = order_of(goods)
    with pytest.raises(Invalid) as told, transaction():
        make.proposal(order, wish)
    assert (told.value.field.partition("_")[0], told.value.message_id) == (field, words)


def test_a_reason_is_needed_and_a_day_lies_ahead(goods: tuple[Product, Product]) -> None:
    order = order_of(goods)
    for reason, day, field in (
        (" ", None, "reason"),
        ("x" * 301, None, "reason"),
        ("Habis", today() - timedelta(days=1), "ready_by"),
        ("Habis", today() + timedelta(days=91), "ready_by"),
    ):
        with pytest.raises(Invalid) as told, transaction():
            make.proposal(order, Wish(3), reason=reason, ready_by=day)
        assert told.value.field == field


def test_a_substitute_is_of_the_same_shop_and_not_in_the_order(goods: tuple[Product, Product]) -> None:
    with transaction():
        strange = make.product(make.store("Lain"), "Asing")
        made = make.purchase(list(goods), quantity=3)
    order = make.orders_of(made)[0]
    for variant in (make.variant(strange), make.variant(goods[0]), make.variant(goods[1])):
        with pytest.raises(Invalid) as told, transaction():
            make.proposal(order, Wish(2, variant_id=variant.id, pieces=1))
        assert told.value.message_id == "changes.no_substitute"


def test_a_substitute_that_is_sold_out_is_not_offered(goods: tuple[Product, Product]) -> None:
    order = order_of(goods)
    with transaction():
        make.purchase([goods[1]], quantity=8)
    with pytest.raises(Invalid) as told, transaction():
        make.proposal(order, Wish(0, variant_id=make.variant(goods[1]).id, pieces=5))
    assert told.value.message_id == "changes.substitute_gone"


def test_a_buyer_asks_for_no_other_price_and_no_substitute(goods: tuple[Product, Product]) -> None:
    order = order_of(goods)
    for wish in (Wish(5, 40_000), Wish(4, variant_id=make.variant(goods[1]).id, pieces=1)):
        with pytest.raises(Invalid), transaction():
            make.request(order, wish)


def test_only_the_two_sides_ask_and_answer(goods: tuple[Product, Product], db: SQLAlchemy) -> None:
    order = order_of(goods)
    stranger, other = Buyer(Actor(make.person("Lain").id)), ina(order.store_id + 1)
    key = guest_key(db.session.get_one(Purchase, order.purchase_id).code)
    for who in (GUEST, other):
        with pytest.raises(NotAllowed), transaction():
            make.proposal(order, Wish(3), actor=who)
    for buyer in (stranger, Buyer(GUEST), Buyer(GUEST, "x")):
        with pytest.raises(NotAllowed), transaction():
            make.request(order, Wish(3), buyer=buyer)
    with transaction():
        change = make.proposal(order, Wish(3), actor=ina(order.store_id))
    for refused in (stranger, Buyer(GUEST)):
        for step in (services.agree_as_buyer, services.refuse_as_buyer):
            with pytest.raises(NotAllowed), transaction():
                step(refused, order.id, change.id)
    for act in (services.agree_as_shop, services.refuse_as_shop):  # nobody agrees to her own proposal
        with pytest.raises(NotFound), transaction():
            act(ina(order.store_id), order.id, change.id)
    with transaction():
        assert services.agree_as_buyer(Buyer(GUEST, key), order.id, change.id).state is ChangeState.AGREED


def test_a_change_is_answered_for_its_own_order_only(goods: tuple[Product, Product]) -> None:
    first, second = order_of(goods), order_of((goods[1], goods[0]))
    with transaction():
        change = make.proposal(first, Wish(3))
    with pytest.raises(NotFound), transaction():
        services.agree_as_buyer(AS_BUYER, second.id, change.id)


@pytest.mark.parametrize("end", ["refuse", "withdraw", "expire"])
def test_without_a_yes_all_stays_and_the_clock_runs_again(goods: tuple[Product, Product], end: str) -> None:
    order = order_of(goods)
    clock = order.answer_by
    with transaction():
        change = make.proposal(order, Wish(3))
    assert order.answer_by == change.answer_by + (clock - change.made_at), "it stands still meanwhile"
    later = change.answer_by if end == "expire" else now() + timedelta(hours=2)
    with travel(later), transaction():
        if end == "expire":
            services.expire(change.id)
        elif end == "refuse":
            services.refuse_as_buyer(AS_BUYER, order.id, change.id)
        else:
            services.withdraw_as_shop(SYSTEM, order.id, change.id)
        paused = now() - change.made_at
    assert abs(order.answer_by - (clock + paused)) < timedelta(seconds=2)
    assert [line.quantity for line in make.lines_of(order)] == [5]
    with pytest.raises(Stale), transaction():
        services.agree_as_buyer(AS_BUYER, order.id, change.id)
    check_books()
    with transaction():
        orders.accept(SYSTEM, order.id)


def test_the_clock_stands_still_only_so_long(goods: tuple[Product, Product]) -> None:
    order = order_of(goods)
    limit = order.answer_by + timedelta(hours=72)
    at = now()
    for _ in range(4):
        with travel(at), transaction():
            change = make.proposal(order, Wish(3))
        at = change.answer_by
        with travel(at), transaction():
            services.expire(change.id)
    assert change.answer_by <= limit
    with travel(at), pytest.raises(Stale) as told, transaction():
        make.proposal(order, Wish(3))
    assert told.value.message_id == "changes.no_time"
    assert order.answer_by <= limit + timedelta(hours=24)


def test_so_many_changes_and_no_more(goods: tuple[Product, Product]) -> None:
    order = order_of(goods, S.PROCESSING)
    for _ in range(10):
        with transaction():
            change = make.proposal(order, Wish(3))
        with transaction():
            services.withdraw_as_shop(SYSTEM, order.id, change.id)
    with pytest.raises(Stale) as told, transaction():
        make.proposal(order, Wish(3))
    assert told.value.message_id == "changes.too_many"


def test_too_late_is_no(goods: tuple[Product, Product]) -> None:
    order = order_of(goods)
    with transaction():
        change = make.proposal(order, Wish(3))
    with travel(change.answer_by):
        with pytest.raises(Stale), transaction():
            services.agree_as_buyer(AS_BUYER, order.id, change.id)
        handlers.end_overdue()
        handlers.end_overdue()
    assert change.state is ChangeState.EXPIRED


def test_nothing_expires_before_its_time(goods: tuple[Product, Product]) -> None:
    order = order_of(goods)
    with transaction():
        change = make.proposal(order, Wish(3))
    with pytest.raises(Stale), transaction():
        services.expire(change.id)


@pytest.mark.parametrize("act", ["decline", "ready", "cancel"])
def test_an_order_that_moves_on_leaves_the_change_behind(goods: tuple[Product, Product], act: str) -> None:
    order = order_of(goods, S.PROCESSING if act == "ready" else S.WAITING)
    with transaction():
        change = make.proposal(order, Wish(3))
    with transaction():
        if act == "decline":
            orders.decline(SYSTEM, order.id, "Habis")
        elif act == "ready":
            orders.mark_ready(SYSTEM, order.id)
        else:
            orders.cancel_purchase(AS_BUYER, order.purchase_id)
    with pytest.raises(Stale), transaction():
        services.agree_as_buyer(AS_BUYER, order.id, change.id)
    outbox.deliver_all()
    assert change.state is ChangeState.OVERTAKEN
    check_books()


def test_the_shop_agrees_to_fewer_and_to_the_order_with_it(goods: tuple[Product, Product]) -> None:
    order = order_of(goods, method="card")
    with transaction():
        change = make.request(order, Wish(4), note="Bungkus terpisah")
    with transaction():
        services.agree_as_shop(ina(order.store_id), order.id, change.id)
    assert (order.status, order.refunded_goods, order.note) == (S.PROCESSING, 50_000, "Bungkus terpisah")
    check_books()


def test_another_note_alone_is_a_change(goods: tuple[Product, Product]) -> None:
    order = order_of(goods)
    with transaction():
        change = make.request(order, note="Tanpa gula")
    assert (change.goods_before, change.goods_after) == (250_000, 250_000)
    with transaction():
        services.agree_as_shop(SYSTEM, order.id, change.id)
    assert (order.note, order.total) == ("Tanpa gula", 250_000)


def test_a_closed_account_takes_its_words_along(goods: tuple[Product, Product], db: SQLAlchemy) -> None:
    buyer = make.person("Budi")
    with transaction():
        order = make.orders_of(make.purchase([goods[0]], quantity=5, buyer=buyer))[0]
        change = make.request(order, Wish(3), note="Rumah biru", buyer=Buyer(make.actor_of(buyer)))
    (told,) = services.export(buyer.id)
    assert (told["note"], told["goods_after"]) == ("Rumah biru", 150_000)
    with transaction():
        services.forget(Leaving(buyer.id, buyer.email, buyer.phone))
    db.session.expire_all()
    assert db.session.get_one(OrderChange, change.id).note is None
