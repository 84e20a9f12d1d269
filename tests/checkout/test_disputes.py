"""A buyer's bank asks the money back: opened, won, lost, with the fee that it costs in any case."""

from __future__ import annotations

import random

import pytest

from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.core.errors import Stale
from marketplace.ledger import queries as ledger
from marketplace.ledger.rules import ADJUSTMENTS, DISPUTE_FEES, DISPUTED, Kind, disputed_account, payable_account
from marketplace.orders import services as orders
from marketplace.orders.rules import OrderStatus
from marketplace.payments import services as payments
from marketplace.payments.queries import attempts_of, disputes_of, refunds_of
from marketplace.payments.rules import DisputeState, RefundState
from marketplace.payouts.queries import payable_refunds, refunds_waiting
from marketplace.payouts.services import batches
from tests import make
from tests.books import bookings, check_books
from tests.cardmarket import CardMarket
from tests.checkout.sales import FIRST_TOTAL, SECOND_TOTAL, TOTAL, Sale
from tests.make import payouts as make_payouts

pytestmark = pytest.mark.usefixtures("ten_percent")
FEE = 240_000
ENDS = pytest.mark.parametrize("won", [True, False], ids=["won", "lost"])


@pytest.fixture
def intent(card_market: CardMarket, sale: Sale) -> str:
    """The sale is paid; what Stripe calls the payment."""
    found = card_market.buy(sale.payment)
    card_market.tell_all()
    return found


def nets(sale: Sale) -> list[int]:
    return [ledger.earnings([order.id])[order.id].net for order in sale.orders]


EARNED = [FIRST_TOTAL - 10_000, SECOND_TOTAL - 6_666]


@ENDS
@pytest.mark.parametrize("handed_over", [None, "before", "meanwhile"])
def test_a_dispute_sets_the_orders_money_aside_until_it_is_decided(
    card_market: CardMarket, sale: Sale, intent: str, won: bool, handed_over: str | None
) -> None:
    if handed_over == "before":
        _hand_over(sale)
    dispute = card_market.standin.open_dispute(intent)
    card_market.tell_all()
    assert [one.state for one in disputes_of(sale.payment.id)] == [DisputeState.OPEN]
    assert [ledger.balance(disputed_account(order.store_id)) for order in sale.orders] == [-FIRST_TOTAL, -SECOND_TOTAL]
    assert (ledger.balance(DISPUTED), ledger.balance(DISPUTE_FEES)) == (TOTAL, FEE)
    check_books(card_market.standin)
    if handed_over == "meanwhile":
        _hand_over(sale)
        check_books(card_market.standin)
    card_market.standin.close_dispute(dispute["id"], won=won)
    card_market.tell_all()
    check_books(card_market.standin)
    assert nets(sale) == (EARNED if won else [0, 0])
    assert (ledger.balance(DISPUTE_FEES), ledger.balance(ADJUSTMENTS)) == (FEE, 0)
    assert DisputeState.OPEN not in [one.state for one in disputes_of(sale.payment.id)]
    if handed_over and won:
        assert ledger.balance(payable_account(sale.first.store_id)) == -EARNED[0]


def _hand_over(sale: Sale) -> None:
    with transaction():
        make.walk(sale.first, OrderStatus.DONE)


@ENDS
def test_a_dispute_that_is_heard_of_when_it_is_over_is_booked_whole(
    card_market: CardMarket, sale: Sale, intent: str, won: bool
) -> None:
    dispute = card_market.standin.open_dispute(intent)
    card_market.standin.close_dispute(dispute["id"], won=won)
    card_market.tell_all()
    assert [one.state for one in disputes_of(sale.payment.id)] == [DisputeState.WON if won else DisputeState.LOST]
    assert nets(sale) == (EARNED if won else [0, 0])
    check_books(card_market.standin)


