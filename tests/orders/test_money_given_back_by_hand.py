"""Refunds made at the provider by hand, of money that we have not heard of yet: nothing is promised back twice."""

from __future__ import annotations

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.checkout.services import settling
from marketplace.checkout.services.settling import Reading
from marketplace.core.db import transaction
from marketplace.ledger import queries as ledger
from marketplace.ledger.rules import CUSTOMER_CREDIT
from marketplace.orders.models import Purchase
from marketplace.orders.queries import payment_of_purchase
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import PaymentAttempt, Refund
from marketplace.payments.rules import (
    AttemptState,
    PaymentMethod,
    RefundSnapshot,
    RefundSource,
    RefundState,
    Snapshot,
)
from tests import books, make

TOTAL, BY_HAND = 100_000, 30_000


def read(db: SQLAlchemy, purchase: Purchase, given_back: int) -> None:
    """The provider shows a payment that came in past our tries, of which somebody gave back so much. Read twice."""
    payment_id = payment_of_purchase(purchase.id).id
    by_hand = RefundSnapshot("re_by_hand", RefundState.SUCCEEDED, given_back)
    snapshot = Snapshot(AttemptState.PAID, provider_ref="pi_unheard_of", received=TOTAL, refunds=(by_hand,))
    with transaction():
        settling.apply([Reading(payment_id, None, snapshot)])
    found = sa.select(PaymentAttempt.id).where(PaymentAttempt.provider_ref == snapshot.provider_ref)
    attempt_id = db.session.scalars(found).one()
    with transaction():
        settling.apply([Reading(payment_id, attempt_id, snapshot)])


def refunds(db: SQLAlchemy) -> list[tuple[RefundSource, int, RefundState]]:
    rows = db.session.execute(sa.select(Refund.source, Refund.amount, Refund.state).order_by(Refund.id))
    return [(row.source, row.amount, row.state) for row in rows]


def test_of_a_second_payment_only_the_rest_goes_back(db: SQLAlchemy) -> None:
    with transaction():
        purchase = make.purchase([make.product()], payment_method=PaymentMethod.CARD)
    read(db, purchase, BY_HAND)
    assert refunds(db) == [
        (RefundSource.EXTERNAL, BY_HAND, RefundState.SUCCEEDED),
        (RefundSource.SYSTEM, TOTAL - BY_HAND, RefundState.REQUESTED),
    ]
    assert ledger.balance(CUSTOMER_CREDIT) == 0
    assert books.faults() == []


def test_a_second_payment_that_was_given_back_whole_is_not_given_back_again(db: SQLAlchemy) -> None:
    with transaction():
        purchase = make.purchase([make.product()], payment_method=PaymentMethod.CARD)
    read(db, purchase, TOTAL)
    assert refunds(db) == [(RefundSource.EXTERNAL, TOTAL, RefundState.SUCCEEDED)]
    assert books.faults() == []


def test_of_a_late_payment_for_goods_that_are_gone_only_the_rest_goes_back(db: SQLAlchemy) -> None:
    with transaction():
        product = make.product(on_hand=2)
        purchase = make.purchase([product], up_to=OrderStatus.EXPIRED)
        make.purchase([product])
    read(db, purchase, BY_HAND)
    assert refunds(db) == [
        (RefundSource.EXTERNAL, BY_HAND, RefundState.SUCCEEDED),
        (RefundSource.SYSTEM, TOTAL - BY_HAND, RefundState.REQUESTED),
    ]
    assert books.faults() == []
