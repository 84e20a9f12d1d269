"""Money that is asked for, told of and given back by many at the same moment: each thing happens once (R2, R5)."""

from __future__ import annotations

import contextvars
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from marketplace.checkout import handlers
from marketplace.checkout.services import paying, settling
from marketplace.core import outbox
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now, travel
from marketplace.core.db import db, transaction
from marketplace.core.errors import Invalid
from marketplace.ledger.rules import Kind
from marketplace.orders import handlers as orders_handlers
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.queries import payment_of_purchase
from marketplace.orders.rules import OrderStatus
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.adapters.stripe_checkout import StripeCheckout
from marketplace.payments.events import NoticeReceived, RefundRequested
from marketplace.payments.models import Payment, PaymentAttempt, ProviderNotice, Refund
from marketplace.payments.rules import AttemptState, Notice, NoticeState, PaymentMethod, PaymentState, RefundSource
from marketplace.payments.services import notices, refunds
from tests import make
from tests.books import bookings, check_books
from tests.cardmarket import plugged, provider_at
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market
from tools.stripe_standin.payments import NotOpen
from tools.stripe_standin.server import StandIn

pytestmark = pytest.mark.race
TOTAL = 100_000


@dataclass(frozen=True)
class Scene:
    """A market with real commits whose cards are paid at the stand-in."""

    app: Flask
    provider: StripeCheckout
    standin: StandIn

    def sale(self, *, is_paid: bool = False) -> tuple[str, int, int]:
        """An order of Rp100.000 whose page at Stripe is open: reference, payment, order."""
        with self.app.app_context():
            with transaction():
                made = make.purchase([make.product(price=50_000)], up_to=OrderStatus.UNPAID)
                order_id, payment_id = make.orders_of(made)[0].id, payment_of_purchase(made.id).id
            reference = db.session.scalars(sa.select(Payment.reference).where(Payment.id == payment_id)).one()
        if is_paid:
            self.pay(self.click(reference))
            with self.app.app_context():
                settle(payment_id)
        return reference, payment_id, order_id

    def click(self, reference: str) -> str:
        """Press the button that pays: where it leads, or the status when it leads nowhere."""
        answer = self.ask("POST", f"/bayar/{reference}")
        return str(answer.location if answer.status_code == 303 else answer.status_code)

    def pay(self, page: str) -> str:
        """Pay on a page; what Stripe calls the payment."""
        return str(self.standin.pay(page.rpartition("/")[2])["id"])

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        """A request that knows nothing of the context at hand."""
        client = self.app.test_client()
        return contextvars.Context().run(lambda: client.open(path, method=method, **more))


@pytest.fixture
def scene(live_database: Market, stripe_standin: StandIn, quick_stripe: None) -> Iterator[Scene]:
    provider = provider_at(stripe_standin)
    live_database.app.config["WTF_CSRF_ENABLED"] = False
    with plugged(live_database.app, Providers([Cash(), provider])):
        yield Scene(live_database.app, provider, stripe_standin)


def settle(payment_id: int) -> None:
    """Read the provider, and book what it says."""
    readings = settling.read(payment_id)
    with transaction():
        settling.apply(readings)


def payment(payment_id: int) -> Payment:
    return db.session.get_one(Payment, payment_id, populate_existing=True)


def is_paid_once(scene: Scene, payment_id: int) -> None:
    with scene.app.app_context():
        found = payment(payment_id)
        assert (found.received, found.state, bookings(Kind.ONLINE_SALE)) == (TOTAL, PaymentState.PAID, 1)
        check_books(scene.standin)


# --- notices ---


def test_one_notice_that_comes_twenty_times_at_once_is_kept_and_booked_once(scene: Scene) -> None:
    reference, payment_id, _ = scene.sale()
    scene.pay(scene.click(reference))
    event = next(one for one in scene.standin.all("event") if one["type"] == "checkout.session.completed")
    body, headers = scene.standin.webhooks.letter(event)

    def tell() -> int:
        return int(scene.ask("POST", "/webhooks/stripe", data=body, headers=headers).status_code)

    assert together(scene.app, [tell] * 20) == [200] * 20
    with scene.app.app_context():
        assert db.session.scalars(sa.select(ProviderNotice.event_id)).all() == [event["id"]]
        outbox.deliver_all()
    is_paid_once(scene, payment_id)


def _notice(number: int, session_ref: str) -> Notice:
    return Notice(f"evt_{number}", "checkout.session.completed", True, session_ref=session_ref)


def test_looking_for_the_notice_first_leaves_stripe_without_an_answer(scene: Scene) -> None:
    """The control: those who looked in time fail on the unique key, and are sent the notice again and again."""
    meeting = Meeting(5)

    def naive() -> bool:
        found = db.session.scalar(sa.select(ProviderNotice.id))
        db.session.rollback()
        meeting.wait()
        with transaction():
            row = {"method": PaymentMethod.CARD, "event_id": "evt_1", "type": "x", "body": "{}"}
            db.session.add(ProviderNotice(**row, state=NoticeState.NEW, received_at=now()))
        return found is None

    done = together(scene.app, [naive] * 5)
    assert sum(isinstance(result, sa.exc.IntegrityError) for result in done) == 4


