"""What money does to states: every event in every state."""

from __future__ import annotations

from itertools import product

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Refund
from marketplace.payments.queries import attempts_of
from marketplace.payments.rules import (
    ATTEMPT_LIVE,
    PAID,
    REFUND_MOVES,
    AttemptState,
    Outcome,
    PaymentMethod,
    PaymentState,
    RefundSnapshot,
    RefundSource,
    RefundState,
    after_money,
    may_become,
)
from marketplace.payments.services import refunds
from tests import make
from tests.cardmarket import payment_for

P, R = PaymentState, RefundState

EXACT = {
    P.PENDING: (P.PAID, Outcome.PAID),
    P.CANCELLED: (P.PAID_LATE, Outcome.LATE),
    P.EXPIRED: (P.PAID_LATE, Outcome.LATE),
    P.PAID: (P.PAID, Outcome.DOUBLE),
    P.PAID_LATE: (P.PAID_LATE, Outcome.DOUBLE),
    P.MISMATCH: (P.MISMATCH, Outcome.DOUBLE),
}
INEXACT = {
    P.PENDING: (P.MISMATCH, Outcome.MISMATCH),
    P.CANCELLED: (P.MISMATCH, Outcome.MISMATCH),
    P.EXPIRED: (P.MISMATCH, Outcome.MISMATCH),
    P.PAID: (P.PAID, Outcome.DOUBLE),
    P.PAID_LATE: (P.PAID_LATE, Outcome.DOUBLE),
    P.MISMATCH: (P.MISMATCH, Outcome.DOUBLE),
}


@pytest.mark.parametrize("state", PaymentState)
def test_money_moves_each_state_as_drawn(state: PaymentState) -> None:
    assert after_money(state, is_exact=True) == EXACT[state]
    assert after_money(state, is_exact=False) == INEXACT[state]


@pytest.mark.parametrize(("state", "is_exact"), product(PAID, [True, False]))
def test_what_is_paid_stays_paid_whatever_comes_on_top(state: PaymentState, is_exact: bool) -> None:
    assert after_money(state, is_exact)[0] is state


@pytest.mark.parametrize(("state", "said"), product(AttemptState, AttemptState))
def test_a_try_that_ended_is_only_ever_paid_late(state: AttemptState, said: AttemptState) -> None:
    if state is AttemptState.PAID:
        assert not may_become(state, said)
    elif state in ATTEMPT_LIVE or said is AttemptState.PAID:
        assert may_become(state, said)
    else:
        assert may_become(state, said) == (said not in ATTEMPT_LIVE)


DRAWN = {
    (R.SUBMITTED, R.PENDING),
    (R.SUBMITTED, R.UNKNOWN),
    (R.SUBMITTED, R.SUCCEEDED),
    (R.SUBMITTED, R.FAILED),
    (R.UNKNOWN, R.PENDING),
    (R.UNKNOWN, R.SUCCEEDED),
    (R.UNKNOWN, R.FAILED),
    (R.PENDING, R.SUCCEEDED),
    (R.PENDING, R.FAILED),
    (R.SUCCEEDED, R.FAILED),
}


def test_a_refund_that_failed_is_the_end_of_it_and_one_that_was_promised_is_asked_first() -> None:
    assert REFUND_MOVES[R.FAILED] == frozenset()
    assert REFUND_MOVES[R.REQUESTED] == {R.SUBMITTED}
    assert set(REFUND_MOVES) == set(RefundState)


def test_what_a_provider_says_moves_a_refund_as_drawn_and_only_then(db: SQLAlchemy) -> None:
    with transaction():
        made = make.purchase([make.product()], up_to=OrderStatus.PROCESSING, payment_method=PaymentMethod.CARD)
    payment = payment_for(made)
    attempt = attempts_of(payment.id)[0]
    for number, (state, said) in enumerate(product(RefundState, RefundState)):
        with transaction():
            refund = refunds.request(SYSTEM, attempt.id, 1_000, RefundSource.OPERATOR, "")
            db.session.execute(sa.update(Refund).where(Refund.id == refund.id).values(state=state))
            db.session.expire(refund)
            counted = payment.refunded
            moved = refunds.apply(refund.id, RefundSnapshot(f"re_{number}", said, 1_000))
            is_drawn = (state, said) in DRAWN
            assert moved == (state, said if is_drawn else state)
            assert refund.state is moved[1]
            assert payment.refunded == counted - (1_000 if is_drawn and said is R.FAILED else 0)
