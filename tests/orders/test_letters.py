"""Each step of an order tells its people by mail: once, with code, what comes next, and a link that works."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.core import outbox
from marketplace.core.actor import SYSTEM, Grant, Role
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.notifications.models import Message
from marketplace.orders import events, handlers, services
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer, guest_key
from marketplace.orders.rules import OrderStatus
from tests import make

S = OrderStatus
CODE = "7391"
"""A hand-over code that is no part of anything else in a letter, as a drawn one may be."""


@pytest.fixture
def basket(db: SQLAlchemy) -> Product:
    """A product of a shop where Ina and Dodi work; Ina has an e-mail address, Dodi only a phone."""
    with transaction():
        product = make.product(price=50_000, on_hand=10)
    make.person("Ina", email="ina@example.id", roles=[Grant(Role.STORE_OWNER, product.store_id)])
    make.person("Dodi", phone="+6281111111111", roles=[Grant(Role.STORE_STAFF, product.store_id)])
    return product


def _purchase(basket: Product, up_to: OrderStatus = S.WAITING, **more: object) -> Purchase:
    with transaction():
        return make.purchase([basket], up_to=up_to, **more)  # type: ignore[arg-type]


def _written(db: SQLAlchemy) -> dict[str, list[Message]]:
    """What the handlers wrote, by recipient. (Two days on, because some tests act when the shop's time is over.)"""
    with travel(now() + timedelta(days=2)):
        outbox.deliver_all()
    found: dict[str, list[Message]] = {}
    for message in db.session.scalars(sa.select(Message).order_by(Message.id)):
        found.setdefault(message.recipient, []).append(message)
    return found


def test_placing_tells_the_buyer_and_the_shop(db: SQLAlchemy, basket: Product) -> None:
    made = _purchase(basket, fee=7_000)
    order = make.orders_of(made)[0]
    with transaction():
        order.handover_code = CODE
    code, order_code, key = made.code, order.code, guest_key(made.code)
    written = _written(db)
    (to_buyer,) = written["budi@example.id"]
    assert code in to_buyer.subject
    assert f"http://localhost/pembelian/{code}?kunci={key}" in to_buyer.body
    assert "Rp107.000" in to_buyer.body
    assert "Apa selanjutnya" in to_buyer.body
    assert "WITA" in to_buyer.body
    (to_ina,) = written["ina@example.id"]
    assert order_code in to_ina.subject
    assert f"http://localhost/penjual/pesanan/{order_code}" in to_ina.body
    assert CODE not in to_ina.body
    assert set(written) == {"budi@example.id", "ina@example.id"}


STEPS: list[tuple[OrderStatus, str, Callable[[Order], object]]] = [
    (S.WAITING, "order_accepted", lambda order: services.accept(SYSTEM, order.id)),
    (S.WAITING, "order_declined", lambda order: services.decline(SYSTEM, order.id, "Oven rusak")),
    (S.PROCESSING, "order_ready", lambda order: services.mark_ready(SYSTEM, order.id)),
    (S.READY, "order_handed_over", lambda order: services.hand_over(SYSTEM, order.id, order.handover_code)),
    (S.WAITING, "order_lapsed", lambda order: services.lapse(order.id)),
]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(("start", "template", "act"), STEPS, ids=[template for _, template, _ in STEPS])
def test_each_step_tells_the_buyer(
    db: SQLAlchemy,
    basket: Product,
    language: str,
    start: OrderStatus,
    template: str,
    act: Callable[[Order], object],
) -> None:
    made = _purchase(basket, start, language=language)
    order = make.orders_of(made)[0]
    _written(db)
    with transaction():
        order.handover_code = CODE
    with travel(order.answer_by), transaction():
        act(order)
    letters = [message for message in _written(db)["budi@example.id"] if message.key.startswith(f"orders.{template}:")]
    assert len(letters) == 1
    letter = letters[0]
    assert order.code in letter.subject + letter.body
    assert f"/pembelian/{made.code}?kunci=" in letter.body
    assert "{" not in letter.subject + letter.body
    assert "%(" not in letter.subject + letter.body
    assert (CODE in letter.body) is (template == "order_ready")
    if template == "order_declined":
        assert "Oven rusak" in letter.body


def test_taking_back_tells_both(db: SQLAlchemy, basket: Product) -> None:
    made = _purchase(basket)
    _written(db)
    with transaction():
        services.cancel_purchase(Buyer(SYSTEM), made.id)
    written = _written(db)
    assert [message.key.split(":")[0] for message in written["budi@example.id"]][-1] == "orders.purchase_cancelled"
    assert [message.key.split(":")[0] for message in written["ina@example.id"]][-1] == "orders.shop_cancelled"


def test_lapsing_tells_the_shop_too(db: SQLAlchemy, basket: Product) -> None:
    made = _purchase(basket)
    with travel(make.orders_of(made)[0].answer_by):
        handlers.lapse_unanswered()
    assert make.orders_of(made)[0].status is S.LAPSED
    assert any(message.key.startswith("orders.shop_lapsed") for message in _written(db)["ina@example.id"])


def test_the_routine_leaves_alone_what_is_not_due(db: SQLAlchemy, basket: Product) -> None:
    made = _purchase(basket)
    with travel(now()):
        handlers.lapse_unanswered()
    assert make.orders_of(made)[0].status is S.WAITING


def test_repeating_a_handler_writes_nothing_twice(db: SQLAlchemy, basket: Product) -> None:
    made = _purchase(basket, S.DONE)
    order = make.orders_of(made)[0]
    _written(db)
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Message))
    purchase_id, order_id = made.id, order.id
    for _ in range(2):
        handlers.tell_of_purchase(events.PurchasePlaced(purchase_id))
        handlers.tell_of_acceptance(events.OrderAccepted(order_id))
        handlers.tell_of_readiness(events.OrderReady(order_id))
        handlers.tell_of_hand_over(events.OrderHandedOver(order_id))
    _written(db)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == before


def test_a_buyer_without_an_address_is_not_written_to(db: SQLAlchemy, basket: Product) -> None:
    _purchase(basket, S.READY, email="")
    assert set(_written(db)) == {"ina@example.id"}


def test_a_person_signed_in_gets_a_link_without_a_key(db: SQLAlchemy, basket: Product) -> None:
    made = _purchase(basket, buyer=make.person("Budi"))
    body = _written(db)["budi@example.id"][0].body
    assert f"/pembelian/{made.code}\n" in body
    assert "kunci=" not in body


def test_a_name_cannot_bend_a_letter(db: SQLAlchemy, basket: Product) -> None:
    with transaction():
        placed = make.spec([basket])
        make.place(type(placed)(**{**vars(placed), "buyer_name": "{{ 7*7 }} <b>%(code)s"}))
    body = _written(db)["budi@example.id"][0].body
    assert "Halo {{ 7*7 }} <b>%(code)s," in body


def test_who_bought_as_a_guest_is_told_that_an_account_has_it_now(db: SQLAlchemy, basket: Product) -> None:
    made = _purchase(basket)
    ina = make.actor_of(make.person("Mama Ina"))
    for _ in range(2):
        with transaction():
            services.keep_purchase(Buyer(ina, guest_key(made.code)), made.id)
    letters = [letter for letter in _written(db)["budi@example.id"] if letter.key.startswith("orders.purchase_kept:")]
    assert len(letters) == 1
    assert made.code in letters[0].subject
    assert "kunci=" not in letters[0].body
