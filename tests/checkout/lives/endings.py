"""How every life ends: the line is good again, everybody does what is theirs, and all clocks run out."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core.actor import SYSTEM
from marketplace.core.db import db
from marketplace.orders import services as orders
from marketplace.payments.models import Payment, Refund
from marketplace.payments.rules import BY_HAND, PaymentState, RefundState
from marketplace.payouts import queries as payouts
from marketplace.payouts import services as payout_services
from marketplace.payouts.models import PayoutBatch, PayoutLine
from marketplace.payouts.rules import BatchState, LineState
from tests import books
from tests.checkout.lives import oracles
from tests.checkout.lives.cards import CALLS
from tests.checkout.lives.changing import Changing
from tests.checkout.lives.claiming import Claiming
from tests.checkout.lives.paying_out import PayingOut
from tests.checkout.lives.selling import Selling
from tests.checkout.lives.shops import DAY
from tests.checkout.lives.world import T
from tests.make import payouts as make_payouts
from tests.make.byhand import csv_statement, stored

HOURS = (1, 2, 30, 30, *[3 * DAY] * 14)
"""Between the last rounds of the routines: longer than all clocks of a claim or an order one after the other."""


class Lives(Selling, Claiming, Changing, PayingOut):
    """All of it."""

    def come_to_an_end(self) -> None:
        self._line_is_good()
        self._tell_all()
        self._banks_decide()
        self._operators_decide()
        for hours in HOURS:
            self._wait(hours)
            self._run_routines()
            self._tell_all()
        self._refunds_are_asked_again()
        self._all_is_paid_out()
        oracles.nothing(oracles.faults())
        oracles.nothing(books.unfinished())
        oracles.nothing(oracles.left_over())
        oracles.nothing(books.differences(self.standin))

    def _tell_all(self) -> None:
        """The market hears of all, and the worker does all that follows."""
        with self._now():
            for event in self.standin.all("event"):
                self.cards.tell(event)
            self.cards.work()

    def _line_is_good(self) -> None:
        for call in CALLS:
            while self.standin.faults.take(call):
                pass

    def _banks_decide(self) -> None:
        for number, dispute in enumerate(self._open_disputes()):
            with self._now():
                self._at_stripe(lambda one=dispute, won=number % 2 == 0: self.standin.close_dispute(one, won=won))
        if self.statement:
            with self._now():
                stored(csv_statement(*self.statement))
        self._tell_all()

    def _operators_decide(self) -> None:
        """About sums that were not what was asked, and proofs of money that did not come."""
        for payment in self._all(Payment, Payment.state == PaymentState.MISMATCH):
            self._act(lambda one=payment.id: orders.refunds.refund_mismatch(SYSTEM, one))
        for payment in self._all(Payment, Payment.proof_at.is_not(None), Payment.method.in_(sorted(BY_HAND))):
            self._act(lambda one=payment.id: orders.paying.give_up(SYSTEM, one, "Uang tidak pernah datang"))

    def _refunds_are_asked_again(self) -> None:
        """This time to the buyer's own account."""
        for refund in self._all(Refund, Refund.state == RefundState.FAILED, Refund.handled_at.is_(None)):
            self._retry(refund, by_bank=True)
        self._tell_all()

    def _all_is_paid_out(self) -> None:
        """Buyers write their accounts; batches that were left are cancelled or settled, and a last one is."""
        for due in payouts.refunds_waiting():
            self._write_account(due.purchase_id)
        operator = self.operators[0]
        for batch in self._all(PayoutBatch, PayoutBatch.state.in_((BatchState.MAKING, BatchState.MADE))):
            self._act(lambda one=batch.id: payout_services.batches.cancel(operator, one))
        with self._now():
            batch_id = make_payouts.batch(operator, "kunci-terakhir")
        self._act(lambda: payout_services.batches.fetch(operator, batch_id))
        for line in self._all(PayoutLine, PayoutLine.state == LineState.RESERVED):
            self._act(lambda one=line.id: payout_services.lines.confirm(operator, one))
        self._tell_all()

    @staticmethod
    def _all(model: type[T], *where: sa.ColumnElement[bool]) -> list[T]:
        return list(db.session.scalars(sa.select(model).where(*where).order_by(sa.text("id"))))
