"""What becomes of a line: it pays something, or is set aside with a reason. A line is booked once.

What the money means (paid, late, double, not what was asked) is decided where it is for all online money:
`orders.services.paying.apply`. Locks are taken in this order: the line, the orders, the payment.
"""

from __future__ import annotations

from marketplace.bank.models import BankLine
from marketplace.bank.policies import check_can_run
from marketplace.bank.rules import AsideKind, LineState
from marketplace.core import audit
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import WITA, now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, Stale
from marketplace.core.locks import lock_one
from marketplace.orders import services as orders
from marketplace.orders.queries import payment_of_purchase, purchase_by_code
from marketplace.orders.rules import normal_code
from marketplace.payments.models import Payment
from marketplace.payments.rules import (
    BY_HAND,
    ENDED_UNPAID,
    AttemptState,
    Fee,
    Outcome,
    PaymentState,
    Snapshot,
    checked_reason,
)

NO_FEE = Fee(0, 0, "idr")


def match(line_id: int, payment_id: int) -> Outcome | None:
    """Book a line whose payment is certain (`queries.certain`), without asking. None when it is so no more.

    Safe to repeat, and to run while an operator decides.
    """
    line = lock_one(BankLine, line_id)
    payment = db.session.get(Payment, payment_id, populate_existing=True)
    if line.state is not LineState.OPEN or payment is None or payment.unique_sum != line.amount:
        return None
    if payment.state not in (PaymentState.PENDING, *ENDED_UNPAID) or payment.state is PaymentState.CANCELLED:
        return None
    return _book(SYSTEM, line, payment_id)


def assign(actor: Actor, line_id: int, payment_id: int) -> Outcome:
    """The operator says which payment a line is for: also one that is over, paid already, or asked for another sum.

    Raises NotAllowed, NotFound; Stale when the line was decided meanwhile; Invalid (field code) when the payment is not
    one by hand, or was ordered after the money came.
    """
    check_can_run(actor)
    line = lock_one(BankLine, line_id)
    if line.state is not LineState.OPEN:
        raise Stale("bank.line_decided")
    payment = db.session.get(Payment, payment_id)
    if payment is None or payment.method not in BY_HAND:
        raise Invalid("bank.not_by_hand", field="code")
    if payment.created_at.astimezone(WITA).date() > line.day:
        raise Invalid("bank.ordered_later", field="code")
    return _book(actor, line, payment_id)


def payment_by_code(code: str) -> int:
    """The payment of the purchase with a code, as typed. Raises Invalid (field code) when there is none."""
    purchase = purchase_by_code(normal_code(code)) if code.strip() else None
    if purchase is None:
        raise Invalid("bank.no_such_purchase", field="code")
    return payment_of_purchase(purchase.id).id


def set_aside(actor: Actor, line_id: int, kind: AsideKind, reason: str) -> None:
    """Keep a line out of the payments: it is not for us, or goes back to a buyer.

    Raises NotAllowed, NotFound; Stale when it was decided meanwhile; Invalid (field reason) without a reason.
    """
    check_can_run(actor)
    reason = checked_reason(reason)
    line = lock_one(BankLine, line_id)
    if line.state not in (LineState.OPEN, LineState.OUT):
        raise Stale("bank.line_decided")
    line.state, line.aside_kind, line.reason = LineState.ASIDE, kind, reason
    line.decided_by, line.decided_at = actor.person_id, now()
    audit.record(actor, "bank.line_set_aside", "bank_line", line.id, amount=line.amount, kind=kind, reason=reason)
    db.session.flush()


def reopen(actor: Actor, line_id: int) -> None:
    """It was set aside by mistake. Raises NotAllowed, NotFound; Stale when it is not aside."""
    check_can_run(actor)
    line = lock_one(BankLine, line_id)
    if line.state is not LineState.ASIDE:
        raise Stale("bank.line_decided")
    line.state = LineState.OPEN if line.amount > 0 else LineState.OUT
    line.aside_kind, line.reason, line.decided_by, line.decided_at = None, "", None, None
    audit.record(actor, "bank.line_reopened", "bank_line", line.id, amount=line.amount)
    db.session.flush()


def _book(actor: Actor, line: BankLine, payment_id: int) -> Outcome:
    snapshot = Snapshot(AttemptState.PAID, provider_ref=f"bank:{line.id}", received=line.amount, fee=NO_FEE)
    attempt, outcome = orders.paying.take_in(payment_id, snapshot)
    line.state, line.payment_id, line.attempt_id, line.outcome = LineState.BOOKED, payment_id, attempt.id, outcome
    line.decided_by, line.decided_at = actor.person_id, now()
    db.session.flush()
    audit.record(actor, "bank.line_booked", "bank_line", line.id, amount=line.amount, outcome=outcome)
    return outcome