def test_a_card_that_is_disputed_at_once_is_paid_first(card_market: CardMarket, sale: Sale) -> None:
    card_market.buy(sale.payment, card="4000000000000259")
    card_market.tell_all()
    assert (bookings(Kind.ONLINE_SALE), bookings(Kind.DISPUTE), bookings(Kind.DISPUTE_FEE)) == (1, 1, 1)
    check_books(card_market.standin)


@ENDS
@pytest.mark.parametrize("amount", [1, 33_333, TOTAL - 1])
def test_a_dispute_of_a_part_is_shared_to_the_rupiah(
    card_market: CardMarket, sale: Sale, intent: str, won: bool, amount: int
) -> None:
    dispute = card_market.standin.open_dispute(intent, amount=amount * 100)
    card_market.tell_all()
    assert sum(ledger.balance(disputed_account(order.store_id)) for order in sale.orders) == -amount
    check_books(card_market.standin)
    card_market.standin.close_dispute(dispute["id"], won=won)
    card_market.tell_all()
    check_books(card_market.standin)


@ENDS
def test_a_dispute_of_more_than_is_left_is_borne_by_the_market(
    card_market: CardMarket, sale: Sale, intent: str, won: bool
) -> None:
    """The shop has given its part back already; the bank asks for all the same."""
    with transaction():
        orders.decline(SYSTEM, sale.first.id, "Habis")
    card_market.tell_all()
    dispute = card_market.standin.open_dispute(intent)
    card_market.tell_all()
    check_books(card_market.standin)
    card_market.standin.close_dispute(dispute["id"], won=won)
    card_market.tell_all()
    check_books(card_market.standin)
    assert nets(sale) == [0, EARNED[1] if won else 0]
    assert ledger.balance(ADJUSTMENTS) == (0 if won else FIRST_TOTAL)


@ENDS
def test_a_dispute_of_a_second_payment_is_no_shops(card_market: CardMarket, sale: Sale, intent: str, won: bool) -> None:
    second = card_market.standin.pay_again(attempts_of(sale.payment.id)[0].session_ref or "")
    card_market.tell_all()
    dispute = card_market.standin.open_dispute(second["id"])
    card_market.tell_all()
    assert nets(sale) == EARNED
    check_books(card_market.standin)
    card_market.standin.close_dispute(dispute["id"], won=won)
    card_market.tell_all()
    assert nets(sale) == EARNED
    assert ledger.balance(ADJUSTMENTS) == (0 if won else TOTAL)
    check_books(card_market.standin)


@ENDS
def test_a_dispute_of_a_wrong_sum_takes_the_buyers_own_money(card_market: CardMarket, sale: Sale, won: bool) -> None:
    wrong = card_market.buy(sale.payment, received=100_000)
    dispute = card_market.standin.open_dispute(wrong)
    card_market.tell_all()
    check_books(card_market.standin, credit=100_000)
    card_market.standin.close_dispute(dispute["id"], won=won)
    card_market.tell_all()
    assert (nets(sale), ledger.balance(ADJUSTMENTS)) == ([0, 0], 0)
    check_books(card_market.standin, credit=100_000 if won else 0)


@pytest.mark.parametrize("seed", range(3))
def test_notices_in_any_order_lead_to_the_same_books(card_market: CardMarket, sale: Sale, seed: int) -> None:
    """Paid, refunded in part, disputed and lost, of which the market hears shuffled, and of everything twice."""
    intent = card_market.standin.pay(card_market.open_page(sale.payment))["id"]
    card_market.standin.dashboard_refund(intent, amount=12_345_00)
    dispute = card_market.standin.open_dispute(intent, amount=50_000_00)
    card_market.standin.close_dispute(dispute["id"], won=False)
    events = card_market.standin.all("event") * 2
    random.Random(seed).shuffle(events)
    for event in events:
        assert card_market.tell(event).status_code == 200
    card_market.work()
    check_books(card_market.standin)
    assert sale.payment.refunded == 12_345
    assert [bookings(kind) for kind in (Kind.ONLINE_SALE, Kind.REFUND, Kind.DISPUTE, Kind.DISPUTE_LOST)] == [1] * 4


