"""Who was asked for a little less than the price, and paid it, gets back what she paid: not more, and not nothing."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.bank import handlers
from marketplace.catalog.models import Product
from marketplace.changes import services as changes
from marketplace.changes.rules import Wish
from marketplace.claims import services as claims
from marketplace.claims.models import Claim
from marketplace.claims.rules import ClaimState, Remedy
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.ledger.queries import balance
from marketplace.ledger.rules import ROUNDING, payable_account
from marketplace.orders import queries as orders
from marketplace.orders import services as order_services
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Payment
from tests import make
from tests.books import faults
from tests.make import byhand
from tests.make import claims as make_claims
from tests.make.changes import AS_BUYER

PRICE = 30_000


@pytest.fixture
def payment(goods: list[Product]) -> Payment:
    """A transfer for one Sambal of Rp30.000, which has come: Rp1 to Rp499 less."""
    made = byhand.transfer(goods[:1])
    byhand.bank_line(made.to_pay)
    assert handlers.match_lines() == 1
    assert made.rounding > 0
    return made


def _order(payment: Payment, up_to: OrderStatus) -> Order:
    order = make.orders_of(orders.purchase_of_payment(payment.id))[0]
    with transaction():
        make.walk(order, up_to)
    return order


def _keeps_nothing(payment: Payment, order: Order) -> bool:
    assert (faults(), orders.crooked_orders(), orders.crooked_parts(), orders.crooked_lines()) == ([], [], [], [])
    assert (payment.refunded, balance(payable_account(order.store_id)), balance(ROUNDING)) == (payment.to_pay, 0, 0)
    return True


def _claimed(order: Order, wish: Remedy = Remedy.MONEY) -> Claim:
    with transaction():
        return make_claims.claim(order, wish=wish)


def test_a_claim_for_all_of_it_ends(payment: Payment) -> None:
    order = _order(payment, OrderStatus.DONE)
    claim = _claimed(order)
    with transaction():
        claims.agree(SYSTEM, claim.id, make_claims.said())
    assert (claim.state, claim.granted, order.contested_by) == (ClaimState.REFUNDED, payment.to_pay, None)
    assert _keeps_nothing(payment, order)


def test_it_ends_by_its_clock_as_well(payment: Payment) -> None:
    order = _order(payment, OrderStatus.DONE)
    claim = _claimed(order)
    with transaction():
        make_claims.lapse(claim)
    assert claim.state is ClaimState.REFUNDED
    assert _keeps_nothing(payment, order)


def test_the_operator_gives_all_of_it_back(payment: Payment) -> None:
    order = _order(payment, OrderStatus.DONE)
    with transaction():
        order_services.refunds.refund_order(SYSTEM, order.id, PRICE, 0, "Basi")
    assert _keeps_nothing(payment, order)


def test_there_is_an_end_to_it(db: SQLAlchemy, payment: Payment) -> None:
    order = _order(payment, OrderStatus.DONE)
    with transaction():
        order_services.refunds.refund_order(SYSTEM, order.id, payment.to_pay, 0, "Basi")
    with pytest.raises(Invalid) as refusal, transaction():
        order_services.refunds.refund_order(SYSTEM, order.id, payment.rounding, 0, "Basi")
    db.session.rollback()
    assert (refusal.value.field, payment.refunded) == ("goods", payment.to_pay)


def test_a_change_to_next_to_nothing_is_agreed_on(payment: Payment) -> None:
    order = _order(payment, OrderStatus.PROCESSING)
    with transaction():
        change = make.proposal(order, Wish(1, 1))
        changes.agree_as_buyer(AS_BUYER, order.id, change.id)
    assert (payment.refunded, order.refunded_goods) == (payment.to_pay, payment.to_pay)
    assert (faults(), orders.crooked_orders()) == ([], [])
