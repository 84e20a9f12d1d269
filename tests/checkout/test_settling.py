"""Money that does not come as it should: late, twice, too little, too much. The books are right after each."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import Variant
from marketplace.catalog.rules import MovementKind
from marketplace.catalog.services.stock import record_movements
from marketplace.checkout import handlers
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import travel
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.core.errors import Stale
from marketplace.ledger import queries as ledger
from marketplace.ledger.rules import ADJUSTMENTS, Kind
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.policies import Buyer, guest_key
from marketplace.orders.queries import purchase_of_payment
from marketplace.orders.rules import OrderStatus
from marketplace.orders.services.steps import pieces
from marketplace.payments.models import Payment
from marketplace.payments.queries import attempts_of, refunds_of
from marketplace.payments.rules import AttemptRef, AttemptState, PaymentState, RefundSource, RefundState, Snapshot
from tests.books import bookings, check_books
from tests.cardmarket import CardMarket, statuses
from tests.checkout.sales import TOTAL, Sale

pytestmark = pytest.mark.usefixtures("ten_percent")


@pytest.fixture
def deaf_page(card_market: CardMarket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stripe says that a page is closed, and lets the one who is just paying finish."""

    def expire(attempt: AttemptRef) -> Snapshot:
        return Snapshot(AttemptState.EXPIRED, attempt.session_ref)

    monkeypatch.setattr(card_market.provider, "expire", expire)


@pytest.fixture
def late(card_market: CardMarket, sale: Sale, deaf_page: None) -> str:
    """A session that can still be paid though the hold is over and the goods were freed."""
    session = card_market.open_page(sale.payment)
    assert sale.payment.hold_until is not None
    with travel(sale.payment.hold_until + timedelta(seconds=5)):
        handlers.end_holds()
    assert (sale.payment.state, statuses(sale.payment)) == (PaymentState.EXPIRED, ["expired", "expired"])
    return session


def sell_out(order: Order) -> None:
    """Somebody else buys what this order held."""
    with transaction():
        held = sa.select(Variant.id, Variant.on_hand).where(Variant.id.in_(pieces([order.id])))
        changes = {variant_id: 1 - on_hand for variant_id, on_hand in handle.session.execute(held)}
        record_movements(SYSTEM, MovementKind.CORRECTION, changes, reason="dijual di kios")


# --- too late ---


def test_late_money_brings_back_what_is_still_there(card_market: CardMarket, sale: Sale, late: str) -> None:
    card_market.standin.pay(late)
    card_market.tell_all()
    assert (sale.payment.state, statuses(sale.payment)) == (PaymentState.PAID_LATE, ["waiting", "waiting"])
    check_books(card_market.standin)
    assert ledger.earnings([sale.first.id])[sale.first.id].net == 107_000 - 10_000


def test_late_money_for_goods_that_are_partly_gone_goes_back_in_part(
    card_market: CardMarket, sale: Sale, late: str
) -> None:
    sell_out(sale.second)
    card_market.standin.pay(late)
    card_market.tell_all()
    assert (sale.payment.state, statuses(sale.payment)) == (PaymentState.PAID_LATE, ["waiting", "expired"])
    assert [refund["amount"] for refund in card_market.standin.all("refund")] == [73_666_00]
    check_books(card_market.standin)


def test_late_money_for_goods_that_are_gone_goes_back_whole(card_market: CardMarket, sale: Sale, late: str) -> None:
    sell_out(sale.first)
    sell_out(sale.second)
    card_market.standin.pay(late)
    card_market.tell_all()
    assert (sale.payment.state, statuses(sale.payment)) == (PaymentState.PAID_LATE, ["expired", "expired"])
    assert sale.payment.refunded == sale.payment.received == TOTAL
    check_books(card_market.standin)


def test_a_shop_that_never_heard_of_an_order_bears_no_fee_for_it(
    fees_of_shops: None, card_market: CardMarket, sale: Sale, late: str
) -> None:
    sell_out(sale.second)
    card_market.standin.pay(late)
    card_market.tell_all()
    earned = ledger.earnings([order.id for order in sale.orders])
    assert earned[sale.first.id].fee > 0
    assert (earned[sale.second.id].fee, earned[sale.second.id].net) == (0, 0)
    check_books(card_market.standin)


def test_late_money_does_not_bring_back_what_the_buyer_took_back(
    card_market: CardMarket, sale: Sale, deaf_page: None
) -> None:
    session = card_market.open_page(sale.payment)
    purchase = purchase_of_payment(sale.payment.id)
    card_market.client.post(f"/pembelian/{purchase.code}/pembatalan?kunci={guest_key(purchase.code)}")
    assert statuses(sale.payment) == ["cancelled", "cancelled"]
    card_market.standin.pay(session)
    card_market.tell_all()
    assert statuses(sale.payment) == ["cancelled", "cancelled"]
    assert sale.payment.refunded == sale.payment.received == TOTAL
    check_books(card_market.standin)


