"""What always holds in every life, and what holds once all work is done. Each answers with what is wrong."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from marketplace.catalog.models import Variant
from marketplace.changes.models import OrderChange, ParcelLine
from marketplace.changes.rules import ChangeState
from marketplace.claims.models import Claim
from marketplace.claims.queries import crooked_claims
from marketplace.claims.rules import ENDED
from marketplace.core.db import db
from marketplace.core.outbox import OutboxRow
from marketplace.ledger import queries as ledger
from marketplace.ledger.models import LedgerEntry
from marketplace.ledger.rules import order_subject
from marketplace.orders.models import DisputePart, Order, OrderLine, PurchasePayment, RefundPart
from marketplace.orders.queries.contests import is_contested
from marketplace.orders.rules import CLOCKED, OPEN, OrderStatus
from marketplace.orders.services.refunds import is_credit
from marketplace.payments.models import Payment, PaymentAttempt, Refund
from marketplace.payments.rules import PAID, AttemptState, PaymentMethod, PaymentState, RefundState
from marketplace.payouts.models import PayoutItem, PayoutLine
from marketplace.payouts.rules import LIVE
from marketplace.reconciliation.services.checking import CHECKS
from tests import books
from tests.payouts.books import owed

KEPT = ("pending:", "disputed:", "credit:", "transit:")
OVERTAKEN = "ClaimOvertaken"


def nothing(found: list[str]) -> None:
    """AssertionError with all that was found, if anything was."""
    if found:
        raise AssertionError("; ".join(found))


def faults() -> list[str]:
    """All that can be asked at any moment."""
    found = [*books.faults(), *_reconciled(), *_wrong_sides(), *_promised_twice()]
    return [*found, *_clocks(), *_orders(), *_lines(), *_buyers(), *_paid_out(), *_claims(), *_changes()]


def left_over() -> list[str]:
    """What may not be there once everybody has done what is theirs, and all clocks have run."""
    db.session.rollback()
    orders = db.session.scalars(sa.select(Order).where(Order.status.in_(sorted(OPEN))))
    claims = db.session.scalars(sa.select(Claim).where(Claim.state.not_in(sorted(ENDED))))
    changes = db.session.scalars(sa.select(OrderChange.id).where(OrderChange.state == ChangeState.OPEN))
    to_mend = {order_subject(order_id) for order_id in _with_failed_refunds()}
    return [
        *(f"order {order.id} is {order.status}, until {order.ends_at}" for order in orders),
        *(f"claim {claim.id} is {claim.state}, until {claim.due_at}" for claim in claims),
        *(f"change {change_id} is open" for change_id in changes),
        *(
            f"{code} holds {amount}"
            for code, amount in ledger.balances().items()
            if amount and code.startswith(("transit:", "disputed:", "receivable:"))
        ),
        *(f"{about} has Rp{amount} pending" for about, amount in _pending().items() if about not in to_mend),
    ]


def _reconciled() -> Iterable[str]:
    """What the nightly comparison says. A claim whose money went back another way is over when the worker works."""
    waits = db.session.scalar(
        sa.select(OutboxRow.id).where(OutboxRow.event.like(f"%{OVERTAKEN}%"), OutboxRow.done_at.is_(None)).limit(1)
    )
    asked = [check for check in CHECKS if check is not crooked_claims or waits is None]
    return (f"{check.__name__}: {crooked}" for check in asked for crooked in check())


def _wrong_sides() -> Iterable[str]:
    """What is kept for shops and buyers is never less than nothing."""
    balances = ledger.balances()
    return (f"{code} has {value}" for code, value in balances.items() if value > 0 and code.startswith(KEPT))


def _promised_twice() -> Iterable[str]:
    left = db.session.execute(sa.select(Variant.id, Variant.on_hand - Variant.reserved)).all()
    return (f"variant {variant_id} has {pieces} left" for variant_id, pieces in left if pieces < 0)


def _clocks() -> Iterable[str]:
    """Nothing that is open stands still for ever: an order, a payment, a claim."""
    for order in db.session.scalars(sa.select(Order).where(Order.status.in_(sorted(CLOCKED)))):
        if order.ends_at is None or order.state_since is None or order.ends_at <= order.state_since:
            yield f"order {order.id} is {order.status} and has no clock"
    unpaid = (
        sa.select(Order.id, Payment.state, Payment.hold_until)
        .join(PurchasePayment, PurchasePayment.purchase_id == Order.purchase_id)
        .join(Payment, Payment.id == PurchasePayment.payment_id)
        .where(Order.status == OrderStatus.UNPAID)
    )
    for order_id, state, until in db.session.execute(unpaid):
        if state not in (PaymentState.PENDING, PaymentState.MISMATCH) or until is None:
            yield f"order {order_id} waits for a payment that is {state}"
    for claim in db.session.scalars(sa.select(Claim)):
        if (claim.due_at is None) != (claim.state in ENDED):
            yield f"claim {claim.id} is {claim.state}, due at {claim.due_at}"


def _orders() -> Iterable[str]:
    """No order gives back more than it was sold for, what is contested included."""
    for order in db.session.scalars(sa.select(Order)):
        goods = order.refunded_goods + order.contested_goods
        delivery = order.refunded_delivery + order.contested_delivery
        if not 0 <= goods <= order.goods_total or not 0 <= delivery <= order.delivery_fee:
            yield f"order {order.id} gives back {goods} of {order.goods_total}, {delivery} of {order.delivery_fee}"
        if not 0 <= order.refunded_commission + order.contested_commission <= order.commission:
            yield f"order {order.id} gives back more commission than it has"


def _lines() -> Iterable[str]:
    """No line gives back more than it costs, and no piece is claimed or sent that is not there."""
    sent = sa.select(sa.func.coalesce(sa.func.sum(ParcelLine.quantity), 0)).where(ParcelLine.line_id == OrderLine.id)
    for line, pieces in db.session.execute(sa.select(OrderLine, sent.correlate(OrderLine).scalar_subquery())):
        if not 0 <= line.refunded <= max(line.total, line.ordered_quantity * line.ordered_price):
            yield f"line {line.id} gives back {line.refunded} of {line.total}"
        if not 0 <= line.claimed <= line.quantity or not 0 <= pieces <= line.quantity:
            yield f"line {line.id}: {line.claimed} claimed and {pieces} sent of {line.quantity}"


def _buyers() -> Iterable[str]:
    """What a buyer has paid and not got back is what her orders keep, but for what the market bears or owes her."""
    query = (
        sa.select(PaymentAttempt, Payment, PurchasePayment.purchase_id)
        .join(Payment, Payment.id == PaymentAttempt.payment_id)
        .join(PurchasePayment, PurchasePayment.payment_id == Payment.id)
        .where(PaymentAttempt.state == AttemptState.PAID, Payment.method != PaymentMethod.CASH)
    )
    disputed = set(db.session.scalars(sa.select(DisputePart.order_id)))
    for attempt, payment, purchase_id in db.session.execute(query):
        if not 0 <= attempt.refunded <= attempt.received:
            yield f"try {attempt.id} got {attempt.received} and gave {attempt.refunded}"
        orders = list(db.session.scalars(sa.select(Order).where(Order.purchase_id == purchase_id)))
        if payment.state not in PAID or is_credit(attempt) or any(order.id in disputed for order in orders):
            continue
        kept = sum(order.total - order.refunded_goods - order.refunded_delivery for order in orders)
        more, missing = kept - (attempt.received - attempt.refunded), attempt.amount - attempt.received
        if not min(0, missing) <= more <= payment.rounding + max(0, missing):
            yield f"try {attempt.id}: orders keep {kept}, {attempt.received} came and {attempt.refunded} went"


def _paid_out() -> Iterable[str]:
    """A shop is owed what it earned less cash in its hand and what was paid out; only goods in a buyer's hand count."""
    for store_id in db.session.scalars(sa.select(Order.store_id).distinct()):
        ids = list(db.session.scalars(sa.select(Order.id).where(Order.store_id == store_id)))
        earned = sum(each.net for each in ledger.earnings(ids).values())
        live = sa.select(sa.func.coalesce(sa.func.sum(PayoutLine.amount), 0)).where(
            PayoutLine.store_id == store_id, PayoutLine.state.in_(LIVE)
        )
        summary = ledger.store_summary(store_id)
        kept = -sum(ledger.balance(f"{name}:store:{store_id}") for name in ("pending", "disputed"))
        right = earned - kept - summary.cash_in_hand - int(db.session.scalar(live) or 0)
        if owed(store_id) != right:
            yield f"shop {store_id} is owed {owed(store_id)}, not {right}"
    about = sa.select(LedgerEntry.about).join(PayoutItem, PayoutItem.entry_id == LedgerEntry.id).distinct()
    done = {order_subject(key) for key in db.session.scalars(sa.select(Order.id).where(Order.status == "done"))}
    yield from (f"{name} is paid out and not done" for name in db.session.scalars(about) if name not in done)


