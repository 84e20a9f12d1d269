"""Money back to a buyer, out of exactly what each order earned: goods, delivery, and the commission on the goods."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from marketplace.catalog.services import stock
from marketplace.core import audit, outbox
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.core.locks import lock_one
from marketplace.ledger import queries as ledger_queries
from marketplace.ledger import rules as ledger_rules
from marketplace.ledger import services as ledger
from marketplace.ledger.rules import Kind, Share
from marketplace.orders import events, rules
from marketplace.orders.models import DisputePart, Order, RefundPart
from marketplace.orders.rules import COMPLETION_UNDONE, LineBack, OrderStatus, Part
from marketplace.orders.services import bearing, contesting, lines
from marketplace.orders.services.steps import lock_orders_of, move, payment_id_of, pieces, purchase_id_of
from marketplace.payments import queries as payment_queries
from marketplace.payments import services as payments
from marketplace.payments.models import Dispute, Payment, PaymentAttempt, Refund
from marketplace.payments.rules import (
    DisputeState,
    PaymentMethod,
    PaymentState,
    RefundSnapshot,
    RefundSource,
    RefundState,
)

LONGEST_REASON = 300


def refund_order(
    actor: Actor, order_id: int, goods: int, delivery: int, reason: str, seen: int | None = None
) -> Refund:
    """The operator gives back a part of an order, or all that is left of it. `goods` and `delivery` are rupiah.

    `seen` is how much of it the operator saw as refunded before, so that nobody refunds the same thing twice. Raises
    NotFound; Stale when that has changed or it was not paid; Invalid (fields goods, delivery, reason) for a
    part that is not there or a missing reason.
    """
    if not reason.strip():
        raise Invalid("orders.reason_required", field="reason")
    order = lock_one(Order, order_id)
    if seen is not None and seen != order.refunded_goods + order.refunded_delivery:
        raise Stale("orders.refunded_meanwhile")
    attempt = _paid_attempt(order)
    _check_left(order, goods, delivery)
    refund = _give_back(actor, attempt.id, order, goods, delivery, RefundSource.OPERATOR, reason.strip())
    if refund is None:
        raise Invalid("orders.refund_too_much", field="goods", left=0)
    audit.record(actor, "orders.refunded", "order", order.code, goods=goods, delivery=delivery, reason=reason.strip())
    return refund


def refund_lines(
    actor: Actor, order: Order, backs: Sequence[LineBack], delivery: int, source: RefundSource, reason: str
) -> Refund | None:
    """Give back something of some lines of a locked order, and of its delivery fee: each line knows what went back.

    Never more than came in (`held`); None when nothing of it is left. Raises Stale when no money of this order is with
    the market or its shop; Invalid (fields goods, delivery) for more than is left, of the order or of a line.
    """
    attempt = _paid_attempt(order)
    goods = sum(back.amount for back in backs)
    _check_left(order, goods, delivery)
    refund = _give_back(actor, attempt.id, order, goods, delivery, source, reason)
    if refund is not None:
        lines.take(refund.id, order.id, rules.cut(backs, sum(part.goods for part in _parts_of(refund.id))))
    return refund


def refund_rest(actor: Actor, attempt_id: int, order: Order, source: RefundSource, reason: str = "") -> Refund | None:
    """Give back all that is left of a locked order. None when nothing is."""
    return _give_back(actor, attempt_id, order, *_left(order), source, reason)


def held(order: Order) -> int:
    """The most that can go back to the buyer of a locked order (rupiah): what came in and has not gone back.

    It is less than what is left of her orders where the market has added to a sale, e.g. the odd rupiah that a payment
    by hand was not asked for. Raises Stale when it was not paid.
    """
    return _held(_paid_attempt(order))


def refund_difference(actor: Actor, order: Order, goods: int, reason: str) -> Refund | None:
    """Give back `goods` rupiah of a locked order that is delivered with less than was paid for.

    Raises Stale when it was not paid before; Invalid (field goods) when less than that is left of it.
    """
    attempt = payment_queries.paid_attempt(payment_id_of(order.purchase_id))
    if attempt is None or is_credit(attempt):
        raise Stale("orders.not_paid_online")
    _check_left(order, goods, 0)
    return _give_back(actor, attempt.id, order, goods, 0, RefundSource.SYSTEM, reason)


def refund_credit(actor: Actor, attempt: PaymentAttempt, amount: int, source: RefundSource) -> Refund:
    """Give back money that is no order's: paid twice, or not what was asked."""
    refund = payments.refunds.request(actor, attempt.id, amount, source, "")
    ledger.post(_key(refund), Kind.REFUND, ledger_rules.refund([], from_credit=amount))
    return refund


