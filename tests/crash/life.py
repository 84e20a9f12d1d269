"""A market's life by chance: what buyers, shops, workers and the operator do, in a process that may die meanwhile.

What was done is noted in a file after it is committed, so that whoever lives on can ask whether it was lost.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from marketplace.catalog.models import Product
from marketplace.checkout import handlers as checkout_handlers
from marketplace.checkout import services as checkout
from marketplace.core import outbox
from marketplace.core.actor import GUEST, SYSTEM
from marketplace.core.db import db, transaction
from marketplace.core.errors import Refusal
from marketplace.orders import handlers as order_handlers
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.policies import Buyer, guest_key
from marketplace.orders.queries import purchase_of_payment
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Payment
from marketplace.payments.queries import payment_by_reference
from marketplace.payments.rules import PaymentMethod, PaymentState
from tests import make

Letter = tuple[str, bytes, dict[str, str]]
"""A notice on its way: the event's id, body and headers."""
ROUTINES: tuple[Callable[[], object], ...] = (
    outbox.deliver_all,
    checkout_handlers.end_holds,
    checkout_handlers.sweep_payments,
    checkout_handlers.sweep_notices,
    order_handlers.sweep_refunds,
    order_handlers.lapse_unanswered,
)


@dataclass(frozen=True)
class Life:
    """So many things by chance, with the notices that are on their way."""

    seed: int
    deeds: int
    letters: tuple[Letter, ...]
    diary: Path

    def __call__(self, app: Flask) -> None:
        market = _Market(app.test_client(), random.Random(self.seed), self)
        for number in range(self.deeds):
            with app.app_context(), suppress(Refusal):  # a refusal leaves all as it was
                market.do_something(number)


class _Market:
    def __init__(self, client: FlaskClient, chance: random.Random, life: Life) -> None:
        self.client, self.chance, self.life = client, chance, life

    def do_something(self, number: int) -> None:
        deeds: dict[Callable[[], None], int] = {
            lambda: self.place(f"{self.life.seed}-{number}"): 5,
            self.go_to_pay: 2,
            self.come_back: 2,
            self.take_back: 1,
            self.answer: 6,
            self.cancel: 1,
            self.refund: 2,
            self.take_notice: 6,
            self.work: 5,
        }
        self.chance.choices(list(deeds), list(deeds.values()))[0]()

    def note(self, *words: object) -> None:
        """This was committed: it may never be lost."""
        with self.life.diary.open("ab", buffering=0) as file:
            file.write((" ".join(str(word) for word in words) + "\n").encode())

    def place(self, key: str) -> None:
        goods = self.chance.sample(list(db.session.scalars(sa.select(Product).order_by(Product.id))), 2)
        method = self.chance.choice([PaymentMethod.CARD, PaymentMethod.CARD, PaymentMethod.CASH])
        with transaction():
            cart = make.filled_cart(key, goods, self.chance.randint(1, 3))
        spec = make.order_form(cart, payment_method=method)
        with transaction():
            code = checkout.place(GUEST, cart, key, spec).code
        self.note("placed", code)
        if method is PaymentMethod.CARD:
            self.go_to_pay()

    def go_to_pay(self) -> None:
        """A buyer presses the button of an unpaid purchase."""
        if found := self._payment(Payment.state == PaymentState.PENDING):
            self._send("POST", f"/bayar/{found}")

    def come_back(self) -> None:
        if found := self._payment():
            self._send("GET", f"/bayar/{found}/kembali")

    def take_back(self) -> None:
        """A buyer takes an unpaid purchase back into her cart."""
        if found := self._payment(Payment.state == PaymentState.PENDING):
            payment = payment_by_reference(found)
            assert payment is not None
            key = guest_key(purchase_of_payment(payment.id).code)
            self._send("POST", f"/bayar/{found}/keranjang?kunci={key}")

    def answer(self) -> None:
        """A shop takes its next step with an order."""
        order = self._order(OrderStatus.WAITING, OrderStatus.PROCESSING, OrderStatus.READY)
        if order is None:
            return
        order_id, code, status = order.id, order.handover_code, order.status
        with transaction():
            if status is OrderStatus.READY:
                orders.hand_over(SYSTEM, order_id, code)
            elif status is OrderStatus.PROCESSING:
                orders.mark_ready(SYSTEM, order_id)
            elif self.chance.random() < 0.3:
                orders.decline(SYSTEM, order_id, "Bahan sedang habis")
            else:
                orders.accept(SYSTEM, order_id)
            status = db.session.get_one(Order, order_id).status
        self.note("moved", order_id, status)

    def cancel(self) -> None:
        order = self._order(OrderStatus.WAITING)
        if order is not None:
            purchase_id, order_id = order.purchase_id, order.id
            with transaction():
                orders.cancel_purchase(Buyer(SYSTEM), purchase_id)
            self.note("moved", order_id, OrderStatus.CANCELLED)

    def refund(self) -> None:
        """The operator gives back a part of an order."""
        order = self._order(*OrderStatus)
        if order is not None:
            order_id, goods = order.id, self.chance.randint(1, order.goods_total)
            with transaction():
                refund_id = orders.refunds.refund_order(SYSTEM, order_id, goods, 0, "Barang rusak").id
            self.note("refunded", refund_id)

    def take_notice(self) -> None:
        """The provider tells of something, sometimes twice."""
        if not self.life.letters:
            return
        event_id, body, headers = self.chance.choice(self.life.letters)
        assert self._send("POST", "/webhooks/stripe", data=body, headers=headers) == 200
        self.note("told", event_id)

    def work(self) -> None:
        self.chance.choice(ROUTINES)()

    def _send(self, method: str, path: str, **more: Any) -> int:
        """The status of the answer; a failure of the market's own is a failure of the test's."""
        db.session.rollback()
        status = self.client.open(path, method=method, **more).status_code
        assert status < 500 or status == 503, f"{method} {path}: {status}"
        return status

    def _payment(self, *where: sa.ColumnElement[bool]) -> str | None:
        """The reference of one of the last online payments."""
        query = sa.select(Payment.reference).where(Payment.hold_until.is_not(None), *where)
        found = db.session.scalars(query.order_by(Payment.id.desc()).limit(8)).all()
        return self.chance.choice(found) if found else None

    def _order(self, *states: OrderStatus) -> Order | None:
        query = sa.select(Order).where(Order.status.in_(states)).order_by(Order.id.desc()).limit(12)
        found = db.session.scalars(query).all()
        return self.chance.choice(found) if found else None