@ENDS
def test_what_the_bank_has_cannot_be_refunded_too(card_market: CardMarket, sale: Sale, intent: str, won: bool) -> None:
    """Stripe refuses; the refund is booked back, and can be asked again when the dispute was won."""
    dispute = card_market.standin.open_dispute(intent)
    card_market.tell_all()
    with transaction():
        orders.decline(SYSTEM, sale.first.id, "Habis")
    card_market.tell_all()
    assert [refund.state for refund in refunds_of(sale.payment.id)] == [RefundState.FAILED]
    check_books(card_market.standin)
    card_market.standin.close_dispute(dispute["id"], won=won)
    card_market.tell_all()
    assert nets(sale) == (EARNED if won else [0, 0])
    check_books(card_market.standin)


@ENDS
def test_what_the_bank_has_does_not_leave_our_account_too(
    card_market: CardMarket, sale: Sale, intent: str, won: bool
) -> None:
    """Stripe refused; our own bank would not."""
    dispute = card_market.standin.open_dispute(intent)
    card_market.tell_all()
    with transaction():
        orders.decline(SYSTEM, sale.first.id, "Habis")
    card_market.tell_all()
    card_market.standin.close_dispute(dispute["id"], won=won)
    card_market.tell_all()
    (failed,) = refunds_of(sale.payment.id)
    if won:
        with transaction():
            assert orders.refunds.retry(SYSTEM, failed.id, by_bank=True).by_bank
    else:
        with pytest.raises(Stale, match=r"payments\.with_bank"), transaction():
            orders.refunds.retry(SYSTEM, failed.id, by_bank=True)
    check_books(card_market.standin)


def test_what_the_bank_has_of_one_order_is_not_sent_for_it(card_market: CardMarket, sale: Sale, intent: str) -> None:
    """Of the whole payment enough is left, of this order not."""
    dispute = card_market.standin.open_dispute(intent, amount=10_000_00)
    card_market.tell_all()
    with transaction():
        orders.decline(SYSTEM, sale.first.id, "Habis")
    card_market.tell_all()
    card_market.standin.close_dispute(dispute["id"], won=False)
    card_market.tell_all()
    (failed,) = refunds_of(sale.payment.id)
    with pytest.raises(Stale, match=r"payments\.with_bank"), transaction():
        orders.refunds.retry(SYSTEM, failed.id, by_bank=True)


def test_what_waits_for_our_bank_stays_when_hers_takes_it_up(card_market: CardMarket, sale: Sale, intent: str) -> None:
    """Promised before the dispute. A batch that is made is stopped at its file; the next one passes it over."""
    with transaction():
        refund = orders.refunds.refund_order(SYSTEM, sale.first.id, 20_000, 0, "Satu botol pecah")
        payments.refunds.submit(refund.id)
        payments.refunds.turn_to_bank(refund.id)
    make_payouts.write_account(sale.first)
    batch_id = make_payouts.batch()
    assert [line.refund_id for line in make_payouts.lines(batch_id)] == [refund.id]
    dispute = card_market.standin.open_dispute(intent)
    card_market.tell_all()
    with pytest.raises(Stale, match=r"payments\.with_bank"), transaction():
        batches.fetch(SYSTEM, batch_id)
    with transaction():
        batches.cancel(SYSTEM, batch_id)
        other = batches.begin(SYSTEM, "lain")
        assert batches.add_refund(SYSTEM, other, refund.id) is None
    assert (payable_refunds(), [each.is_payable for each in refunds_waiting()]) == ([], [False])
    card_market.standin.close_dispute(dispute["id"], won=True)
    card_market.tell_all()
    assert (payable_refunds(), [each.is_payable for each in refunds_waiting()]) == ([refund.id], [True])
    check_books(card_market.standin)