def retry(actor: Actor, refund_id: int, by_bank: bool = False) -> Refund:
    """The operator asks anew for a refund that failed: a refund of its own, of the same parts.

    `by_bank`: this time not the provider, but to the buyer's own bank account, as one that went there before.

    Raises NotFound; Stale when it did not fail, was taken up before, or her bank has the money, which only a provider
    would refuse; Invalid when less than that is left.
    """
    found = db.session.get(Refund, refund_id)
    if found is None:
        raise NotFound
    orders = {order.id: order for order in lock_orders_of(purchase_id_of(found.payment_id))}
    failed = payments.refunds.take_up(refund_id)
    parts = [(orders[part.order_id], part.goods, part.delivery) for part in _parts_of(refund_id)]
    for order, goods, delivery in parts:
        _check_left(order, goods, delivery)
    if by_bank:
        _check_not_with_bank(failed, parts)
    refund = payments.refunds.request(
        actor, failed.attempt_id, failed.amount, RefundSource.OPERATOR, failed.reason, by_bank or failed.by_bank
    )
    shares = _take(parts, refund)
    lines.take_again(failed.id, refund.id)
    credit = refund.amount - sum(share.total for share in shares)
    ledger.post(_key(refund), Kind.REFUND, ledger_rules.refund(shares, credit))
    audit.record(
        actor, "orders.refund_retried", "refund", refund.reference, amount=refund.amount, failed=failed.reference
    )
    return refund


def refund_mismatch(actor: Actor, payment_id: int, source: RefundSource = RefundSource.OPERATOR) -> None:
    """Send back a sum that was not what was asked; the orders end unpaid. Raises Stale without one."""
    orders = lock_orders_of(purchase_id_of(payment_id))
    payment = db.session.get_one(Payment, payment_id)
    attempt = payment_queries.paid_attempt(payment_id)
    if payment.state is not PaymentState.MISMATCH or attempt is None:
        raise Stale("payments.no_mismatch")
    left = attempt.received - attempt.refunded
    if left:
        refund_credit(actor, attempt, left, source)
    audit.record(actor, "payments.mismatch_refunded", "payment", payment.reference, amount=left)
    payments.attempts.call_off(payment_id)
    unpaid = [order for order in orders if order.status is OrderStatus.UNPAID]
    for order in unpaid:
        move(actor, order, OrderStatus.CANCELLED)
    stock.release(pieces([order.id for order in unpaid]))


def is_credit(attempt: PaymentAttempt) -> bool:
    """Does the money of this try lie as the buyer's credit, and pay no order? The books say so."""
    kept, used = credit_key(attempt.id), completion_key(attempt.id)
    return ledger_queries.booked([kept, used]) == {kept}


def credit_key(attempt_id: int) -> str:
    """The key under which money of a try is kept as the buyer's credit."""
    return f"credit:{attempt_id}"


def completion_key(attempt_id: int) -> str:
    """The key under which that credit pays the orders after all."""
    return f"completion:{attempt_id}"


def take_over(attempt_id: int, found: Sequence[RefundSnapshot]) -> None:
    """Take over all refunds that the provider shows for a try, our own and those made there by hand. Safe to repeat.

    Those that failed come first: what came back may have been sent again. One that failed unheard moved nothing.
    """
    for each in sorted(found, key=lambda refund: refund.state is not RefundState.FAILED):
        refund = payments.refunds.by_snapshot(attempt_id, each)
        if refund is not None:
            apply(refund.id, each)
        elif each.state is not RefundState.FAILED:
            record_external(attempt_id, each)


