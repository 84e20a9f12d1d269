"""What money does to orders. The caller has read the provider, and holds the purchase's orders locked."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.catalog.services import stock
from marketplace.catalog.services.stock import OutOfStock
from marketplace.core import audit, outbox
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Stale
from marketplace.core.locks import lock_one
from marketplace.core.money import split
from marketplace.ledger import queries as ledger_queries
from marketplace.ledger import rules as ledger_rules
from marketplace.ledger import services as ledger
from marketplace.ledger.rules import Kind, Share
from marketplace.orders import events, rules
from marketplace.orders.models import Order, Purchase
from marketplace.orders.rules import OrderStatus
from marketplace.orders.services import endings, refunds
from marketplace.orders.services.steps import answer_time, lock_orders_of, move, payment_id_of, pieces, purchase_id_of
from marketplace.payments import queries as payment_queries
from marketplace.payments import services as payments
from marketplace.payments.models import Payment, PaymentAttempt
from marketplace.payments.rules import BY_HAND, Outcome, PaymentState, RefundSource, Snapshot, checked_reason


def apply(attempt_id: int, snapshot: Snapshot) -> Outcome:
    """Take over what a provider says of a try: the one place where an online payment moves orders and books.

    Safe to repeat: a reading that says nothing new changes nothing.
    """
    attempt = db.session.get_one(PaymentAttempt, attempt_id)
    purchase_id = purchase_id_of(attempt.payment_id)
    orders = lock_orders_of(purchase_id)
    applied = payments.attempts.apply(attempt_id, snapshot)
    _book(attempt, orders, applied.outcome)
    refunds.take_over(attempt_id, snapshot.refunds)  # before more is promised than is left
    if applied.outcome is Outcome.PAID:
        _let_begin(purchase_id, [order for order in orders if order.status is OrderStatus.UNPAID])
    elif applied.outcome is Outcome.LATE:
        _revive(purchase_id, orders, attempt_id)
    elif applied.outcome is Outcome.DOUBLE and attempt.received > attempt.refunded:
        refunds.refund_credit(SYSTEM, attempt, attempt.received - attempt.refunded, RefundSource.SYSTEM)
    if applied.fee_is_new:
        _book_fee(attempt, orders)
    return applied.outcome


def take_in(payment_id: int, snapshot: Snapshot) -> tuple[PaymentAttempt, Outcome]:
    """Take in money that came past all tries (`snapshot.provider_ref` names it), as a try of its own.

    The orders are locked first, then the payment: always in this order.
    """
    lock_orders_of(purchase_id_of(payment_id))
    attempt = payments.attempts.adopt(payment_id, snapshot)
    return attempt, apply(attempt.id, snapshot)


def expire(purchase_id: int) -> None:
    """The time to pay is over: unpaid orders end, their goods are free again.

    Raises Stale when it is not over, when nothing is unpaid, while a try may still be paid, or when the buyer has shown
    that she paid. Money that came in and is not what was asked waits for the operator, and the goods with it.
    """
    orders = lock_orders_of(purchase_id)
    payment = lock_one(Payment, payment_id_of(purchase_id))
    unpaid = [order for order in orders if order.status is OrderStatus.UNPAID]
    if not unpaid or payment.state is not PaymentState.PENDING:
        raise Stale("orders.moved_on")
    if payment.hold_until is None or payment.hold_until > now():
        raise Stale("orders.moved_on")
    if payment.proof_at is not None:
        raise Stale("orders.proof_waits")
    if payment_queries.live_attempt(payment.id) is not None:
        raise Stale("orders.payment_open")
    _expire(SYSTEM, purchase_id, unpaid)


def give_up(actor: Actor, payment_id: int, reason: str) -> None:
    """The operator ends a payment by hand whose money did not come, whatever proof there is.

    Raises Stale when nothing is unpaid any more; Invalid (field reason) without a reason.
    """
    reason = checked_reason(reason)
    purchase_id = purchase_id_of(payment_id)
    orders = lock_orders_of(purchase_id)
    payment = lock_one(Payment, payment_id)
    unpaid = [order for order in orders if order.status is OrderStatus.UNPAID]
    if not unpaid or payment.state is not PaymentState.PENDING or payment.method not in BY_HAND:
        raise Stale("orders.moved_on")
    _expire(actor, purchase_id, unpaid)
    audit.record(actor, "payments.given_up", "payment", payment.reference, reason=reason)


def _expire(actor: Actor, purchase_id: int, unpaid: list[Order]) -> None:
    endings.end(actor, unpaid, OrderStatus.EXPIRED, RefundSource.TIMEOUT)
    purchase = db.session.get_one(Purchase, purchase_id)
    audit.record(actor, "orders.payment_expired", "purchase", purchase.code)
    outbox.emit(events.PurchaseExpired(purchase_id))


def complete(actor: Actor, payment_id: int) -> None:
    """The operator takes what came in as the payment, though it is not what was asked.

    What is too much goes back, what is missing the market bears. Raises Stale when there is no such difference, or
    the orders have ended meanwhile.
    """
    purchase_id = purchase_id_of(payment_id)
    orders = lock_orders_of(purchase_id)
    if any(order.status is not OrderStatus.UNPAID for order in orders):
        raise Stale("orders.moved_on")
    payment = payments.attempts.complete(payment_id)
    attempt = payment_queries.paid_attempt(payment_id)
    if attempt is None:
        raise Stale("payments.no_mismatch")
    booked = ledger_rules.completion(attempt.received, _shares(orders), payment.rounding)
    ledger.post(refunds.completion_key(attempt.id), Kind.COMPLETION, booked)
    if attempt.received > attempt.amount:
        refunds.refund_credit(actor, attempt, attempt.received - attempt.amount, RefundSource.SYSTEM)
    _let_begin(purchase_id, orders)
    audit.record(actor, "payments.completed", "payment", payment.reference, received=attempt.received)


def release(order: Order) -> None:
    """The buyer has the goods: what the market kept of this order is owed to its shop now."""
    kept = ledger_queries.pending_of(order.id, order.store_id)
    if kept:
        booked = ledger_rules.release(Share(order.id, order.store_id, kept))
        ledger.post(rules.release_key(order.id), Kind.RELEASE, booked)


def _shares(orders: Sequence[Order]) -> list[Share]:
    return [Share(order.id, order.store_id, order.total, order.commission) for order in orders]


def _book(attempt: PaymentAttempt, orders: Sequence[Order], outcome: Outcome) -> None:
    """Book money that came in: as what the shops sold, or as the buyer's own."""
    if outcome in (Outcome.PAID, Outcome.LATE):
        _sell(attempt, orders)
    elif outcome in (Outcome.DOUBLE, Outcome.MISMATCH):
        _keep_for_buyer(attempt, outcome)


