"""Paying by transfer or QRIS: proofs, what the bank's statement says, and the operator who looks at both."""

from __future__ import annotations

from marketplace.bank import services
from marketplace.bank.models import BankLine
from marketplace.bank.rules import AsideKind, LineState
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import today
from marketplace.orders import services as orders
from marketplace.payments.models import Payment
from marketplace.payments.rules import BY_HAND, PaymentState
from tests.checkout.lives.world import MAYBE, World, any_of_them, deed, one_of
from tests.make import byhand

IS_BY_HAND = Payment.method.in_(sorted(BY_HAND))
WAITS = Payment.state == PaymentState.PENDING
SLIPS = (0, 0, 0, 0, -5_000, 5_000, -3, 700)
"""By how many rupiah buyers mistype."""


class ByHand(World):
    """Buyers with a bank's app, the market's account, the operator."""

    @deed(4, which=any_of_them, slip=one_of(*SLIPS), whole_price=MAYBE, any_state=MAYBE)
    def a_buyer_transfers(self, which: int, slip: int, whole_price: bool, any_state: bool) -> None:
        """The sum that was asked, another, or the whole price; perhaps for what is over or paid already."""
        payment = self._some(Payment, which, IS_BY_HAND, *([] if any_state else [WAITS]))
        if payment is not None:
            asked = payment.amount if whole_price and slip else payment.to_pay
            self._note(max(1, asked + slip), payment.id)

    @deed(which=any_of_them)
    def a_buyer_transfers_for_two_at_once(self, which: int) -> None:
        one, other = self._some(Payment, which, IS_BY_HAND), self._some(Payment, which + 1, IS_BY_HAND)
        if one is not None and other is not None and one is not other:
            self._note(one.to_pay + other.to_pay, one.id)

    @deed(amount=one_of(-2_500, 12_500, 49_999, 250_000))
    def the_bank_books_something_else(self, amount: int) -> None:
        self._note(amount, 0)

    @deed(4, work=MAYBE)
    def the_statement_comes(self, work: bool) -> None:
        """All of it from the first line, so that files overlap; the worker matches what is certain."""
        if not self.statement:
            return
        with self._now():
            byhand.stored(byhand.csv_statement(*self.statement))
            if work:
                self.cards.work()

    @deed(which=any_of_them, name=one_of("", "Tamu Lestari"))
    def a_buyer_shows_a_proof(self, which: int, name: str) -> None:
        payment = self._some(Payment, which, IS_BY_HAND)
        if payment is not None:
            self._do(lambda: byhand.proof(payment, name))

    @deed(2, which=any_of_them, other=any_of_them, astray=one_of(False, False, False, True))
    def the_operator_matches_a_line(self, which: int, other: int, astray: bool) -> None:
        line = self._some(BankLine, which, BankLine.state == LineState.OPEN)
        payment = self._some(Payment, other)
        if line is not None and payment is not None:
            meant = self.meant.get(line.text) or payment.id
            payment_id = payment.id if astray else meant
            self._act(lambda: services.lines.assign(self.operators[0], line.id, payment_id))

    @deed(which=any_of_them, kind=one_of(*AsideKind), again=MAYBE)
    def the_operator_sets_a_line_aside(self, which: int, kind: AsideKind, again: bool) -> None:
        line = self._some(BankLine, which)
        if line is None:
            return
        if again:
            self._act(lambda: services.lines.reopen(self.operators[0], line.id))
        else:
            self._act(lambda: services.lines.set_aside(self.operators[0], line.id, kind, "Bukan untuk kami"))

    @deed(which=any_of_them)
    def the_operator_gives_up(self, which: int) -> None:
        payment = self._some(Payment, which, Payment.state == PaymentState.PENDING)
        if payment is not None:
            self._act(lambda: orders.paying.give_up(SYSTEM, payment.id, "Uang tidak pernah datang"))

    def _note(self, amount: int, payment_id: int) -> None:
        """The bank writes a line; what it says is said once."""
        with self._now():
            text = f"TRSF {self._number():05d}"
            self.statement.append((today(), text, amount))
            self.meant[text] = payment_id
