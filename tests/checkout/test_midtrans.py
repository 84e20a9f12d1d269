"""Sales paid at Midtrans's page: paid, declined, late, twice, of another amount, with answers and notices lost."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.checkout import handlers
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.ledger import queries as ledger
from marketplace.ledger.rules import CUSTOMER_CREDIT, Kind
from marketplace.orders import services as orders
from marketplace.orders.queries import purchase_of_payment
from marketplace.payments.models import Payment, ProviderNotice, Refund
from marketplace.payments.queries import attempts_of, without_fee
from marketplace.payments.rules import AttemptState, NoticeState, PaymentState, RefundState, Trouble
from marketplace.payouts import queries as payouts
from tests import make
from tests.books import CLEARING_SNAP, bookings, check_books
from tests.cardmarket import statuses, the_payment
from tests.checkout.counter import filled
from tests.snapmarket import SnapMarket
from tools.midtrans_standin.faults import Kind as Fault
from tools.midtrans_standin.payments import Refusal, signed

TOTAL = 413_000
BEGIN_ANEW = timedelta(minutes=3)
"""Later than a call may be under way: a page that nobody was shown is given up."""


@pytest.fixture
def snap_payment(snap_market: SnapMarket, goods: tuple[Product, Product]) -> Payment:
    """A guest's order of goods of two shops, whose page at Midtrans is open."""
    answer = snap_market.client.post("/checkout", data=filled(snap_market.client, goods, payment="snap"))
    snap_market.token_of(answer)
    return the_payment()


def is_paid_once(market: SnapMarket, payment: Payment) -> bool:
    """One payment there, booked once here; the shops may begin."""
    check_books()
    assert (len(market.standin.paid()), bookings(Kind.ONLINE_SALE), payment.state) == (1, 1, PaymentState.PAID)
    assert (payment.received, statuses(payment)) == (TOTAL, ["waiting", "waiting"])
    assert ledger.balance(CLEARING_SNAP) == TOTAL
    return True


def sweep(minutes: float = 5) -> None:
    with travel(now() + timedelta(minutes=minutes)):
        handlers.sweep_payments()


def end_hold(payment: Payment) -> None:
    """The time to pay is over."""
    assert payment.hold_until is not None
    with travel(payment.hold_until + timedelta(seconds=1)):
        handlers.end_holds()


# --- paid ---


@pytest.mark.parametrize("way", ["qris", "bank_transfer", "gopay"])
def test_paid_and_seen_on_return(snap_market: SnapMarket, snap_payment: Payment, way: str) -> None:
    snap_market.buy(snap_payment, way=way)
    assert is_paid_once(snap_market, snap_payment)
    snap_market.tell_all()  # what Midtrans tells of it afterwards changes nothing
    assert is_paid_once(snap_market, snap_payment)


def test_paid_and_seen_by_notice_alone(snap_market: SnapMarket, snap_payment: Payment) -> None:
    snap_market.standin.pay(snap_market.open_page(snap_payment), way="bank_transfer")
    assert snap_payment.state is PaymentState.PENDING
    snap_market.tell_all()
    assert is_paid_once(snap_market, snap_payment)


def test_paid_and_seen_by_the_sweep_alone(snap_market: SnapMarket, snap_payment: Payment) -> None:
    snap_market.standin.pay(snap_market.open_page(snap_payment))
    sweep()
    assert is_paid_once(snap_market, snap_payment)


def test_coming_back_without_paying_pays_nothing(snap_market: SnapMarket, snap_payment: Payment) -> None:
    token = snap_market.open_page(snap_payment)
    assert snap_market.come_back(snap_payment).status_code == 303  # nothing chosen: Midtrans knows of nothing
    snap_market.standin.choose(token, "bank_transfer")
    assert snap_market.come_back(snap_payment).status_code == 303  # chosen, to be paid later
    assert snap_payment.state is PaymentState.PENDING
    assert snap_market.open_page(snap_payment) == token


def test_the_page_says_where_one_pays_and_how_money_comes_back(snap_market: SnapMarket, snap_payment: Payment) -> None:
    page = snap_market.client.get(f"/bayar/{snap_payment.reference}").text
    assert "halaman Midtrans" in page
    assert "Stripe" not in page