def _sell(attempt: PaymentAttempt, orders: Sequence[Order]) -> None:
    """Book what each shop sold. The orders' totals are what was asked, to the rupiah."""
    payment = db.session.get_one(Payment, attempt.payment_id)
    booked = ledger_rules.online_sale(str(payment.method), _shares(orders), payment.rounding)
    ledger.post(f"pay:{attempt.id}", Kind.ONLINE_SALE, booked)


def _let_begin(purchase_id: int, orders: Sequence[Order]) -> None:
    """Show paid orders to their shops, which have from now on to answer."""
    at = now()
    for order in orders:
        move(SYSTEM, order, OrderStatus.WAITING)
        order.answer_by = answer_time(at)
    purchase = db.session.get_one(Purchase, purchase_id)
    audit.record(SYSTEM, "orders.paid", "purchase", purchase.code, total=purchase.total)
    outbox.emit(events.PurchasePaid(purchase_id))


def _revive(purchase_id: int, orders: Sequence[Order], attempt_id: int) -> None:
    """The money came after the end: orders whose goods are still there go on, the others are refunded.

    What the buyer herself took back stays back.
    """
    revived = []
    for order in orders:
        if order.status is OrderStatus.EXPIRED and _reserve_again(order):
            revived.append(order)
        else:
            refunds.refund_rest(SYSTEM, attempt_id, order, RefundSource.SYSTEM)
    if revived:
        _let_begin(purchase_id, revived)


def _reserve_again(order: Order) -> bool:
    try:
        with db.session.begin_nested():
            stock.reserve(pieces([order.id]))
    except OutOfStock:
        return False
    return True


def _keep_for_buyer(attempt: PaymentAttempt, outcome: Outcome) -> None:
    """Money that is not the price of these orders is the buyer's."""
    provider = _provider(attempt)
    ledger.post(refunds.credit_key(attempt.id), Kind.CREDIT, ledger_rules.credit(provider, attempt.received))
    audit.record(
        SYSTEM, f"payments.{outcome}", "payment", _reference(attempt), asked=attempt.amount, received=attempt.received
    )


def _book_fee(attempt: PaymentAttempt, orders: Sequence[Order]) -> None:
    """What the provider took, borne by the market or by the shops as the rule was when they sold.

    No shop bears it for money that paid none of its orders, or for an order that it never heard of.
    """
    fee = attempt.fee or 0
    if not fee:
        return
    is_sale = not refunds.is_credit(attempt)
    parts = split(fee, [order.total for order in orders])
    borne = [
        Share(order.id, order.store_id, part, is_released=order.status is OrderStatus.DONE)
        for order, part in zip(orders, parts, strict=True)
        if is_sale and order.bears_fee and order.status is not OrderStatus.EXPIRED and part
    ]
    by_market = fee - sum(share.total for share in borne)
    booked = ledger_rules.provider_fee(_provider(attempt), borne, by_market)
    ledger.post(f"provider_fee:{attempt.id}", Kind.PROVIDER_FEE, booked)


def _provider(attempt: PaymentAttempt) -> str:
    return str(db.session.get_one(Payment, attempt.payment_id).method)


def _reference(attempt: PaymentAttempt) -> str:
    return db.session.get_one(Payment, attempt.payment_id).reference
