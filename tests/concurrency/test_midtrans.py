"""A payment at Midtrans of which everybody hears at the same moment: it is booked once."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from random import Random

import pytest
import sqlalchemy as sa
from flask import Flask

from marketplace.checkout import handlers
from marketplace.checkout.services import settling
from marketplace.core.clock import now, travel
from marketplace.core.db import db, transaction
from marketplace.core.outbox import deliver_all
from marketplace.ledger.rules import Kind
from marketplace.orders.queries import payment_of_purchase
from marketplace.orders.rules import OrderStatus
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.models import Payment, PaymentAttempt, ProviderNotice
from marketplace.payments.rules import AttemptState, PaymentMethod, PaymentState
from tests import make
from tests.books import bookings, check_books
from tests.cardmarket import plugged
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market
from tests.snapmarket import snap_provider_at
from tools.midtrans_standin.server import StandIn

pytestmark = pytest.mark.race
TOTAL = 100_000


@pytest.fixture
def market(live_database: Market, midtrans_standin: StandIn) -> Iterator[Flask]:
    live_database.app.config["WTF_CSRF_ENABLED"] = False
    with plugged(live_database.app, Providers([Cash(), snap_provider_at(midtrans_standin)])):
        yield live_database.app


def ask(app: Flask, method: str, path: str, **more: object) -> tuple[int, str]:
    """A request that knows nothing of the context at hand: its status, and where it leads."""
    client = app.test_client()
    answer = contextvars.Context().run(lambda: client.open(path, method=method, **more))  # type: ignore[arg-type]
    return answer.status_code, str(answer.location)


def sale(app: Flask) -> tuple[str, int]:
    """An order of Rp100.000: the payment's reference and id."""
    with app.app_context(), transaction():
        made = make.purchase([make.product(price=50_000)], payment_method=PaymentMethod.SNAP, up_to=OrderStatus.UNPAID)
        found = payment_of_purchase(made.id)
        return found.reference, found.id


def test_a_storm_of_notices_a_return_and_the_sweep_book_once(market: Flask, midtrans_standin: StandIn) -> None:
    reference, payment_id = sale(market)
    status, page = ask(market, "POST", f"/bayar/{reference}")
    assert status == 303
    midtrans_standin.pay(page.rpartition("/")[2])
    news = midtrans_standin.notices
    forged = [{**notice, "signature_key": "f" * 128} for notice in news]

    def tell(notice: object) -> Callable[[], int]:
        return lambda: ask(market, "POST", "/webhooks/midtrans", json=notice)[0]

    def sweep() -> int:
        with travel(now() + handlers.SWEEP_AFTER * 2):
            handlers.sweep_payments()
        return 0

    def work() -> int:
        deliver_all()
        return 0

    others = [lambda: ask(market, "GET", f"/bayar/{reference}/kembali")[0], sweep, work]
    jobs = [*(tell(notice) for notice in news * 25), *(tell(notice) for notice in forged), *others * 2]
    Random(11).shuffle(jobs)
    answers = together(market, jobs, at_once=12)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    with market.app_context():
        deliver_all()
        found = db.session.get_one(Payment, payment_id, populate_existing=True)
        assert (found.received, found.state, bookings(Kind.ONLINE_SALE)) == (TOTAL, PaymentState.PAID, 1)
        assert db.session.scalar(sa.select(sa.func.count(ProviderNotice.id))) == len(news)
        check_books()


def test_booking_what_was_read_without_the_lock_counts_it_twice(market: Flask, midtrans_standin: StandIn) -> None:
    """The control: two who read 'paid' and add what came in, each to what it saw before."""
    reference, payment_id = sale(market)
    midtrans_standin.pay(ask(market, "POST", f"/bayar/{reference}")[1].rpartition("/")[2])
    meeting = Meeting(2)

    def naive() -> int:
        (reading,) = settling.read(payment_id)
        attempt_id = reading.attempt_id
        is_open = db.session.scalar(
            sa.select(PaymentAttempt.state != AttemptState.PAID).where(PaymentAttempt.id == attempt_id)
        )
        db.session.rollback()
        meeting.wait()
        if is_open and reading.snapshot:
            with transaction():
                more = {"received": Payment.received + reading.snapshot.received}
                db.session.execute(sa.update(Payment).where(Payment.id == payment_id).values(more))
        return 0

    assert together(market, [naive] * 2) == [0, 0]
    with market.app_context():
        assert db.session.get_one(Payment, payment_id, populate_existing=True).received == 2 * TOTAL


def test_two_who_press_the_button_at_once_pay_one_try(market: Flask, midtrans_standin: StandIn) -> None:
    reference, payment_id = sale(market)
    answers = together(market, [lambda: ask(market, "POST", f"/bayar/{reference}")] * 5)
    pages = {
        page.rpartition("/")[2] for status, page in (one for one in answers if isinstance(one, tuple)) if status == 303
    }
    assert pages
    assert len({midtrans_standin.choose(page) for page in pages}) == 1
    with market.app_context():
        tries = db.session.scalars(sa.select(PaymentAttempt).where(PaymentAttempt.payment_id == payment_id)).all()
        assert [each.number for each in tries] == [1]