def test_twenty_notices_of_one_payment_at_once_book_it_once(scene: Scene) -> None:
    reference, payment_id, _ = scene.sale()
    page = scene.click(reference)
    scene.pay(page)
    with scene.app.app_context():
        with transaction():
            for number in range(20):
                notices.keep(PaymentMethod.CARD, _notice(number, page.rpartition("/")[2]), b"{}")
        ids = db.session.scalars(sa.select(ProviderNotice.id)).all()
    jobs = [lambda notice_id=notice_id: handlers.follow_notice(NoticeReceived(notice_id)) for notice_id in ids]
    assert together(scene.app, jobs) == [None] * 20
    is_paid_once(scene, payment_id)


def test_looking_at_the_payment_first_counts_the_money_twice(scene: Scene) -> None:
    """The control: both see a payment that nothing came in for."""
    _, payment_id, _ = scene.sale()
    meeting = Meeting(2)

    def naive() -> bool:
        received = payment(payment_id).received
        db.session.rollback()
        meeting.wait()
        with transaction():
            more = sa.update(Payment).where(Payment.id == payment_id).values(received=Payment.received + TOTAL)
            db.session.execute(more)
        return received == 0

    assert together(scene.app, [naive] * 2) == [True, True]
    with scene.app.app_context():
        assert payment(payment_id).received == 2 * TOTAL


def test_the_return_the_worker_and_the_sweep_at_once_book_it_once(scene: Scene) -> None:
    reference, payment_id, _ = scene.sale()
    page = scene.click(reference)
    scene.pay(page)
    with scene.app.app_context(), transaction():
        notices.keep(PaymentMethod.CARD, _notice(1, page.rpartition("/")[2]), b"{}")

    def sweep() -> None:
        with travel(now() + handlers.SWEEP_AFTER):
            handlers.sweep_payments()

    def come_back() -> None:
        assert scene.ask("GET", f"/bayar/{reference}/kembali").status_code == 303

    def work() -> None:
        outbox.deliver_all()

    done = together(scene.app, [sweep, come_back, work] * 4)
    assert done == [None] * 12
    is_paid_once(scene, payment_id)


def test_a_second_payment_that_many_hear_of_at_once_goes_back_once(scene: Scene) -> None:
    _, payment_id, _ = scene.sale(is_paid=True)
    session = scene.standin.all("checkout.session")[0]["id"]
    second = scene.standin.pay_again(session)["id"]

    def read() -> None:
        readings = settling.read(payment_id, second)
        with transaction():
            settling.apply(readings)

    assert together(scene.app, [read] * 12) == [None] * 12
    with scene.app.app_context():
        outbox.deliver_all()
        assert (payment(payment_id).received, payment(payment_id).refunded) == (2 * TOTAL, TOTAL)
        assert [one["amount"] for one in scene.standin.all("refund")] == [TOTAL * 100]
        check_books(scene.standin)


# --- refunds ---


def _refund(order_id: int, amount: int) -> int:
    with transaction():
        return orders.refunds.refund_order(SYSTEM, order_id, amount, 0, "Rusak").amount


def test_twenty_refunds_of_a_fifteenth_at_once_are_fifteen(scene: Scene) -> None:
    _, payment_id, order_id = scene.sale(is_paid=True)
    part = TOTAL // 15
    done = together(scene.app, [lambda: _refund(order_id, part)] * 20)
    assert done.count(part) == 15
    assert {type(result) for result in done if result != part} == {Invalid}
    with scene.app.app_context():
        outbox.deliver_all()
        assert payment(payment_id).refunded == 15 * part
        assert sum(one["amount"] for one in scene.standin.all("refund")) == 15 * part * 100
        check_books(scene.standin)