def test_a_wrong_sum_that_comes_late_can_only_be_sent_back(card_market: CardMarket, sale: Sale, late: str) -> None:
    card_market.standin.pay(late, received=TOTAL * 100 - 100)
    card_market.tell_all()
    assert (sale.payment.state, statuses(sale.payment)) == (PaymentState.MISMATCH, ["expired", "expired"])
    check_books(card_market.standin, credit=TOTAL - 1)
    with pytest.raises(Stale), transaction():
        orders.paying.complete(SYSTEM, sale.payment.id)
    with transaction():
        orders.refunds.refund_mismatch(SYSTEM, sale.payment.id)
    card_market.tell_all()
    check_books(card_market.standin)


# --- twice ---


@pytest.mark.parametrize("fee_is_late", [False, True])
def test_a_second_payment_past_our_page_goes_back_by_itself(
    card_market: CardMarket, sale: Sale, fee_is_late: bool
) -> None:
    card_market.standin.switches.late_fee = fee_is_late
    card_market.buy(sale.payment)
    card_market.standin.pay_again(attempts_of(sale.payment.id)[0].session_ref or "")
    card_market.tell_all()
    card_market.standin.bring_fees()
    card_market.tell_all()
    is_sent_back_once(card_market, sale.payment)


def test_a_second_session_that_was_paid_too_goes_back_by_itself(
    card_market: CardMarket, sale: Sale, deaf_page: None
) -> None:
    first = _two_sessions(card_market, sale.payment)
    card_market.buy(sale.payment)
    card_market.standin.pay(first)
    card_market.tell_all()
    is_sent_back_once(card_market, sale.payment)


def test_two_paid_sessions_that_are_read_at_once_pay_once(card_market: CardMarket, sale: Sale, deaf_page: None) -> None:
    first = _two_sessions(card_market, sale.payment)
    card_market.standin.pay(first)
    card_market.standin.pay(card_market.open_page(sale.payment))
    card_market.come_back(sale.payment)
    card_market.tell_all()
    is_sent_back_once(card_market, sale.payment)


def _two_sessions(market: CardMarket, payment: Payment) -> str:
    """The first of two sessions that can both be paid; the second one opens next."""
    first = market.open_page(payment)
    with transaction():
        orders.paying.apply(attempts_of(payment.id)[0].id, Snapshot(AttemptState.EXPIRED, first))
    return first


def is_sent_back_once(market: CardMarket, payment: Payment) -> None:
    """Two payments came in, one was booked as the sale, the other was sent back."""
    assert (payment.received, payment.refunded, payment.state) == (2 * TOTAL, TOTAL, PaymentState.PAID)
    assert [refund["amount"] for refund in market.standin.all("refund")] == [TOTAL * 100]
    assert (bookings(Kind.ONLINE_SALE), bookings(Kind.CREDIT)) == (1, 1)
    assert statuses(payment) == ["waiting", "waiting"]
    check_books(market.standin)


@pytest.mark.usefixtures("fees_of_shops")
def test_the_fee_of_a_second_payment_is_no_shops(card_market: CardMarket, sale: Sale) -> None:
    card_market.buy(sale.payment)
    card_market.tell_all()
    borne = {order.id: ledger.earnings([order.id])[order.id].fee for order in sale.orders}
    assert min(borne.values()) > 0
    card_market.standin.pay_again(attempts_of(sale.payment.id)[0].session_ref or "")
    card_market.tell_all()
    assert {order.id: ledger.earnings([order.id])[order.id].fee for order in sale.orders} == borne
    check_books(card_market.standin)


def test_a_second_payment_whose_refund_fails_stays_the_buyers(card_market: CardMarket, sale: Sale) -> None:
    card_market.buy(sale.payment)
    card_market.standin.pay_again(attempts_of(sale.payment.id)[0].session_ref or "")
    card_market.tell_all()
    card_market.standin.fail_refund(card_market.standin.all("refund")[0]["id"])
    card_market.tell_all()
    check_books(card_market.standin, credit=TOTAL)
    assert sale.payment.refunded == 0
    with transaction():
        second = attempts_of(sale.payment.id)[1]
        orders.refunds.refund_credit(SYSTEM, second, TOTAL, RefundSource.OPERATOR)
    card_market.tell_all()
    check_books(card_market.standin)
    assert sale.payment.refunded == TOTAL


# --- too little, too much ---

WRONG = pytest.mark.parametrize("received", [TOTAL - 666, TOTAL + 1_234, 1], ids=["less", "more", "hardly anything"])