def test_the_checkout_offers_it_within_its_limits(snap_market: SnapMarket, goods: tuple[Product, Product]) -> None:
    form = filled(snap_market.client, goods, payment="snap")
    page = BeautifulSoup(snap_market.client.get("/checkout").text, "html.parser")
    assert page.select_one('input[name="payment"][value="snap"]') is not None
    assert form["payment"] == "snap"


def test_its_fee_is_not_asked_for_again_and_again(snap_market: SnapMarket, snap_payment: Payment) -> None:
    snap_market.buy(snap_payment)
    assert attempts_of(snap_payment.id)[0].fee is None
    assert without_fee(now() - timedelta(days=1), now() + timedelta(days=1)) == []


# --- not paid ---


def test_declined_leaves_the_page_open_for_another_way(snap_market: SnapMarket, snap_payment: Payment) -> None:
    token = snap_market.open_page(snap_payment)
    snap_market.standin.deny(token)
    snap_market.come_back(snap_payment)
    tried = attempts_of(snap_payment.id)[0]
    assert (tried.state, tried.trouble) == (AttemptState.OPEN, Trouble.DECLINED)
    page = snap_market.client.get(f"/bayar/{snap_payment.reference}").text
    assert "pilih cara lain" in page
    assert "kartu lain" not in page
    assert snap_market.open_page(snap_payment) == token
    snap_market.standin.pay(token, way="qris")
    snap_market.tell_all()
    assert is_paid_once(snap_market, snap_payment)


@pytest.mark.parametrize("chosen", [None, "bank_transfer"])
def test_a_hold_that_ends_closes_what_was_chosen(
    snap_market: SnapMarket, snap_payment: Payment, chosen: str | None
) -> None:
    token = snap_market.open_page(snap_payment)
    if chosen:
        snap_market.standin.choose(token, chosen)
    end_hold(snap_payment)
    assert snap_payment.state is PaymentState.EXPIRED
    assert [tried.state for tried in attempts_of(snap_payment.id)] == [AttemptState.EXPIRED]
    assert statuses(snap_payment) == ["expired", "expired"]
    if chosen:
        with pytest.raises(Refusal):
            snap_market.standin.pay(token, way=chosen)


def test_a_denied_try_does_not_stay_open_past_its_hold(snap_market: SnapMarket, snap_payment: Payment) -> None:
    snap_market.standin.deny(snap_market.open_page(snap_payment))
    end_hold(snap_payment)
    assert [tried.state for tried in attempts_of(snap_payment.id)] == [AttemptState.FAILED]
    assert snap_payment.state is PaymentState.EXPIRED


def test_paid_in_the_last_moment_is_paid(snap_market: SnapMarket, snap_payment: Payment) -> None:
    snap_market.standin.pay(snap_market.open_page(snap_payment))
    end_hold(snap_payment)
    assert is_paid_once(snap_market, snap_payment)


def test_a_page_left_open_by_a_purchase_taken_back_is_followed(snap_market: SnapMarket, snap_payment: Payment) -> None:
    """The page cannot be closed while nothing is chosen on it: what is paid there after all is not lost."""
    token = snap_market.open_page(snap_payment)
    assert snap_market.client.post(f"/bayar/{snap_payment.reference}/keranjang").status_code == 303
    assert snap_payment.state is PaymentState.CANCELLED
    snap_market.standin.pay(token)
    sweep()  # no notice came
    assert (snap_payment.state, snap_payment.received) == (PaymentState.PAID_LATE, TOTAL)
    check_books()


# --- money that does not fit ---


def test_another_amount_is_never_taken_as_paid(snap_market: SnapMarket, snap_payment: Payment) -> None:
    snap_market.buy(snap_payment, received=TOTAL - 1_000)
    assert (snap_payment.state, snap_payment.received) == (PaymentState.MISMATCH, TOTAL - 1_000)
    assert statuses(snap_payment) == ["unpaid", "unpaid"]
    check_books(credit=TOTAL - 1_000)


def test_paid_after_the_time_is_given_back_or_revived(snap_market: SnapMarket, snap_payment: Payment) -> None:
    name = snap_market.standin.choose(snap_market.open_page(snap_payment))
    end_hold(snap_payment)
    snap_market.standin.become(name, "settlement")
    snap_market.tell_all()
    assert (snap_payment.state, snap_payment.received) == (PaymentState.PAID_LATE, TOTAL)
    assert statuses(snap_payment) == ["waiting", "waiting"]
    check_books()