def _claims() -> Iterable[str]:
    """Money lies aside for a claim that is open, and for no other."""
    open_ids = set(db.session.scalars(sa.select(Claim.id).where(Claim.state.not_in(sorted(ENDED)))))
    for order in db.session.scalars(sa.select(Order).where(Order.contested_by.is_not(None))):
        if order.contested_by not in open_ids:
            yield f"order {order.id} keeps money aside for claim {order.contested_by}, which is over"
        if not is_contested(order.id):
            yield f"order {order.id} has money aside and is not contested"
    for claim in db.session.scalars(sa.select(Claim).where(Claim.refund_id.is_not(None))):
        refund = db.session.get_one(Refund, claim.refund_id)
        if refund.amount != claim.granted + claim.granted_delivery:
            yield f"claim {claim.id} granted {claim.granted}+{claim.granted_delivery}, refunds {refund.amount}"


def _changes() -> Iterable[str]:
    """What is to be delivered of an order costs what was sold less what agreed changes took."""
    agreed = sa.select(
        OrderChange.order_id, sa.func.sum(OrderChange.goods_before - OrderChange.goods_after).label("less")
    ).where(OrderChange.state == ChangeState.AGREED)
    less = {row[0]: int(row[1]) for row in db.session.execute(agreed.group_by(OrderChange.order_id))}
    totals = sa.select(
        OrderLine.order_id,
        sa.func.sum(OrderLine.total),
        sa.func.sum(OrderLine.ordered_quantity * OrderLine.ordered_price),
    ).group_by(OrderLine.order_id)
    for order_id, now, ordered in db.session.execute(totals):
        if now != ordered - less.get(order_id, 0):
            yield f"order {order_id}: lines cost {now}, ordered for {ordered}, {less.get(order_id, 0)} less agreed"


def _pending() -> dict[str, int]:
    """By order: what is kept for a shop whose buyer has not got the goods."""
    query = sa.text(
        "SELECT e.about, -SUM(e.amount) FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id "
        "WHERE a.code LIKE 'pending:%' GROUP BY e.about HAVING SUM(e.amount) <> 0"
    )
    return {row[0]: int(row[1]) for row in db.session.execute(query)}


def _with_failed_refunds() -> set[int]:
    failed = sa.select(RefundPart.order_id).join(Refund, Refund.id == RefundPart.refund_id)
    return set(db.session.scalars(failed.where(Refund.state == RefundState.FAILED)))