@pytest.fixture
def wrong(card_market: CardMarket, sale: Sale, received: int) -> int:
    """So much has come in, which is not what was asked."""
    card_market.buy(sale.payment, received=received)
    assert (sale.payment.state, statuses(sale.payment)) == (PaymentState.MISMATCH, ["unpaid", "unpaid"])
    check_books(card_market.standin, credit=received)
    return received


@WRONG
def test_a_wrong_sum_is_never_silently_paid(card_market: CardMarket, sale: Sale, wrong: int) -> None:
    card_market.tell_all()
    page = card_market.client.get(f"/bayar/{sale.payment.reference}")
    assert "padahal yang ditagih" in page.text
    assert bookings(Kind.ONLINE_SALE) == 0
    assert sale.payment.hold_until is not None
    with travel(sale.payment.hold_until + timedelta(days=1)):
        handlers.end_holds()
    assert statuses(sale.payment) == ["unpaid", "unpaid"]
    check_books(card_market.standin, credit=wrong)


@WRONG
def test_the_operator_takes_a_wrong_sum_as_the_payment(card_market: CardMarket, sale: Sale, wrong: int) -> None:
    with transaction():
        orders.paying.complete(SYSTEM, sale.payment.id)
    card_market.tell_all()
    assert (sale.payment.state, statuses(sale.payment)) == (PaymentState.PAID, ["waiting", "waiting"])
    check_books(card_market.standin)
    assert sale.payment.refunded == max(0, wrong - TOTAL)
    assert ledger.balance(ADJUSTMENTS) == max(0, TOTAL - wrong)
    assert ledger.earnings([sale.second.id])[sale.second.id].net == 73_666 - 6_666
    with pytest.raises(Stale), transaction():
        orders.paying.complete(SYSTEM, sale.payment.id)


@WRONG
@pytest.mark.parametrize("how", ["operator", "buyer"])
def test_a_wrong_sum_is_sent_back(card_market: CardMarket, sale: Sale, wrong: int, how: str) -> None:
    with transaction():
        _send_back(sale.payment, how)
    card_market.tell_all()
    assert (sale.payment.state, statuses(sale.payment)) == (PaymentState.CANCELLED, ["cancelled", "cancelled"])
    assert sale.payment.refunded == wrong
    check_books(card_market.standin)


def _send_back(payment: Payment, how: str) -> None:
    if how == "operator":
        orders.refunds.refund_mismatch(SYSTEM, payment.id)
    else:
        orders.cancel_purchase(Buyer(SYSTEM), purchase_of_payment(payment.id).id)


@WRONG
def test_a_wrong_sum_whose_refund_fails_is_no_orders_and_can_be_sent_again(
    card_market: CardMarket, sale: Sale, wrong: int
) -> None:
    with transaction():
        orders.refunds.refund_mismatch(SYSTEM, sale.payment.id)
    card_market.tell_all()
    card_market.standin.fail_refund(card_market.standin.all("refund")[0]["id"])
    card_market.tell_all()
    check_books(card_market.standin, credit=wrong)
    with pytest.raises(Stale), transaction():
        orders.refunds.refund_order(SYSTEM, sale.first.id, 1, 0, "Kembali")
    card_market.standin.dashboard_refund(attempts_of(sale.payment.id)[0].provider_ref or "")
    card_market.tell_all()
    check_books(card_market.standin)
    assert [refund.state for refund in refunds_of(sale.payment.id)] == [RefundState.FAILED, RefundState.SUCCEEDED]


@WRONG
def test_a_wrong_sum_that_the_dashboard_sends_back_is_no_orders(
    card_market: CardMarket, sale: Sale, wrong: int
) -> None:
    card_market.standin.dashboard_refund(attempts_of(sale.payment.id)[0].provider_ref or "")
    card_market.tell_all()
    check_books(card_market.standin)
    with pytest.raises(Stale), transaction():
        orders.paying.complete(SYSTEM, sale.payment.id)
    with transaction():
        orders.refunds.refund_mismatch(SYSTEM, sale.payment.id)
    assert statuses(sale.payment) == ["cancelled", "cancelled"]
    check_books(card_market.standin)


@WRONG
def test_orders_paid_with_a_wrong_sum_can_still_be_declined(card_market: CardMarket, sale: Sale, wrong: int) -> None:
    """No more goes back than came in; what the market had added for the shops is the market's again."""
    with transaction():
        orders.paying.complete(SYSTEM, sale.payment.id)
    for order in sale.orders:
        with transaction():
            orders.decline(SYSTEM, order.id, "Habis")
        card_market.tell_all()
        check_books(card_market.standin)
    assert sale.payment.refunded == sale.payment.received == wrong
    assert ledger.balance(ADJUSTMENTS) == 0
    assert [ledger.earnings([order.id])[order.id].net for order in sale.orders] == [0, 0]
    assert {order.status for order in sale.orders} == {OrderStatus.DECLINED}