def record_external(attempt_id: int, found: RefundSnapshot) -> None:
    """Take over a refund that was made at the provider by hand: spread over the orders by what is left of each."""
    refund = payments.refunds.record_external(attempt_id, found)
    if refund is None:
        return
    orders = lock_orders_of(purchase_id_of(refund.payment_id))
    contesting.overtake(orders)
    left = [_left(order) for order in orders]
    of_orders = min(refund.amount, sum(goods + delivery for goods, delivery in left))
    if is_credit(db.session.get_one(PaymentAttempt, attempt_id)):
        of_orders = 0
    parts = zip(orders, rules.spread(of_orders, left), strict=True)
    shares = _take([(order, goods, delivery) for order, (goods, delivery) in parts], refund)
    ledger.post(_key(refund), Kind.REFUND, ledger_rules.refund(shares, refund.amount - of_orders))
    audit.record(SYSTEM, "payments.refunded_outside", "refund", refund.reference, amount=refund.amount)
    apply(refund.id, found)


def apply(refund_id: int, found: RefundSnapshot) -> None:
    """Take over what the provider says of a refund, and book it: sent, or failed and all is as before.

    Safe to repeat.
    """
    refund = db.session.get_one(Refund, refund_id)
    orders = {order.id: order for order in lock_orders_of(purchase_id_of(refund.payment_id))}
    before, after = payments.refunds.apply(refund_id, found)
    if before is after:
        return
    if after is RefundState.SUCCEEDED:
        ledger.post(f"refund_sent:{refund.id}", Kind.REFUND_SENT, _sent(refund))
    elif after is RefundState.FAILED:
        _undo(refund, orders, was_sent=before is RefundState.SUCCEEDED)
    if after in (RefundState.SUCCEEDED, RefundState.FAILED):
        outbox.emit(events.RefundSettled(refund.id))


def _give_back(
    actor: Actor, attempt_id: int, order: Order, goods: int, delivery: int, source: RefundSource, reason: str
) -> Refund | None:
    """Give back rupiah of a locked order, and never more than came in. None when that is nothing.

    Once all that came in has gone back, what the market had added to a sale for less than its price is its own again.
    """
    attempt = db.session.get_one(PaymentAttempt, attempt_id, populate_existing=True)
    most = _held(attempt)
    back = min(goods, most), min(delivery, max(0, most - goods))
    refund = _refund(actor, attempt_id, [(order, *back)], source, reason) if sum(back) else None
    added = sum(_left(order))
    if added and not _held(attempt):
        share = _share(order, added, order.commission - order.refunded_commission - order.contested_commission)
        rounding = db.session.get_one(Payment, attempt.payment_id).rounding
        booked = ledger_rules.completion_undone(share, rounding)
        ledger.post(f"{COMPLETION_UNDONE}{order.id}", Kind.COMPLETION, booked)
    return refund


def _held(attempt: PaymentAttempt) -> int:
    return attempt.received - attempt.refunded


def _check_not_with_bank(failed: Refund, parts: Sequence[tuple[Order, int, int]]) -> None:
    """Raises Stale when the buyer's bank has taken up what is to be sent to her, of the try or of one of its orders."""
    attempt = db.session.get_one(PaymentAttempt, failed.attempt_id, populate_existing=True)
    if failed.amount > _held(attempt) - payment_queries.disputed(attempt.id):
        raise Stale("payments.with_bank")
    query = (
        sa.select(DisputePart.order_id, sa.func.sum(DisputePart.total))
        .join(Dispute, Dispute.id == DisputePart.dispute_id)
        .where(Dispute.attempt_id == attempt.id, Dispute.state != DisputeState.WON)
        .group_by(DisputePart.order_id)
    )
    there = {row[0]: int(row[1]) for row in db.session.execute(query)}
    if any(goods + delivery > sum(_left(order)) - there.get(order.id, 0) for order, goods, delivery in parts):
        raise Stale("payments.with_bank")