def test_twenty_refunds_of_money_that_is_no_orders_never_exceed_it(scene: Scene) -> None:
    """No order is locked then: the payment's own lock counts."""
    _, payment_id, _ = scene.sale(is_paid=True)
    with scene.app.app_context():
        attempt_id = db.session.scalars(sa.select(PaymentAttempt.id)).one()

    def promise() -> int:
        with transaction():
            return refunds.request(SYSTEM, attempt_id, TOTAL // 15, RefundSource.SYSTEM, "").amount

    done = together(scene.app, [promise] * 20)
    assert done.count(TOTAL // 15) == 15
    assert {type(result) for result in done if not isinstance(result, int)} == {Invalid}
    with scene.app.app_context():
        assert payment(payment_id).refunded == 15 * (TOTAL // 15)


def test_looking_at_what_is_left_first_promises_more_than_came_in(scene: Scene) -> None:
    """The control: read, then write what follows from what was read."""
    _, payment_id, _ = scene.sale(is_paid=True)
    meeting = Meeting(2)

    def naive() -> bool:
        found = payment(payment_id)
        left, refunded = found.received - found.refunded, found.refunded
        db.session.rollback()
        meeting.wait()
        with transaction():
            promised = sa.update(Payment).where(Payment.id == payment_id).values(refunded=refunded + 60_000)
            db.session.execute(promised)
        return left >= 60_000

    assert together(scene.app, [naive] * 2) == [True, True]
    with scene.app.app_context():
        assert payment(payment_id).refunded == 60_000  # Rp120.000 were promised, and the counter does not even know


def test_a_shop_that_declines_while_the_operator_refunds_sends_it_back_once(scene: Scene) -> None:
    for _ in range(4):
        _, payment_id, order_id = scene.sale(is_paid=True)

        def decline(order_id: int = order_id) -> int:
            with transaction():
                orders.decline(SYSTEM, order_id, "Habis")
            return 0

        def refund(order_id: int = order_id) -> int:
            return _refund(order_id, TOTAL)

        done = together(scene.app, [decline, refund])
        assert {type(result) for result in done if isinstance(result, Exception)} <= {Invalid}
        assert done[0] == 0
        with scene.app.app_context():
            assert payment(payment_id).refunded == TOTAL
            check_books()
            outbox.deliver_all()
            check_books(scene.standin)
            assert db.session.get_one(Order, order_id).status is OrderStatus.DECLINED


def test_one_refund_that_many_workers_take_is_sent_once(scene: Scene) -> None:
    from_sale = scene.sale(is_paid=True)
    with scene.app.app_context():
        _refund(from_sale[2], 30_000)
        refund_id = db.session.scalars(sa.select(Refund.id)).one()
    done = together(scene.app, [_sender(refund_id)] * 12)
    with scene.app.app_context():
        outbox.deliver_all()
        assert [one["amount"] for one in scene.standin.all("refund")] == [30_000_00], done
        check_books(scene.standin)


def _sender(refund_id: int) -> Callable[[], None]:
    def send() -> None:
        orders_handlers.send_refund(RefundRequested(refund_id))

    return send


# --- the hold, and the button ---


@pytest.mark.parametrize("first", ["pays", "ends"])
def test_the_end_of_the_hold_and_the_payment_at_once_agree_with_stripe(scene: Scene, first: str) -> None:
    for _ in range(4):
        reference, payment_id, order_id = scene.sale()
        page = scene.click(reference)

        def pay(page: str = page, payment_id: int = payment_id) -> bool:
            try:
                scene.pay(page)
            except NotOpen:
                return False
            settle(payment_id)
            return True

        def end() -> None:
            with travel(now() + timedelta(minutes=61)):
                handlers.end_holds()

        done = together(scene.app, [pay, end] if first == "pays" else [end, pay])
        was_paid = done[0 if first == "pays" else 1]
        assert was_paid in (True, False)
        with scene.app.app_context():
            end()
            found, status = payment(payment_id), db.session.get_one(Order, order_id).status
            paid, over = (PaymentState.PAID, OrderStatus.WAITING), (PaymentState.EXPIRED, OrderStatus.EXPIRED)
            assert (found.state, status) == (paid if was_paid else over)
            check_books(scene.standin)


def test_freeing_the_goods_first_takes_money_for_nothing(scene: Scene) -> None:
    """The control: the goods are free, and the page is still open."""
    reference, payment_id, order_id = scene.sale()
    page = scene.click(reference)
    with scene.app.app_context():
        with transaction():
            db.session.execute(sa.update(PaymentAttempt).values(state=AttemptState.EXPIRED))
        with travel(now() + timedelta(minutes=61)), transaction():
            orders.paying.expire(db.session.get_one(Order, order_id).purchase_id)
        scene.pay(page)
        assert payment(payment_id).state is PaymentState.EXPIRED
        assert len(scene.standin.all("charge")) == 1


def test_twenty_clicks_at_once_open_one_page(scene: Scene) -> None:
    reference, payment_id, _ = scene.sale()
    done = together(scene.app, [lambda: scene.click(reference)] * 20)
    pages = {str(result) for result in done} - {"503"}  # told to press again: Stripe was busy with the same key
    assert len(pages) == len(scene.standin.all("checkout.session")) == 1
    assert scene.click(reference) == next(iter(pages))
    with scene.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(PaymentAttempt)) == 1
    scene.pay(pages.pop())
    with scene.app.app_context():
        settle(payment_id)
    is_paid_once(scene, payment_id)


def test_looking_for_a_page_first_opens_one_for_each(scene: Scene) -> None:
    """The control: no try is written down before Stripe is asked, so each asks under a key of its own."""
    _, payment_id, _ = scene.sale()
    meeting = Meeting(3)

    def naive() -> bool:
        found = db.session.scalar(sa.select(PaymentAttempt.id))
        with transaction():
            step = paying.begin(payment_id)
        meeting.wait()
        scene.provider.start(replace(step.order, key=uuid.uuid4().hex))
        return found is None

    together(scene.app, [naive] * 3)
    assert len(scene.standin.all("checkout.session")) == 3
