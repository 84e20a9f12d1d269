"""What becomes of an accepted order when somebody is late or says nothing, to the end; in cash and paid before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.core import outbox
from marketplace.core.actor import GUEST, Actor, Grant, Role
from marketplace.core.clock import WITA, now, travel
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, Stale
from marketplace.ledger.queries import balance
from marketplace.ledger.rules import cash_account, payable_account, pending_account
from marketplace.notifications.models import Message
from marketplace.orders import handlers, queries, services
from marketplace.orders.models import Order, OrderAcceptance, OrderEvent
from marketplace.orders.policies import Buyer, guest_key
from marketplace.orders.queries.checks import crooked_orders
from marketplace.orders.rules import CLOCKED, Cause, OrderStatus, promised_day
from marketplace.orders.services import Accepted
from marketplace.payments.queries import attempts_of
from marketplace.payments.rules import DisputeSnapshot, DisputeState, PaymentMethod
from tests import make
from tests.books import unfinished
from tests.make import orders as _orders
from tests.orders.snapshots import stock_of

S = OrderStatus
NEW_YEARS_EVE = datetime(2026, 12, 31, 23, 30, tzinfo=WITA)
CARD, CASH = PaymentMethod.CARD, PaymentMethod.CASH


@pytest.fixture
def basket(db: SQLAlchemy) -> Product:
    """A product of 50,000 rupiah, 10 on hand."""
    with transaction():
        return make.product(price=50_000, on_hand=10)


def order_at(basket: Product, status: OrderStatus, method: PaymentMethod = CARD, fee: int = 0) -> Order:
    with transaction():
        made = make.purchase([basket], up_to=status, payment_method=method, fee=fee)
    return make.orders_of(made)[0]


def variant_of(basket: Product) -> int:
    return _orders.line(basket).variant_id


def shop(order: Order) -> Actor:
    return Actor(None, "Ina", frozenset({Grant(Role.STORE_OWNER, order.store_id)}))


def buyer(db: SQLAlchemy, order: Order) -> Buyer:
    return Buyer(GUEST, guest_key(queries.purchase_view(order.purchase_id).purchase.code))  # type: ignore[union-attr]


def the_routines_run() -> None:
    handlers.remind_of_clocks()
    handlers.run_out_clocks()


def days_of_nothing(order: Order) -> Iterator[datetime]:
    """Six hours after six hours, until nothing is left to happen."""
    at = now()
    for _ in range(40 * 4):
        at += timedelta(hours=6)
        yield at
        if order.status not in CLOCKED:
            return


# --- nobody does anything ---------------------------------------------------

ENDS = (
    (S.PROCESSING, CARD, 0, S.CANCELLED, Cause.NOT_MADE),
    (S.PROCESSING, CASH, 0, S.CANCELLED, Cause.NOT_MADE),
    (S.READY, CARD, 0, S.CANCELLED, Cause.LEFT),
    (S.READY, CASH, 0, S.CANCELLED, Cause.LEFT),
    (S.ON_THE_WAY, CARD, 7_000, S.DONE, Cause.TIME),
    (S.ON_THE_WAY, CASH, 7_000, S.CANCELLED, Cause.NOT_REPORTED),
    (S.ARRIVED, CARD, 7_000, S.DONE, Cause.TIME),
)


def test_these_are_all_states_with_a_clock_of_their_own() -> None:
    assert {start for start, *_ in ENDS} == CLOCKED


@pytest.mark.parametrize(("start", "method", "fee", "end", "cause"), ENDS)
def test_nobody_does_anything_to_the_end(
    db: SQLAlchemy, basket: Product, start: OrderStatus, method: PaymentMethod, fee: int, end: OrderStatus, cause: Cause
) -> None:
    with travel(NEW_YEARS_EVE):
        order = order_at(basket, start, method, fee)
    store, order_id = order.store_id, order.id
    with travel(NEW_YEARS_EVE):
        for at in days_of_nothing(order):
            with travel(at):
                the_routines_run()
                order = db.session.get_one(Order, order_id, populate_existing=True)
                assert order.status not in CLOCKED or order.ends_at is not None
    assert order.status is end
    steps = db.session.query(OrderEvent).filter_by(order_id=order_id).order_by(OrderEvent.id).all()
    assert steps[-1].cause is cause
    assert order.ends_at is None
    held, promised = stock_of(variant_of(basket))
    if end is S.DONE:
        assert (held, promised) == (8, 0)
        assert balance(payable_account(store)) == -(107_000 - order.commission)
    else:
        assert (held, promised) == (10, 0)
        assert balance(payable_account(store)) == 0
        assert (order.refunded_goods, order.refunded_delivery) == ((100_000, fee) if method is CARD else (0, 0))
    assert balance(cash_account(store)) == 0, "nobody but the shop says that it has the cash"
    assert balance(pending_account(store)) == 0
    assert crooked_orders() == []


def test_nothing_ends_unannounced_when_the_worker_stood_still(db: SQLAlchemy, basket: Product) -> None:
    with travel(NEW_YEARS_EVE):
        order = order_at(basket, S.ARRIVED)
        ends = order.ends_at
    assert ends is not None
    with travel(ends + timedelta(days=2)):
        the_routines_run()
        db.session.expire_all()
        assert order.status is S.ARRIVED, "the buyer is reminded first"
        assert order.ends_at == now() + timedelta(hours=24)
        the_routines_run()
        assert order.status is S.ARRIVED
    with travel(ends + timedelta(days=3, minutes=1)):
        the_routines_run()
    db.session.expire_all()
    assert order.status is S.DONE


def test_each_reminder_is_sent_once(db: SQLAlchemy, basket: Product) -> None:
    order = order_at(basket, S.READY)
    for days in (1, 2.1, 2.2, 7.1, 7.2):
        with travel(now() + timedelta(days=days)):
            handlers.remind_of_clocks()
    keys = [message.key for message in db.session.query(Message).all()]
    assert keys.count(f"orders.order_not_fetched:{order.id}:buyer") == 1
    assert keys.count(f"orders.order_not_fetched_last:{order.id}:buyer") == 1


def test_one_that_cannot_end_does_not_hold_up_the_others(
    db: SQLAlchemy, basket: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = order_at(basket, S.ARRIVED), order_at(basket, S.ARRIVED)
    stuck, run_out = first.id, services.run_out

    def killed(order_id: int) -> Order:
        if order_id == stuck:
            run_out(order_id)
            raise ValueError("the worker was killed here")
        return run_out(order_id)

    with travel(now() + timedelta(hours=25)):
        handlers.remind_of_clocks()
    with travel(now() + timedelta(hours=49)):
        with monkeypatch.context() as patched:
            patched.setattr(services, "run_out", killed)
            handlers.run_out_clocks()
        db.session.expire_all()
        assert (first.status, second.status) == (S.ARRIVED, S.DONE), "nothing of the first is half done"
        handlers.run_out_clocks()
        handlers.run_out_clocks()
    db.session.expire_all()
    assert (first.status, second.status) == (S.DONE, S.DONE)
    assert stock_of(variant_of(basket)) == (6, 0)


def test_what_a_bank_disputes_does_not_complete_by_itself(db: SQLAlchemy, basket: Product) -> None:
    order = order_at(basket, S.ARRIVED)
    with travel(now() + timedelta(hours=25)):
        handlers.remind_of_clocks()
    assert not queries.is_contested(order.id)
    with transaction():
        payment = queries.payment_of_purchase(order.purchase_id)
        told = DisputeSnapshot("dp_1", DisputeState.OPEN, order.total, order.total)
        services.disputes.apply(attempts_of(payment.id)[0].id, told)
    assert queries.is_contested(order.id)
    with travel(now() + timedelta(hours=49)):
        handlers.run_out_clocks()
        with pytest.raises(Stale), transaction():
            services.run_out(order.id)
    db.session.expire_all()
    assert order.status is S.ARRIVED


# --- the clocks -------------------------------------------------------------


def test_a_promised_day_ends_at_midnight_in_kupang(basket: Product) -> None:
    with travel(NEW_YEARS_EVE):
        order = order_at(basket, S.PROCESSING)
    assert order.remind_at == datetime(2027, 1, 3, tzinfo=WITA), "accepted on the 31st: two days, to their end"
    assert order.may_end_at == datetime(2027, 1, 4, tzinfo=WITA)
    assert order.ends_at == datetime(2027, 1, 10, tzinfo=WITA)
    with travel(NEW_YEARS_EVE + timedelta(hours=1)):
        assert order_at(basket, S.PROCESSING).remind_at == datetime(2027, 1, 4, tzinfo=WITA)


def test_goods_made_to_order_have_until_the_day_the_buyer_was_told() -> None:
    accepted = datetime(2026, 12, 30, tzinfo=UTC).date()
    told = accepted + timedelta(days=9)
    assert promised_day(accepted, told, 2) == told
    assert promised_day(accepted, accepted - timedelta(days=1), 2) == accepted


# --- the buyer's and the shop's ways out ------------------------------------


def test_a_late_order_may_be_taken_back_and_not_before(db: SQLAlchemy, basket: Product) -> None:
    order = order_at(basket, S.PROCESSING)
    may_end = order.may_end_at
    assert may_end is not None
    with travel(may_end - timedelta(minutes=1)), pytest.raises(Stale, match="not_late"), transaction():
        services.take_back(buyer(db, order), order.id)
    with travel(may_end):
        with pytest.raises(NotAllowed), transaction():
            services.take_back(Buyer(GUEST, "x"), order.id)
        with transaction():
            services.take_back(buyer(db, order), order.id)
        with pytest.raises(Stale), transaction():
            services.take_back(buyer(db, order), order.id)
    assert order.status is S.CANCELLED
    assert order.refunded_goods == 100_000
    assert stock_of(variant_of(basket)) == (10, 0)


def test_what_is_ready_meanwhile_is_not_taken_back(db: SQLAlchemy, basket: Product) -> None:
    order = order_at(basket, S.PROCESSING)
    with travel(now() + timedelta(days=5)):
        with transaction():
            services.mark_ready(shop(order), order.id)
        with pytest.raises(Stale), transaction():
            services.take_back(buyer(db, order), order.id)


def test_the_shop_ends_what_is_not_fetched_and_not_before(basket: Product) -> None:
    order = order_at(basket, S.READY)
    with travel(now() + timedelta(days=6)), pytest.raises(Stale, match="still_time"), transaction():
        services.end_unfetched(shop(order), order.id)
    with travel(now() + timedelta(days=8)):
        with pytest.raises(NotAllowed), transaction():
            services.end_unfetched(Actor(None, "Yuli", frozenset({Grant(Role.STORE_OWNER, 999)})), order.id)
        with transaction():
            services.end_unfetched(shop(order), order.id)
    assert (order.status, order.refunded_goods) == (S.CANCELLED, 100_000)


def test_arrival_is_said_of_what_was_paid_and_brought_only(basket: Product) -> None:
    for status, method, fee in ((S.ON_THE_WAY, CASH, 7_000), (S.READY, CARD, 0), (S.PROCESSING, CARD, 7_000)):
        order = order_at(basket, status, method, fee)
        with pytest.raises(Stale), transaction():
            services.arrive(shop(order), order.id)


def test_the_buyer_may_say_once_that_it_has_not_arrived(db: SQLAlchemy, basket: Product) -> None:
    order = order_at(basket, S.ARRIVED)
    with transaction():
        services.deny_arrival(buyer(db, order), order.id)
    assert order.status is S.ON_THE_WAY
    with transaction():
        services.arrive(shop(order), order.id)
    with pytest.raises(Stale, match="denied_before"), transaction():
        services.deny_arrival(buyer(db, order), order.id)


def test_who_has_the_goods_is_not_told_that_they_arrived(db: SQLAlchemy, basket: Product) -> None:
    order = order_at(basket, S.ON_THE_WAY, fee=7_000)
    with transaction():
        services.arrive(shop(order), order.id)
        assert services.hand_over(shop(order), order.id, order.handover_code) is None
    outbox.deliver_all()
    keys = db.session.scalars(sa.select(Message.key).where(Message.key.like("%order_arrived%"))).all()
    assert (keys, unfinished()) == ([], [])


def test_goods_that_have_arrived_do_not_go_back_on_their_way(basket: Product) -> None:
    order = order_at(basket, S.ARRIVED)
    with pytest.raises(Stale), transaction():
        services.mark_ready(shop(order), order.id)


# --- who took the goods -----------------------------------------------------


def test_an_acceptance_is_kept_once_and_never_changed(db: SQLAlchemy, basket: Product) -> None:
    order = order_at(basket, S.ARRIVED)
    drawn = "M10 20L30 40L50 20M80 10L80 90"
    with transaction():
        services.confirm_arrival(buyer(db, order), order.id, Accepted("  Maria   Bere ", "Satu dus penyok", drawn))
    kept = db.session.get_one(OrderAcceptance, order.id)
    assert (kept.name, kept.remark, kept.signature) == ("Maria Bere", "Satu dus penyok", drawn)
    with pytest.raises(Exception, match="written once"), transaction():
        kept.name = "Orang lain"
        db.session.flush()


@pytest.mark.parametrize(
    "accepted",
    [
        Accepted("", "ada catatan"),
        Accepted("x" * 121),
        Accepted("Maria", "x" * 301),
        Accepted("Maria", "", 'M1 1L2 2"/><script>'),
        Accepted("Maria", "", "M1 1" + "L2 2" * 3000),
    ],
)
def test_what_cannot_be_kept_leaves_the_order_as_it_was(db: SQLAlchemy, basket: Product, accepted: Accepted) -> None:
    order = order_at(basket, S.ARRIVED)
    with pytest.raises(Invalid), transaction():
        services.confirm_arrival(buyer(db, order), order.id, accepted)
    db.session.expire_all()
    assert order.status is S.ARRIVED


def test_cash_is_the_shops_word_and_not_the_buyers(db: SQLAlchemy, basket: Product) -> None:
    order = order_at(basket, S.ON_THE_WAY, CASH, 7_000)
    with pytest.raises(Stale), transaction():
        services.confirm_arrival(buyer(db, order), order.id, Accepted("Maria"))


def test_an_order_wound_by_hand_without_a_clock_is_refused_by_the_database(db: SQLAlchemy, basket: Product) -> None:
    order = order_at(basket, S.PROCESSING)
    with pytest.raises(Exception, match="has_a_clock"), transaction():
        order.ends_at = None
        db.session.flush()
