"""Money back: who declines, what lapses, the operator, the Dashboard; and a refund that comes back itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import Variant
from marketplace.checkout import handlers as checkout_handlers
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now, travel
from marketplace.core.db import db, transaction
from marketplace.core.errors import Invalid
from marketplace.ledger import queries as ledger
from marketplace.ledger.rules import Kind, clearing_account, payable_account
from marketplace.orders import handlers
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from marketplace.payments.queries import refunds_of
from marketplace.payments.rules import PaymentState, RefundState
from tests import make
from tests.books import bookings, check_books
from tests.cardmarket import CardMarket, statuses
from tests.checkout.sales import FIRST_TOTAL, SECOND_TOTAL, TOTAL, Sale
from tools.stripe_standin.faults import Kind as Fault

pytestmark = pytest.mark.usefixtures("ten_percent")
REFUND = "PostRefunds"
R = RefundState


@pytest.fixture
def intent(card_market: CardMarket, sale: Sale) -> str:
    """The sale is paid; what Stripe calls the payment."""
    found = card_market.buy(sale.payment)
    card_market.tell_all()
    check_books(card_market.standin)
    return found


def sent(market: CardMarket) -> list[int]:
    """What Stripe sent back, in rupiah, the first first."""
    return [refund["amount"] // 100 for refund in market.standin.all("refund")]


def net(order: Order) -> int:
    """What an order leaves its shop."""
    return ledger.earnings([order.id])[order.id].net


def decline(order: Order) -> None:
    with transaction():
        orders.decline(SYSTEM, order.id, "Bahan habis")


def refund(order: Order, goods: int, delivery: int = 0) -> None:
    """The operator gives back a part of an order."""
    with transaction():
        orders.refunds.refund_order(SYSTEM, order.id, goods, delivery, "Rusak di jalan")


# --- who ends an order ---


def test_a_shop_that_declines_costs_only_its_own_order(card_market: CardMarket, sale: Sale, intent: str) -> None:
    decline(sale.second)
    card_market.tell_all()
    assert (sent(card_market), statuses(sale.payment)) == ([SECOND_TOTAL], ["waiting", "declined"])
    assert (net(sale.first), net(sale.second)) == (FIRST_TOTAL - 10_000, 0)
    check_books(card_market.standin)


def test_orders_that_nobody_answers_are_refunded(card_market: CardMarket, sale: Sale, intent: str) -> None:
    with travel(max(order.answer_by for order in sale.orders)):
        handlers.lapse_unanswered()
    card_market.tell_all()
    assert (sorted(sent(card_market)), statuses(sale.payment)) == ([SECOND_TOTAL, FIRST_TOTAL], ["lapsed", "lapsed"])
    assert sale.payment.refunded == TOTAL
    check_books(card_market.standin)


def test_what_is_handed_over_is_owed_to_the_shop_and_can_still_be_refunded(
    card_market: CardMarket, sale: Sale, intent: str
) -> None:
    with transaction():
        make.walk(sale.first, OrderStatus.DONE)
    held = sa.select(Variant.on_hand).order_by(Variant.id)
    assert db.session.scalars(held).all() == [8, 10]
    owed = payable_account(sale.first.store_id)
    assert ledger.balance(owed) == -(FIRST_TOTAL - 10_000)
    check_books(card_market.standin)
    refund(sale.first, 33_333, 7_000)
    card_market.tell_all()
    assert ledger.balance(owed) == -(FIRST_TOTAL - 10_000 - 33_333 - 7_000 + 3_333)
    check_books(card_market.standin)


# --- the operator ---


def test_the_operator_gives_back_odd_parts_until_nothing_is_left(
    card_market: CardMarket, sale: Sale, intent: str
) -> None:
    for goods, delivery in ((1, 0), (33_332, 3_500), (0, 1), (33_333, 3_499)):
        refund(sale.second, goods, delivery)
        card_market.tell_all()
        check_books(card_market.standin)
    assert net(sale.second) == 0
    assert sale.second.refunded_commission == sale.second.commission == 6_666
    with pytest.raises(Invalid):
        refund(sale.second, 1)
    assert sum(sent(card_market)) == SECOND_TOTAL
    decline(sale.second)
    card_market.tell_all()
    assert sum(sent(card_market)) == SECOND_TOTAL
    check_books(card_market.standin)


def test_an_order_that_was_refunded_in_part_gives_back_only_the_rest(
    card_market: CardMarket, sale: Sale, intent: str
) -> None:
    refund(sale.first, 99_999)
    decline(sale.first)
    card_market.tell_all()
    assert sent(card_market) == [99_999, FIRST_TOTAL - 99_999]
    check_books(card_market.standin)


@pytest.mark.parametrize("fault", [Fault.ERROR_AFTER, Fault.DROP_AFTER, Fault.RATE_LIMIT, Fault.CONFLICT, Fault.SLOW])
def test_a_refund_whose_answer_is_lost_is_sent_once(
    card_market: CardMarket, sale: Sale, intent: str, fault: Fault
) -> None:
    card_market.standin.faults.order(REFUND, fault, times=3, seconds=2.5)
    decline(sale.first)
    card_market.work()
    card_market.tell_all()
    assert sent(card_market) == [FIRST_TOTAL]
    assert [refund.state for refund in refunds_of(sale.payment.id)] == [R.SUCCEEDED]
    assert bookings(Kind.REFUND_SENT) == 1
    check_books(card_market.standin)


def test_a_refund_that_was_asked_and_forgotten_is_looked_for_by_the_sweep(
    card_market: CardMarket, sale: Sale, intent: str
) -> None:
    """A worker was killed between the call and the note of its answer."""
    decline(sale.first)
    made = refunds_of(sale.payment.id)[0]
    with transaction():
        submission = orders.refunds.payments.refunds.submit(made.id)
    assert submission is not None
    card_market.provider.refund(submission.order)
    with travel(now() + handlers.SWEEP_AFTER):
        handlers.sweep_refunds()
    assert (sent(card_market), made.state) == ([FIRST_TOTAL], R.SUCCEEDED)
    card_market.tell_all()
    check_books(card_market.standin)


# --- later ---


def test_a_refund_that_is_under_way_is_on_the_way_in_the_books_too(
    card_market: CardMarket, sale: Sale, intent: str
) -> None:
    card_market.standin.switches.pending_refunds = True
    decline(sale.first)
    card_market.tell_all()
    assert [refund.state for refund in refunds_of(sale.payment.id)] == [R.PENDING]
    check_books()
    card_market.standin.finish_refund(card_market.standin.all("refund")[0]["id"])
    card_market.tell_all()
    assert [refund.state for refund in refunds_of(sale.payment.id)] == [R.SUCCEEDED]
    check_books(card_market.standin)


@pytest.mark.parametrize("succeeds", [True, False])
def test_the_end_of_a_refund_that_nobody_tells_is_found_by_the_sweep(
    card_market: CardMarket, sale: Sale, intent: str, succeeds: bool
) -> None:
    card_market.standin.switches.pending_refunds = True
    decline(sale.first)
    card_market.tell_all()
    made = card_market.standin.all("refund")[0]["id"]
    (card_market.standin.finish_refund if succeeds else card_market.standin.fail_refund)(made)
    card_market.lose_notices()
    with travel(now() + handlers.SWEEP_AFTER + timedelta(seconds=1)):
        checkout_handlers.sweep_payments()
    assert [refund.state for refund in refunds_of(sale.payment.id)] == [R.SUCCEEDED if succeeds else R.FAILED]
    check_books(card_market.standin)


@pytest.mark.parametrize("is_done", [False, True])
def test_a_refund_that_comes_back_is_booked_back_and_can_be_asked_again(
    card_market: CardMarket, sale: Sale, intent: str, is_done: bool
) -> None:
    refund(sale.first, 40_001, 7_000)
    card_market.tell_all()
    if is_done:
        with transaction():
            make.walk(sale.first, OrderStatus.DONE)
    card_market.standin.fail_refund(card_market.standin.all("refund")[0]["id"])
    card_market.tell_all()
    assert [refund.state for refund in refunds_of(sale.payment.id)] == [R.FAILED]
    assert (sale.payment.refunded, net(sale.first)) == (0, FIRST_TOTAL - 10_000)
    check_books(card_market.standin)
    refund(sale.first, 100_000, 7_000)
    card_market.tell_all()
    assert (sale.payment.refunded, net(sale.first)) == (FIRST_TOTAL, 0)
    check_books(card_market.standin)


def test_a_refund_that_stripe_refuses_is_booked_back(card_market: CardMarket, sale: Sale, intent: str) -> None:
    """Somebody gave all of it back in the Dashboard in the same moment: the market hears of that afterwards."""
    refund(sale.first, 50_000)
    card_market.standin.dashboard_refund(intent)
    card_market.work()
    card_market.tell_all()
    states = sorted(one.state for one in refunds_of(sale.payment.id))
    assert (states, sale.payment.refunded) == ([R.FAILED, R.SUCCEEDED], TOTAL)
    check_books(card_market.standin)


# --- in the Dashboard ---


@pytest.mark.parametrize("amount", [1, 50_000, 123_457, TOTAL - 1, TOTAL])
def test_what_the_dashboard_gives_back_is_spread_over_the_orders(
    card_market: CardMarket, sale: Sale, intent: str, amount: int
) -> None:
    card_market.standin.dashboard_refund(intent, amount=amount * 100)
    card_market.tell_all()
    assert sale.payment.refunded == amount
    assert sum(order.refunded_goods + order.refunded_delivery for order in sale.orders) == amount
    assert (sale.payment.state, statuses(sale.payment)) == (PaymentState.PAID, ["waiting", "waiting"])
    check_books(card_market.standin)
    decline(sale.first)
    decline(sale.second)
    card_market.tell_all()
    assert (sale.payment.refunded, net(sale.first), net(sale.second)) == (TOTAL, 0, 0)
    check_books(card_market.standin)


def test_a_refund_made_in_the_dashboard_can_come_back_too(card_market: CardMarket, sale: Sale, intent: str) -> None:
    made = card_market.standin.dashboard_refund(intent, amount=77_777_00)
    card_market.tell_all()
    card_market.standin.fail_refund(made["id"])
    card_market.tell_all()
    assert sale.payment.refunded == 0
    check_books(card_market.standin)


def test_a_refund_that_came_back_does_not_hide_the_one_that_replaced_it(
    card_market: CardMarket, sale: Sale, intent: str
) -> None:
    """Both are heard of at once: what failed is off the counters before the other is counted."""
    decline(sale.first)
    decline(sale.second)
    card_market.tell_all()
    for made in card_market.standin.all("refund"):
        card_market.standin.fail_refund(made["id"])
    card_market.standin.dashboard_refund(intent)
    card_market.tell_all()
    assert sorted(one.state for one in refunds_of(sale.payment.id)) == [R.FAILED, R.FAILED, R.SUCCEEDED]
    assert sale.payment.refunded == TOTAL
    check_books(card_market.standin)


def test_a_refund_of_the_dashboard_that_came_and_went_unheard_changes_nothing(
    card_market: CardMarket, sale: Sale, intent: str
) -> None:
    made = card_market.standin.dashboard_refund(intent)
    card_market.standin.fail_refund(made["id"])
    card_market.lose_notices()
    decline(sale.first)
    decline(sale.second)
    card_market.work()
    card_market.tell_all()
    assert (sale.payment.refunded, net(sale.first), net(sale.second)) == (TOTAL, 0, 0)
    check_books(card_market.standin)


# --- what Stripe keeps ---


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.usefixtures("fees_of_shops")
def test_shops_that_bear_the_fee_bear_all_of_it(
    card_market: CardMarket, sale: Sale, is_late: bool, is_done: bool
) -> None:
    card_market.standin.switches.late_fee = is_late
    card_market.buy(sale.payment)
    card_market.tell_all()
    if is_done:
        with transaction():
            make.walk(sale.first, OrderStatus.DONE)
    card_market.standin.bring_fees()
    card_market.tell_all()
    fee = (card_market.standin.all("balance_transaction")[0]["fee"] + 50) // 100
    borne = ledger.earnings([order.id for order in sale.orders])
    assert sum(earning.fee for earning in borne.values()) == fee
    assert bookings(Kind.PROVIDER_FEE) == 1
    check_books(card_market.standin)


@pytest.mark.parametrize("is_late", [False, True])
def test_else_the_market_bears_it(card_market: CardMarket, sale: Sale, is_late: bool) -> None:
    card_market.standin.switches.late_fee = is_late
    card_market.buy(sale.payment)
    if is_late:
        assert ledger.balance(clearing_account("card")) == TOTAL
    card_market.standin.bring_fees()
    card_market.tell_all()
    assert [ledger.earnings([order.id])[order.id].fee for order in sale.orders] == [0, 0]
    assert bookings(Kind.PROVIDER_FEE) == 1
    check_books(card_market.standin)
