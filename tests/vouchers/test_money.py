"""Who bears a voucher: what the shop earns, what the programme pays, and what goes back."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.changes import services as changes
from marketplace.changes.rules import Wish
from marketplace.claims import services as claims
from marketplace.claims.queries import windows
from marketplace.core import settings
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now, today, travel
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, Stale
from marketplace.ledger import queries as ledger
from marketplace.ledger.rules import VOUCHERS, payable_account
from marketplace.orders import queries as orders
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.queries import payment_of_purchase
from marketplace.orders.rules import LineBack, OrderStatus
from marketplace.orders.services import bearing, disputes, refunds
from marketplace.payments import services as payments
from marketplace.payments.models import PaymentAttempt, Refund
from marketplace.payments.rules import (
    DisputeSnapshot,
    DisputeState,
    PaymentMethod,
    RefundSnapshot,
    RefundSource,
    RefundState,
)
from marketplace.payouts import queries as payouts
from marketplace.payouts.queries import due_of
from marketplace.payouts.rules.papers import payout_sheet
from marketplace.payouts.services import clocks, statements
from marketplace.receipts import queries as receipts
from marketplace.receipts.rules import sheet
from marketplace.stores.models import Store
from tests import make
from tests.books import check_books
from tests.make import claims as claim
from tests.make import payouts as pay
from tests.make import vouchers as given
from tests.make.changes import AS_BUYER

CASH, CARD = PaymentMethod.CASH, PaymentMethod.CARD


@pytest.fixture(autouse=True)
def commission(db: SQLAlchemy) -> None:
    with transaction():
        settings.change(SYSTEM, "orders.commission_basis_points", 500, today())


def bought(
    cloth: Product,
    method: PaymentMethod,
    *,
    by_shop: bool = False,
    up_to: OrderStatus = OrderStatus.DONE,
    quantity: int = 2,
    off: int = 30_000,
    **more: int,
) -> Order:
    """Cloth for Rp200.000 less Rp30.000, paid and handed over."""
    with transaction():
        code = f"HEMAT{off}{'YULI' if by_shop else ''}"
        given.rupiah_off(off, code, cloth.store_id if by_shop else None, per_person=None)
        purchase = given.buy([cloth], code, quantity=quantity, payment_method=method, **more)
        if method is not CASH and up_to is not OrderStatus.UNPAID:
            make.pay(purchase)
        order = make.orders_of(purchase)[0]
        if up_to is not OrderStatus.UNPAID:
            make.walk(order, up_to)
    return order


def is_true(db: SQLAlchemy) -> bool:
    """Do all books agree?"""
    check_books()
    assert (
        orders.crooked_orders() == orders.crooked_vouchers() == orders.crooked_parts() == orders.crooked_lines() == []
    )
    return True


def paid_by_programme(order: Order) -> int:
    return ledger.voucher_of(order.id)[0]


def give_back(order: Order, goods: int, delivery: int = 0) -> Refund:
    """The operator gives something back, and the provider is asked to."""
    with transaction():
        refund = refunds.refund_order(SYSTEM, order.id, goods, delivery, "Cacat")
        payments.refunds.submit(refund.id)
    return refund


def answer(refund: Refund, state: RefundState) -> None:
    with transaction():
        refunds.apply(refund.id, RefundSnapshot(f"re_{refund.id}", state, refund.amount, refund.reference))


# --- what a sale brings ---------------------------------------------------------


@pytest.mark.parametrize("method", [CASH, CARD])
def test_a_shops_own_voucher_is_less_money_for_the_shop(db: SQLAlchemy, cloth: Product, method: PaymentMethod) -> None:
    order = bought(cloth, method, by_shop=True)
    earning = ledger.earnings([order.id])[order.id]
    assert (order.shop_discount, order.programme_discount) == (30_000, 0)
    assert (earning.sold, earning.commission, earning.voucher, earning.net) == (170_000, 8_500, 0, 161_500)
    assert ledger.balance(VOUCHERS) == 0
    assert is_true(db)


@pytest.mark.parametrize("method", [CASH, CARD])
def test_with_the_programmes_voucher_the_shop_earns_as_if_there_were_none(
    db: SQLAlchemy, cloth: Product, method: PaymentMethod
) -> None:
    order = bought(cloth, method)
    earning = ledger.earnings([order.id])[order.id]
    assert (earning.sold, earning.voucher, earning.commission) == (170_000, 30_000, 8_500), "no commission of its part"
    assert earning.net == 200_000 - 8_500
    assert ledger.balance(VOUCHERS) == 30_000
    in_hand = 170_000 if method is CASH else 0
    assert -ledger.balance(payable_account(order.store_id)) == 191_500
    assert ledger.store_summary(order.store_id).held == 191_500 - in_hand
    assert is_true(db)


@pytest.mark.parametrize("up_to", [OrderStatus.WAITING, OrderStatus.PROCESSING, OrderStatus.READY])
def test_nothing_is_owed_before_the_buyer_has_the_goods(db: SQLAlchemy, cloth: Product, up_to: OrderStatus) -> None:
    order = bought(cloth, CARD, up_to=up_to)
    assert paid_by_programme(order) == 0
    assert is_true(db)


def test_an_order_that_is_declined_costs_the_programme_nothing(db: SQLAlchemy, cloth: Product) -> None:
    order = bought(cloth, CARD, up_to=OrderStatus.DECLINED)
    assert order.refunded_goods == order.goods_total == 170_000
    assert paid_by_programme(order) == 0
    assert is_true(db)


def test_goods_for_nothing_are_a_sale_too(db: SQLAlchemy, cloth: Product) -> None:
    order = bought(cloth, CASH, off=500_000)
    assert (order.status, order.total) == (OrderStatus.DONE, 0)
    assert paid_by_programme(order) == 200_000
    assert ledger.store_summary(order.store_id).held == 200_000
    with pytest.raises(Stale, match=r"orders\.not_paid_yet"):
        give_back(order, 1)
    assert windows.window(order.id).refusal == "claims.nothing_left"
    assert is_true(db)


def test_goods_for_nothing_that_are_not_taken_cost_nobody(db: SQLAlchemy, cloth: Product) -> None:
    order = bought(cloth, CASH, off=500_000, up_to=OrderStatus.DECLINED)
    assert paid_by_programme(order) == 0
    assert is_true(db)


# --- what goes back ----------------------------------------------------------------


def test_a_refund_takes_the_programmes_part_with_it(db: SQLAlchemy, cloth: Product) -> None:
    order = bought(cloth, CARD)
    give_back(order, 85_000)
    assert paid_by_programme(order) == 15_000
    give_back(order, 1)
    assert paid_by_programme(order) == 14_999
    refund = give_back(order, 84_999)
    assert (order.refunded_goods, paid_by_programme(order)) == (170_000, 0)
    assert is_true(db)
    answer(refund, RefundState.FAILED)
    assert paid_by_programme(order) == 14_999
    assert is_true(db)
    with transaction():
        refunds.retry(SYSTEM, refund.id)
    assert paid_by_programme(order) == 0
    assert is_true(db)


def test_the_same_call_twice_books_once(db: SQLAlchemy, cloth: Product) -> None:
    order = bought(cloth, CARD)
    with transaction():
        bearing.true_up(order)
        bearing.true_up(order)
    assert ledger.voucher_of(order.id) == (30_000, 1)


def test_a_line_gives_back_what_was_paid_for_it(db: SQLAlchemy, cloth: Product) -> None:
    order = bought(cloth, CARD)
    line = make.lines_of(order)[0]
    with pytest.raises(Invalid, match=r"orders\.refund_too_much"), transaction():
        refunds.refund_lines(SYSTEM, order, [LineBack(line.id, 2, 170_001)], 0, RefundSource.CLAIM, "Sobek")
    with transaction():
        refunds.refund_lines(SYSTEM, order, [LineBack(line.id, 2, 170_000)], 0, RefundSource.CLAIM, "Sobek")
    assert paid_by_programme(order) == 0
    assert is_true(db)


@pytest.mark.parametrize("method", [CASH, CARD])
def test_one_piece_is_claimed_for_what_was_paid_for_it(db: SQLAlchemy, cloth: Product, method: PaymentMethod) -> None:
    order = bought(cloth, method)
    with transaction():
        made = claim.claim(order, quantity=1)
    assert (made.asked, paid_by_programme(order)) == (85_000, 15_000), "while it is contested it is not the shop's"
    assert is_true(db)
    with transaction():
        claims.withdraw(claim.BUYER, made.id, claim.said())
    assert paid_by_programme(order) == 30_000
    with transaction():
        made = claim.claim(order, quantity=2)
        claims.agree(SYSTEM, made.id, claim.said())
    assert (order.refunded_goods, paid_by_programme(order)) == (170_000, 0)
    assert is_true(db)


def test_what_a_bank_asks_back_is_not_the_shops_meanwhile(db: SQLAlchemy, cloth: Product) -> None:
    order = bought(cloth, CARD, fee=10_000)
    assert (order.total, order.delivery_fee) == (180_000, 10_000)

    attempt_id = db.session.query(PaymentAttempt).one().id

    def say(state: DisputeState) -> None:
        withdrawn = 0 if state is DisputeState.WON else 180_000
        with transaction():
            disputes.apply(attempt_id, DisputeSnapshot("dp_1", state, 180_000, withdrawn, 0))

    say(DisputeState.OPEN)
    assert paid_by_programme(order) == 0
    assert orders.crooked_vouchers() == orders.crooked_orders() == []
    say(DisputeState.WON)
    assert paid_by_programme(order) == 30_000
    assert orders.crooked_vouchers() == orders.crooked_orders() == []


def test_a_dispute_that_is_lost_leaves_the_programme_nothing_to_pay(db: SQLAlchemy, cloth: Product) -> None:
    order = bought(cloth, CARD)
    attempt_id = db.session.query(PaymentAttempt).one().id
    for state in (DisputeState.OPEN, DisputeState.LOST):
        with transaction():
            disputes.apply(attempt_id, DisputeSnapshot("dp_1", state, 170_000, 170_000, 0))
        assert paid_by_programme(order) == 0
        assert orders.crooked_vouchers() == orders.crooked_orders() == []


# --- changes --------------------------------------------------------------------------


@pytest.mark.parametrize("method", [CASH, CARD])
def test_fewer_pieces_shrink_the_discount_in_proportion(db: SQLAlchemy, cloth: Product, method: PaymentMethod) -> None:
    order = bought(cloth, method, up_to=OrderStatus.PROCESSING)
    with transaction():
        change = make.proposal(order, Wish(1))
        assert (change.goods_before, change.goods_after) == (170_000, 85_000)
        changes.agree_as_buyer(AS_BUYER, order.id, change.id)
    line = make.lines_of(order)[0]
    assert (line.total, line.discount, line.paid) == (100_000, 15_000, 85_000)
    if method is CASH:
        assert (order.goods_total, order.programme_discount) == (85_000, 15_000)
        assert payment_of_purchase(order.purchase_id).dropped == 85_000
    else:
        assert (order.goods_total, order.programme_discount, order.refunded_goods) == (170_000, 30_000, 85_000)
    with transaction():
        services.mark_ready(SYSTEM, order.id)
        assert services.hand_over(SYSTEM, order.id, order.handover_code) is None
    assert paid_by_programme(order) == 15_000
    assert is_true(db)


@pytest.mark.parametrize("method", [CASH, CARD])
def test_what_comes_instead_costs_no_more_than_what_it_replaces(
    db: SQLAlchemy, cloth: Product, method: PaymentMethod
) -> None:
    with transaction():
        store = db.session.get_one(Store, cloth.store_id)
        other = make.product(store, "Selendang Sotis", price=150_000, on_hand=9)
    order = bought(cloth, method, up_to=OrderStatus.PROCESSING)
    with transaction():
        change = make.proposal(order, Wish(1, None, make.variant(other).id, 1))
        assert (change.goods_before, change.goods_after) == (170_000, 170_000)
        changes.agree_as_buyer(AS_BUYER, order.id, change.id)
    assert [(line.total, line.discount) for line in make.lines_of(order)] == [(100_000, 15_000), (100_000, 15_000)]
    assert (order.goods_total, order.discount, order.refunded_goods) == (170_000, 30_000, 0)
    assert is_true(db)


def test_goods_that_were_paid_for_by_the_voucher_alone_can_become_fewer(db: SQLAlchemy, cloth: Product) -> None:
    """Nothing of them goes back to the buyer, who paid the delivery only; the programme pays for what is left."""
    order = bought(cloth, CARD, off=500_000, fee=20_000, up_to=OrderStatus.PROCESSING)
    assert (order.goods_total, order.total, order.programme_discount) == (0, 20_000, 200_000)
    with transaction():
        change = make.proposal(order, Wish(1))
        assert (change.goods_before, change.goods_after) == (0, 0)
        changes.agree_as_buyer(AS_BUYER, order.id, change.id)
    assert (order.programme_discount, order.refunded_goods, make.lines_of(order)[0].discount) == (100_000, 0, 100_000)
    with transaction():
        services.mark_ready(SYSTEM, order.id)
        assert services.hand_over(SYSTEM, order.id, order.handover_code) is None
    assert paid_by_programme(order) == 100_000
    assert is_true(db)


# --- out of the market ----------------------------------------------------------------


@pytest.mark.parametrize("method", [CASH, CARD])
def test_it_is_paid_out_and_stands_on_the_statement(db: SQLAlchemy, cloth: Product, method: PaymentMethod) -> None:
    pay.write_shop_account(cloth.store_id, pay.NUMBER)
    with travel(now() - pay.LONG_AGO):
        order = bought(cloth, method, off=120_000)
    (line,) = pay.lines(pay.fetched())
    found = payouts.line_by_reference(line.reference)
    assert found is not None
    (row,) = found[1]["orders"]
    assert (row["goods"], row["voucher"], row["commission"], row["other"]) == (80_000, 120_000, order.commission, 0)
    assert line.amount == row["net"] == 200_000 - order.commission - (80_000 if method is CASH else 0)
    assert "Rp120.000" in payout_sheet(line.reference, found[0], found[1], statements.totals(found[1]))["lines"][0]
    assert ";120000" in statements.payout_csv(found[1]).decode("utf-8-sig")


def test_the_programmes_part_of_a_sale_in_cash_waits_like_money(db: SQLAlchemy, cloth: Product) -> None:
    """Who hands over in cash could say so of what never happened: her part waits as long as that of a card."""
    order = bought(cloth, CASH)
    free = clocks.free_from(today())
    found = due_of(order.store_id, free, 0)
    assert (found.ready, found.waiting) == (0, 21_500)


def test_turnover_counts_what_the_programme_paid(db: SQLAlchemy, cloth: Product) -> None:
    order = bought(cloth, CARD)
    year = payouts.year(order.store_id, today().year, 500_000_000, 50)
    assert (year.total.online, year.total.voucher, year.total.turnover, year.total.net) == (
        170_000,
        30_000,
        200_000,
        191_500,
    )
    refund = give_back(order, 85_000)
    answer(refund, RefundState.SUCCEEDED)
    year = payouts.year(order.store_id, today().year, 500_000_000, 50)
    assert (year.total.turnover, year.total.net) == (100_000, 95_750)


def test_the_receipt_names_the_voucher_and_who_bears_it(db: SQLAlchemy, cloth: Product) -> None:
    order = bought(cloth, CARD)
    facts = receipts.facts(order.id)
    assert facts is not None
    told = sheet(facts, 1, order.placed_at)
    assert (told["goods"], told["discount"], told["total"]) == ("Rp200.000", "-Rp30.000", "Rp170.000")
    assert told["voucher"] == "Voucher HEMAT30000, ditanggung Gerakan Beli Produk NTT"
    old = {key: value for key, value in facts.items() if key not in ("discount", "voucher", "is_programmes")}
    assert sheet(old, 1, order.placed_at)["voucher"] == ""


def test_a_check_finds_what_is_not_booked(db: SQLAlchemy, cloth: Product) -> None:
    order = bought(cloth, CARD)
    with transaction():
        order.programme_discount = 29_999
    assert [(row.figure, row.kept, row.found) for row in orders.crooked_vouchers()] == [
        ("borne by the programme", 29_999, 30_000),
        ("discount of its lines", 29_999, 30_000),
    ]