def _refund(
    actor: Actor, attempt_id: int, parts: Sequence[tuple[Order, int, int]], source: RefundSource, reason: str
) -> Refund:
    amount = sum(goods + delivery for _, goods, delivery in parts)
    refund = payments.refunds.request(actor, attempt_id, amount, source, reason[:LONGEST_REASON])
    ledger.post(_key(refund), Kind.REFUND, ledger_rules.refund(_take(parts, refund)))
    return refund


def _take(parts: Sequence[tuple[Order, int, int]], refund: Refund) -> list[Share]:
    """Count a refund on its orders, and say what it takes from each."""
    shares = []
    for order, goods, delivery in parts:
        if not goods and not delivery:
            continue
        order.refunded_goods += goods
        order.refunded_delivery += delivery
        commission = rules.commission_back(
            order.commission, order.goods_total, order.refunded_goods, order.refunded_commission
        )
        order.refunded_commission += commission
        db.session.add(
            RefundPart(refund_id=refund.id, order_id=order.id, goods=goods, delivery=delivery, commission=commission)
        )
        bearing.true_up(order)
        shares.append(_share(order, goods + delivery, commission))
    db.session.flush()
    return shares


def _paid_attempt(order: Order) -> PaymentAttempt:
    """The money that paid a locked order: online, or in cash once it was handed over. Raises Stale."""
    payment = db.session.get_one(Payment, payment_id_of(order.purchase_id))
    if payment.method is PaymentMethod.CASH:
        if order.status is not OrderStatus.DONE or not order.total:
            raise Stale("orders.not_paid_yet")
        return payments.attempts.of_cash(payment.id)
    attempt = payment_queries.paid_attempt(payment.id)
    if attempt is None or is_credit(attempt):
        raise Stale("orders.not_paid_online")
    return attempt


def _sent(refund: Refund) -> list[ledger_rules.Entry]:
    """A refund that was sent: by the provider, out of its clearing account, or out of the market's own account."""
    method = db.session.get_one(Payment, refund.payment_id).method
    return ledger_rules.refund_sent(str(method), refund.amount, refund.by_bank)


def _undo(refund: Refund, orders: dict[int, Order], was_sent: bool) -> None:
    """A refund did not arrive: the orders have their money back. What was returned lies where it was again."""
    if was_sent:
        back = ledger_rules.opposite(_sent(refund))
        ledger.post(f"refund_returned:{refund.id}", Kind.REFUND_FAILED, back)
    shares = []
    for part in _parts_of(refund.id):
        order = orders[part.order_id]
        order.refunded_goods -= part.goods
        order.refunded_delivery -= part.delivery
        order.refunded_commission -= part.commission
        lines.give_back(refund.id, order.id)
        bearing.true_up(order)
        shares.append(_share(order, part.total, part.commission))
    credit = refund.amount - sum(share.total for share in shares)
    ledger.post(f"refund_failed:{refund.id}", Kind.REFUND_FAILED, ledger_rules.refund_failed(shares, credit))


def _parts_of(refund_id: int) -> list[Part]:
    query = sa.select(RefundPart).where(RefundPart.refund_id == refund_id).order_by(RefundPart.order_id)
    return [Part(part.order_id, part.goods, part.delivery, part.commission) for part in db.session.scalars(query)]


def _share(order: Order, total: int, commission: int) -> Share:
    return Share(order.id, order.store_id, total, commission, is_released=order.status is OrderStatus.DONE)


def _key(refund: Refund) -> str:
    return f"refund:{refund.id}"


def _left(order: Order) -> tuple[int, int]:
    """What can still be refunded of an order: goods, delivery. What a claim has set aside is not for others."""
    return (
        order.goods_total - order.refunded_goods - order.contested_goods,
        order.delivery_fee - order.refunded_delivery - order.contested_delivery,
    )


def _check_left(order: Order, goods: int, delivery: int) -> None:
    left_goods, left_delivery = _left(order)
    if not 0 <= goods <= left_goods:
        raise Invalid("orders.refund_too_much", field="goods", left=left_goods)
    if not 0 <= delivery <= left_delivery:
        raise Invalid("orders.refund_too_much", field="delivery", left=left_delivery)
    if not goods and not delivery:
        raise Invalid("payments.refund_nothing", field="goods")
