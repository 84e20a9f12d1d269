"""`flask reconcile` is silent on a clean book, and finds whatever does not agree."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from marketplace.core import clock, outbox, settings
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.orders import services as orders
from marketplace.orders.queries import payment_of_purchase
from marketplace.orders.rules import OrderStatus
from marketplace.payments import queries
from marketplace.payments.models import Payment
from marketplace.payments.rules import BalanceLine, DisputeState
from tests import make
from tests.cli.books import (
    hand_over,
    let_an_hour_pass,
    orders_of,
    paid,
    plant,
    plant_entries,
    reconcile,
    refund,
    rename_booking,
)
from tests.counting import statements
from tests.make.till import dispute, pay_again


def busy_book(till: make.Till) -> None:
    """A bit of everything that can happen to money, all of it well."""
    with transaction():
        cash = make.purchase([make.live(make.product()), make.live(make.product())], up_to=OrderStatus.DONE, fee=5_000)
    assert payment_of_purchase(cash.id).received
    with transaction():
        unpaid = make.live(make.product())
    make.card_payment([unpaid])
    with_fee = paid(till, shops=2, charged=4_567)
    first, second = orders_of(with_fee)
    hand_over(first)
    refund(till, first, 33_333, 1)
    refund(till, second, 100_000, 10_000)
    lost = paid(till)
    refund(till, orders_of(lost)[0], 20_000, is_lost=True)
    with transaction():
        orders.refunds.retry(SYSTEM, queries.refunds_of(lost.id)[0].id)
    outbox.deliver_all()
    again = queries.refunds_of(lost.id)[1]
    till.lines.append(BalanceLine(again.provider_ref or "", "refund", -20_000, 0, now()))
    twice = paid(till)
    pay_again(till, twice)
    outbox.deliver_all()
    sent = queries.refunds_of(twice.id)[0]
    till.lines.append(BalanceLine(sent.provider_ref or "", "refund", -sent.amount, 0, now()))
    more = paid(till, received=120_000)
    with transaction():
        orders.paying.complete(SYSTEM, more.id)
    outbox.deliver_all()
    rest = queries.refunds_of(more.id)[0]
    till.lines.append(BalanceLine(rest.provider_ref or "", "refund", -rest.amount, 0, now()))
    for ended in (DisputeState.WON, DisputeState.LOST):
        disputed = paid(till, shops=2)
        hand_over(orders_of(disputed)[0])
        dispute(till, disputed, DisputeState.OPEN, charged=15_000)
        hand_over(orders_of(disputed)[1])
        dispute(till, disputed, ended, charged=15_000)


def test_a_clean_book_is_silent(app: Flask, till: make.Till) -> None:
    assert reconcile(app) == (0, ["all that was checked agrees"])
    busy_book(till)
    let_an_hour_pass(till)
    assert reconcile(app) == (0, ["all that was checked agrees"])


def test_shops_that_bear_the_fee_are_right_before_and_after_the_hand_over(app: Flask, till: make.Till) -> None:
    with transaction():
        settings.change(SYSTEM, "orders.shops_bear_fees", 1, clock.today())
    payment = paid(till, shops=2, charged=3_001)
    assert reconcile(app)[0] == 0
    hand_over(orders_of(payment)[0])
    assert reconcile(app) == (0, ["all that was checked agrees"])
    busy_book(till)
    let_an_hour_pass(till)
    assert reconcile(app) == (0, ["all that was checked agrees"])


def test_the_number_of_statements_does_not_grow(app: Flask, till: make.Till, db: SQLAlchemy) -> None:
    with statements(db) as few:
        reconcile(app)
    busy_book(till)
    let_an_hour_pass(till)
    handle.session.commit()
    with statements(db) as many:
        reconcile(app)
    assert len(few) == len(many) == 28  # one for each provider among them


# --- our own books -----------------------------------------------------------------


def unbalance(payment: Payment) -> str:
    plant_entries(f"pay:{queries.attempts_of(payment.id)[0].id}", fee__commission=5)
    return "does not sum to zero"


def lose_received(payment: Payment) -> str:
    plant("UPDATE payments SET received = received - 1 WHERE id = :id", id=payment.id)
    return f"{payment.reference}: received: 109999 expected, 110000 found"


def lose_refunded(payment: Payment) -> str:
    plant("UPDATE payments SET refunded = refunded + 7 WHERE id = :id", id=payment.id)
    return f"{payment.reference}: refunded: 10007 expected, 10000 found"


def lose_refund(payment: Payment) -> str:
    plant("UPDATE refunds SET amount = 9000 WHERE payment_id = :id", id=payment.id)
    return f"{payment.reference}: refunded of try 1: 10000 expected, 9000 found"


def forget_refunded_goods(payment: Payment) -> str:
    order = orders_of(payment)[0]
    plant("UPDATE orders SET refunded_goods = 0 WHERE id = :id", id=order.id)
    return f"{order.code}: refunded goods: 0 expected, 10000 found"


def forget_refunded_commission(payment: Payment) -> str:
    order = orders_of(payment)[0]
    plant("UPDATE orders SET refunded_commission = commission WHERE id = :id", id=order.id)
    return f"{order.code}: refunded commission"


def rename_sale(payment: Payment) -> str:
    rename_booking("pay:%")
    return f"{payment.reference}: received, in the ledger: 110000 expected, 0 found"


def forget_fee(payment: Payment) -> str:
    plant("UPDATE payment_attempts SET fee = 123 WHERE payment_id = :id", id=payment.id)
    return f"{payment.reference}: fee, in the ledger: 123 expected, 2000 found"


def rename_sent(payment: Payment) -> str:
    rename_booking("refund_sent:%")
    refund = queries.refunds_of(payment.id)[0]
    return f"{refund.reference}: refund sent, in the ledger: 10000 expected, 0 found"


def reopen_refund(payment: Payment) -> str:
    plant("UPDATE refunds SET state = 'submitted' WHERE payment_id = :id", id=payment.id)
    refund = queries.refunds_of(payment.id)[0]
    return f"{refund.reference}: refund on its way, in the ledger: 10000 expected, 0 found"


def end_without_release(payment: Payment) -> str:
    order = orders_of(payment)[0]
    plant("UPDATE orders SET status = 'done', done_at = placed_at WHERE id = :id", id=order.id)
    return f"{order.code}: owed to the shop"


def lower_commission(payment: Payment) -> str:
    order = orders_of(payment)[0]
    plant("UPDATE orders SET commission = commission + 1 WHERE id = :id", id=order.id)
    return f"{order.code}: commission, in the ledger"


@pytest.mark.parametrize(
    "spoil",
    [
        unbalance,
        lose_received,
        lose_refunded,
        lose_refund,
        forget_refunded_goods,
        forget_refunded_commission,
        rename_sale,
        forget_fee,
        rename_sent,
        reopen_refund,
        end_without_release,
        lower_commission,
    ],
)
def test_what_does_not_agree_is_named(app: Flask, till: make.Till, spoil: Callable[[Payment], str]) -> None:
    payment = paid(till, charged=2_000)
    refund(till, orders_of(payment)[0], 10_000)
    let_an_hour_pass(till)
    assert reconcile(app)[0] == 0
    expected = spoil(payment)
    code, said = reconcile(app)
    assert code == 1
    assert any(expected in line for line in said), said
    assert said[-1].endswith("differences")
    assert "Tamu Lestari" not in "\n".join(said)


def test_the_sum_of_all_accounts_is_said_when_it_is_not_zero(app: Flask, till: make.Till) -> None:
    payment = paid(till)
    plant_entries(f"pay:{queries.attempts_of(payment.id)[0].id}", fee__commission=5)
    assert "ledger: all accounts together have 5, not 0" in reconcile(app)[1]


def test_what_does_not_agree_about_a_dispute_is_named(app: Flask, till: make.Till) -> None:
    payment = paid(till)
    dispute(till, payment, DisputeState.OPEN, charged=15_000)
    dispute(till, payment, DisputeState.WON, charged=15_000)
    let_an_hour_pass(till)
    assert reconcile(app)[0] == 0
    plant("UPDATE disputes SET withdrawn = 1, fee = 14999, state = 'lost'")
    code, said = reconcile(app)
    number, order = queries.disputes_of(payment.id)[0].provider_ref, orders_of(payment)[0]
    assert code == 1
    for line in (
        f"{number}: withdrawn by the bank, in the ledger: 1 expected, 0 found",
        f"{number}: fee of the dispute, in the ledger: 14999 expected, 15000 found",
        f"{order.code}: pending for the shop: 0 expected, {order.total - order.commission} found",
    ):
        assert line in said, said


def test_cash_that_was_not_booked_is_named(app: Flask, till: make.Till) -> None:
    with transaction():
        made = make.purchase([make.live(make.product())], up_to=OrderStatus.ON_THE_WAY, fee=5_000)
    assert reconcile(app)[0] == 0
    order = make.orders_of(made)[0]
    plant("UPDATE orders SET status = 'done', done_at = placed_at WHERE id = :id", id=order.id)
    code, said = reconcile(app)
    assert code == 1
    assert f"{order.code}: cash in the shop's hand: {order.total} expected, 0 found" in said


def test_what_is_stuck_is_named_by_its_reference(app: Flask, till: make.Till) -> None:
    payment = paid(till)
    lost = refund(till, orders_of(payment)[0], 10_000, is_lost=True)
    let_an_hour_pass(till)
    code, said = reconcile(app)
    assert code == 1
    assert said[0].startswith(f"{payment.reference} {lost}: needs a person (refund_failed) since ")
    assert said[-1] == "1 differences"