def test_two_tries_paid_send_the_second_back(snap_market: SnapMarket, snap_payment: Payment) -> None:
    """A payment that was cancelled there and settles after all, beside the try that came after it."""
    first = snap_market.standin.choose(snap_market.open_page(snap_payment))
    snap_market.standin.become(first, "cancel")
    snap_market.come_back(snap_payment)
    snap_market.buy(snap_payment)
    snap_market.standin.become(first, "settlement")
    snap_market.tell_all()
    assert (snap_payment.state, snap_payment.received) == (PaymentState.PAID, 2 * TOTAL)
    assert [refund["refund_amount"] for refund in snap_market.standin.refunds()] == [f"{TOTAL}.00"]
    assert ledger.balance(CUSTOMER_CREDIT) == 0
    check_books()


# --- answers that are lost ---


@pytest.mark.parametrize("fault", [Fault.ERROR_AFTER, Fault.DROP_AFTER, Fault.GARBLED])
def test_a_page_whose_answer_was_lost_is_never_a_second_payment(
    snap_market: SnapMarket, goods: tuple[Product, Product], fault: Fault
) -> None:
    standin = snap_market.standin
    standin.world.is_strict = True
    standin.faults.order("snap", fault)
    answer = snap_market.client.post("/checkout", data=filled(snap_market.client, goods, payment="snap"))
    assert answer.status_code == 503
    payment = the_payment()
    assert snap_market.client.post(f"/bayar/{payment.reference}").status_code == 503  # Midtrans has that name already
    with travel(now() + BEGIN_ANEW):
        token = snap_market.open_page(payment)
    assert [tried.state for tried in attempts_of(payment.id)] == [AttemptState.EXPIRED, AttemptState.OPEN]
    standin.pay(token)
    snap_market.tell_all()
    assert is_paid_once(snap_market, payment)


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE, Fault.RATE_LIMIT])
def test_a_page_that_could_not_be_opened_is_opened_next_time(
    snap_market: SnapMarket, goods: tuple[Product, Product], fault: Fault
) -> None:
    snap_market.standin.faults.order("snap", fault)
    answer = snap_market.client.post("/checkout", data=filled(snap_market.client, goods, payment="snap"))
    assert answer.status_code == 503
    snap_market.buy(the_payment())
    assert is_paid_once(snap_market, the_payment())


def test_not_readable_right_after_it_was_paid_is_read_later(snap_market: SnapMarket, snap_payment: Payment) -> None:
    snap_market.standin.pay(snap_market.open_page(snap_payment))
    snap_market.standin.faults.order("status", Fault.MISSING)
    snap_market.come_back(snap_payment)
    assert snap_payment.state is PaymentState.PENDING
    assert [tried.state for tried in attempts_of(snap_payment.id)] == [AttemptState.OPEN]
    sweep()
    assert is_paid_once(snap_market, snap_payment)


# --- notices ---


def test_duplicated_reordered_and_forged_notices_book_once(
    snap_market: SnapMarket, snap_payment: Payment, db: SQLAlchemy
) -> None:
    snap_market.standin.pay(snap_market.open_page(snap_payment))
    news = snap_market.standin.notices
    forged = [{**notice, "signature_key": "0" * 128} for notice in news]
    storm = [*news * 25, *forged * 5]
    Random(7).shuffle(storm)
    answers = [snap_market.tell(notice).status_code for notice in storm]
    assert answers.count(400) == len(forged) * 5
    assert answers.count(200) == len(news) * 25
    assert db.session.scalar(sa.select(sa.func.count(ProviderNotice.id))) == len(news)
    snap_market.work()
    assert is_paid_once(snap_market, snap_payment)


def test_a_signed_notice_is_not_believed_without_reading(snap_market: SnapMarket, snap_payment: Payment) -> None:
    """A recorded notice says what its sender likes in all fields that the signature does not cover."""
    snap_market.standin.choose(snap_market.open_page(snap_payment))
    pending = snap_market.standin.notices[-1]
    assert snap_market.tell({**pending, "transaction_status": "settlement"}).status_code == 200
    snap_market.work()
    assert snap_payment.state is PaymentState.PENDING


def test_a_notice_of_somebody_elses_sale_on_the_account_is_set_aside(
    snap_market: SnapMarket, snap_payment: Payment, db: SQLAlchemy
) -> None:
    body = {"order_id": "toko-lain-7", "status_code": "200", "gross_amount": "5000.00"}
    foreign = signed(snap_market.standin.world, {**body, "transaction_status": "settlement"})
    assert snap_market.tell(foreign).status_code == 200
    assert db.session.scalars(sa.select(ProviderNotice.state)).all() == [NoticeState.IGNORED]


# --- money back ---


def refund(payment: Payment, db: SQLAlchemy) -> list[Refund]:
    return list(db.session.scalars(sa.select(Refund).where(Refund.payment_id == payment.id).order_by(Refund.id)))


def decline_first(payment: Payment) -> None:
    """One of the two shops cannot deliver."""
    with transaction():
        first = make.orders_of(purchase_of_payment(payment.id))[0]
        orders.decline(SYSTEM, first.id, "Bahan habis")


def test_a_shop_that_declines_sends_its_part_back(
    snap_market: SnapMarket, snap_payment: Payment, db: SQLAlchemy
) -> None:
    snap_market.buy(snap_payment, way="gopay")
    decline_first(snap_payment)
    snap_market.tell_all()
    sent = refund(snap_payment, db)
    assert [each.state for each in sent] == [RefundState.SUCCEEDED]
    assert [each["refund_amount"] for each in snap_market.standin.refunds()] == [f"{sent[0].amount}.00"]
    assert ledger.balance(CLEARING_SNAP) == TOTAL - sent[0].amount
    check_books()


@pytest.mark.parametrize("fault", [Fault.ERROR_AFTER, Fault.DROP_AFTER, Fault.GARBLED, Fault.RATE_LIMIT])
def test_a_refund_whose_answer_was_lost_is_sent_once(
    snap_market: SnapMarket, snap_payment: Payment, db: SQLAlchemy, fault: Fault
) -> None:
    snap_market.buy(snap_payment)
    decline_first(snap_payment)
    snap_market.standin.faults.order("refund", fault)
    snap_market.work()
    assert len(snap_market.standin.refunds()) == 1
    assert [each.state for each in refund(snap_payment, db)] == [RefundState.SUCCEEDED]
    check_books()


def test_money_from_a_virtual_account_is_left_for_the_bank(
    snap_market: SnapMarket, snap_payment: Payment, db: SQLAlchemy
) -> None:
    snap_market.buy(snap_payment, way="bank_transfer")
    decline_first(snap_payment)
    snap_market.work()
    assert [(each.state, each.by_bank) for each in refund(snap_payment, db)] == [(RefundState.REQUESTED, True)]
    assert snap_market.standin.refunds() == []
    assert payouts.ask_of(purchase_of_payment(snap_payment.id).id) is not None  # the buyer is asked where it goes
    check_books(credit=-ledger.balance(CUSTOMER_CREDIT))


def test_a_refund_made_in_the_dashboard_is_written_down(
    snap_market: SnapMarket, snap_payment: Payment, db: SQLAlchemy
) -> None:
    name = snap_market.buy(snap_payment)
    snap_market.standin.refund_by_hand(name, 5_000)
    snap_market.tell_all()
    snap_market.tell_all()
    assert [(each.amount, each.source.value) for each in refund(snap_payment, db)] == [(5_000, "external")]
    assert snap_payment.refunded == 5_000
    check_books()


def test_a_chargeback_takes_the_money_out_of_the_books(snap_market: SnapMarket, snap_payment: Payment) -> None:
    name = snap_market.buy(snap_payment)
    snap_market.standin.charge_back(name)
    snap_market.tell_all()
    assert ledger.balance(CLEARING_SNAP) == 0
    check_books()


# --- reconciliation ---


def test_reconcile_reads_each_payment_and_says_what_differs(snap_market: SnapMarket, snap_payment: Payment) -> None:
    name = snap_market.buy(snap_payment, way="gopay")
    decline_first(snap_payment)
    snap_market.tell_all()
    runner = snap_market.app.test_cli_runner()
    agreed = runner.invoke(args=["reconcile"]).output
    assert name not in agreed
    assert "snap" not in agreed
    snap_market.standin.become(name, "partial_refund", gross_amount="1000.00", transaction_time="2026-01-01 00:00:00")
    assert f"{TOTAL} in our books, 1000 with the snap provider" in runner.invoke(args=["reconcile"]).output
