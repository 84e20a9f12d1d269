"""Do the books agree: with themselves at any moment, and with the provider once all work is done.

Each question answers with sentences about what is wrong; none is right. Call them inside an app context.
`check_books` asks all that can be asked in the middle of a test.
"""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa

from marketplace.catalog import queries as catalog
from marketplace.catalog.models import Variant
from marketplace.core.db import db
from marketplace.core.outbox import OutboxRow
from marketplace.ledger import queries as ledger
from marketplace.ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction
from marketplace.ledger.rules import (
    BANK,
    CUSTOMER_CREDIT,
    DISPUTED,
    PAYOUTS_ON_THE_WAY,
    REFUNDS_ON_THE_WAY,
    Kind,
    clearing_account,
    order_subject,
    pending_account,
)
from marketplace.orders.models import DisputePart, Order, OrderLine, RefundPart
from marketplace.orders.rules import ENDED_EARLY, OPEN, OrderStatus
from marketplace.payments.models import Dispute, Payment, PaymentAttempt, ProviderNotice, Refund
from marketplace.payments.rules import (
    ATTEMPT_LIVE,
    BY_HAND,
    REFUND_OPEN,
    AttemptState,
    DisputeState,
    NoticeState,
    PaymentMethod,
    PaymentState,
    RefundState,
)
from marketplace.payouts.models import PayoutLine
from marketplace.payouts.rules import LineKind, LineState
from tests.databases import settle_constraints
from tools.stripe_standin.server import StandIn

CLEARING = clearing_account(PaymentMethod.CARD)
OPEN_NOTICES = (NoticeState.NEW, NoticeState.UNMATCHED, NoticeState.FAILED)
COUNTS = Refund.state != RefundState.FAILED


def check_books(standin: StandIn | None = None, *, credit: int = 0) -> None:
    """AssertionError unless all sums agree. `credit`: rupiah of buyers that nobody has decided about.

    With the stand-in: what lies at Stripe is what Stripe says (nothing may be under way there that it has not told).
    """
    settle_constraints()
    assert faults() == []
    assert ledger.balance(CUSTOMER_CREDIT) == -credit
    if standin is not None:
        assert ledger.balance(CLEARING) == held_by(standin)


def bookings(kind: Kind) -> int:
    """How often something of a kind was booked."""
    query = sa.select(sa.func.count()).select_from(LedgerTransaction).where(LedgerTransaction.kind == kind)
    return db.session.scalar(query) or 0


def held_by(standin: StandIn) -> int:
    """What the market has at Stripe by Stripe's own account: rupiah, each amount and fee rounded as our books do."""
    lines = standin.all("balance_transaction")
    return sum((line["amount"] + 50) // 100 - (line["fee"] + 50) // 100 for line in lines)


def faults() -> list[str]:
    """What can never be, whatever has or has not happened yet."""
    db.session.rollback()
    return [*_database(), *_ledger(), *_payments(), *_clearing(), *_orders(), *_earnings(), *_stock()]


def unfinished() -> list[str]:
    """What is left to do, or stuck."""
    db.session.rollback()
    live = sa.select(PaymentAttempt.id).where(PaymentAttempt.state.in_(ATTEMPT_LIVE))
    refunds = sa.select(Refund.id).where(Refund.state.in_(REFUND_OPEN))
    notices = sa.select(ProviderNotice).where(ProviderNotice.state.in_(OPEN_NOTICES))
    rows = sa.select(OutboxRow.id, OutboxRow.event, OutboxRow.last_error).where(OutboxRow.done_at.is_(None))
    return [
        *(f"try {found} is open" for found in db.session.scalars(live)),
        *(f"refund {found} is open" for found in db.session.scalars(refunds)),
        *(f"notice {found.id} ({found.type}) is {found.state}" for found in db.session.scalars(notices)),
        *(f"outbox row {row.id} ({row.event}) is open: {row.last_error}" for row in db.session.execute(rows)),
    ]


def differences(standin: StandIn) -> list[str]:
    """Where our books and the provider's do not say the same. Only once nothing is unfinished."""
    db.session.rollback()
    theirs = {charge["payment_intent"]: charge["amount"] for charge in standin.all("charge") if charge["paid"]}
    paid = (
        sa.select(PaymentAttempt.provider_ref, PaymentAttempt.received * 100)
        .join(Payment, Payment.id == PaymentAttempt.payment_id)
        .where(PaymentAttempt.received > 0, Payment.method == PaymentMethod.CARD)
    )
    ours = {str(ref): int(amount) for ref, amount in db.session.execute(paid)}
    sent = Counter(_refund_of(found) for found in standin.all("refund") if found["status"] != "failed")
    asked = sa.select(Refund.provider_ref, Refund.amount * 100).where(COUNTS, ~Refund.by_bank)
    noted = Counter((str(ref), int(amount)) for ref, amount in db.session.execute(asked))
    there, here = held_by(standin), ledger.balance(CLEARING)
    return [
        *(f"payment {ref}: {theirs.get(ref)} there, {ours.get(ref)} here" for ref in _unequal(theirs, ours)),
        *(f"refund {ref}: {sent.get(ref, 0)} there, {noted.get(ref, 0)} here" for ref in _unequal(sent, noted)),
        *([f"clearing: Rp{there} there, Rp{here} here"] if there != here else []),
    ]


def _refund_of(found: dict[str, object]) -> tuple[str, int]:
    return str(found["id"]), int(str(found["amount"]))


def _unequal(one: dict, other: dict) -> list:  # type: ignore[type-arg]
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def _database() -> list[str]:
    if db.engine.dialect.name != "sqlite":
        return []
    told = [row[0] for row in db.session.execute(sa.text("PRAGMA integrity_check"))]
    broken = db.session.execute(sa.text("PRAGMA foreign_key_check")).all()
    return [*(line for line in told if line != "ok"), *(f"dangling: {row}" for row in broken)]


def _ledger() -> list[str]:
    total = sum(ledger.balances().values())
    crooked = [f"{key} does not sum to zero" for key in ledger.crooked_transactions()]
    return crooked + ([f"the ledger sums to {total}"] if total else [])


def _payments() -> list[str]:
    """Counters are the sums of what they count."""
    received, back = _sums(PaymentAttempt.received), _sums(PaymentAttempt.refunded)
    refunds = _sums(Refund.amount, COUNTS)
    found = []
    for payment in db.session.scalars(sa.select(Payment).where(Payment.method != PaymentMethod.CASH)):
        counted = (payment.received, payment.refunded, payment.refunded)
        summed = (received.get(payment.id, 0), back.get(payment.id, 0), refunds.get(payment.id, 0))
        if counted != summed:
            found.append(f"payment {payment.id} counts {counted}, there are {summed}")
        if payment.state is PaymentState.EXPIRED and (payment.received, payment.dropped) != (0, payment.amount):
            found.append(f"payment {payment.id} expired, and yet asks or has something")
    own = _sums_of_tries()
    found += [
        f"try {attempt.id} counts {attempt.refunded} as refunded, there is {own.get(attempt.id, 0)}"
        for attempt in db.session.scalars(sa.select(PaymentAttempt))
        if attempt.refunded != own.get(attempt.id, 0)
    ]
    lost = sa.select(PaymentAttempt.id).where(PaymentAttempt.state != AttemptState.PAID, PaymentAttempt.received > 0)
    return found + [f"try {attempt_id} has money and is not paid" for attempt_id in db.session.scalars(lost)]


def _sums(column: sa.orm.InstrumentedAttribute[int], *where: sa.ColumnElement[bool]) -> dict[int, int]:
    """The sum of a column for each payment."""
    payment_id = column.class_.payment_id
    query = sa.select(payment_id, sa.func.sum(column)).where(*where).group_by(payment_id)
    return {int(key): int(value) for key, value in db.session.execute(query)}


def _sums_of_tries() -> dict[int, int]:
    """What was refunded of each try."""
    query = sa.select(Refund.attempt_id, sa.func.sum(Refund.amount)).where(COUNTS).group_by(Refund.attempt_id)
    return {int(key): int(value) for key, value in db.session.execute(query)}


def _clearing() -> list[str]:
    """What lies with the provider, in our own account, is on its way, or with banks, follows from what moved it.

    Cash never lay there, and what goes to somebody's own bank account leaves from ours.
    """
    right = {
        CLEARING: _received(PaymentMethod.CARD)
        - _total(PaymentAttempt.fee)
        - _total(Dispute.fee)
        - _total(Refund.amount, Refund.state == RefundState.SUCCEEDED, ~Refund.by_bank)
        - _total(Dispute.withdrawn),
        BANK: _received(*BY_HAND)
        - _total(Refund.amount, Refund.state == RefundState.SUCCEEDED, Refund.by_bank)
        - _total(PayoutLine.amount, PayoutLine.kind == LineKind.PAYOUT, PayoutLine.state == LineState.PAID),
        PAYOUTS_ON_THE_WAY: -_total(
            PayoutLine.amount, PayoutLine.kind == LineKind.PAYOUT, PayoutLine.state == LineState.RESERVED
        ),
        REFUNDS_ON_THE_WAY: -_total(Refund.amount, Refund.state.in_(REFUND_OPEN)),
        DISPUTED: _total(Dispute.withdrawn, Dispute.state != DisputeState.LOST),
    }
    wrong = {code: ledger.balance(code) for code in right if ledger.balance(code) != right[code]}
    return [f"{code} holds {balance}, not {right[code]}" for code, balance in wrong.items()]


def _received(*methods: PaymentMethod) -> int:
    """All that came in by some ways to pay."""
    mine = sa.select(Payment.id).where(Payment.method.in_(methods))
    return _total(PaymentAttempt.received, PaymentAttempt.payment_id.in_(mine))


def _total(column: sa.orm.InstrumentedAttribute[int], *where: sa.ColumnElement[bool]) -> int:
    return int(db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(column), 0)).where(*where)) or 0)


def _orders() -> list[str]:
    """An order counts its refunds; one that ended or was handed over keeps nothing that still waits for its end."""
    parts = (
        sa.select(
            RefundPart.order_id,
            sa.func.sum(RefundPart.goods),
            sa.func.sum(RefundPart.delivery),
            sa.func.sum(RefundPart.commission),
        )
        .join(Refund, Refund.id == RefundPart.refund_id)
        .where(COUNTS)
        .group_by(RefundPart.order_id)
    )
    taken = {row[0]: tuple(int(value) for value in row[1:]) for row in db.session.execute(parts)}
    pending = {
        subject: int(amount)
        for subject, amount in db.session.execute(
            sa.select(LedgerEntry.about, sa.func.sum(LedgerEntry.amount))
            .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
            .where(LedgerAccount.code.like(f"{pending_account(0)[:-1]}%"))
            .group_by(LedgerEntry.about)
        )
    }
    failed = sa.select(RefundPart.order_id).join(Refund, Refund.id == RefundPart.refund_id).where(~COUNTS)
    to_mend = set(db.session.scalars(failed))  # the operator's: the money is still there, and the buyer waits for it
    disputed = set(db.session.scalars(sa.select(DisputePart.order_id)))  # may be refunded too, until that is refused
    found = []
    for order in db.session.scalars(sa.select(Order).order_by(Order.id)):
        counted = (order.refunded_goods, order.refunded_delivery, order.refunded_commission)
        if counted != taken.get(order.id, (0, 0, 0)):
            found.append(f"order {order.id} counts {counted} as refunded, there is {taken.get(order.id)}")
        kept = -pending.get(order_subject(order.id), 0)
        is_over = order.status in ENDED_EARLY | {OrderStatus.DONE, OrderStatus.UNPAID}
        if kept < 0 and (order.id in disputed or order.bears_fee):  # who bears the fee bears it unsold
            continue
        if kept < 0 or (kept and is_over and order.id not in to_mend):
            found.append(f"order {order.id} is {order.status} and keeps Rp{kept} for its shop")
    return found


def _earnings() -> list[str]:
    """Sold less refunded, commission and fee is the rest; what an order itself counts is what its refunds took."""
    orders = list(db.session.scalars(sa.select(Order).order_by(Order.id)))
    brought = ledger.earnings(order.id for order in orders)
    found = []
    for order in orders:
        earning = brought[order.id]
        held, lost = _disputed(order, DisputeState.OPEN), _disputed(order, DisputeState.LOST)
        back = order.refunded_goods + order.refunded_delivery + lost[0]
        commission = order.commission - order.refunded_commission - order.contested_commission - held[1] - lost[1]
        if earning.sold - earning.refunded - earning.commission - earning.fee != earning.net:
            found.append(f"order {order.id}: {earning} does not add up")
        if earning.refunded != back:
            found.append(f"order {order.id}: {earning.refunded} refunded in the ledger, {back} on the order")
        if earning.sold == 0 and earning.net:
            found.append(f"order {order.id} sold nothing and brings {earning.net}")
        if earning.sold and earning.sold == order.total and earning.commission != commission:
            found.append(f"order {order.id}: commission {earning.commission} in the ledger, {commission} on the order")
    return found


def _disputed(order: Order, state: DisputeState) -> tuple[int, int]:
    """What disputes in a state hold of an order: all of it, and the commission in it."""
    query = (
        sa.select(
            sa.func.coalesce(sa.func.sum(DisputePart.total), 0),
            sa.func.coalesce(sa.func.sum(DisputePart.commission), 0),
        )
        .join(Dispute, Dispute.id == DisputePart.dispute_id)
        .where(DisputePart.order_id == order.id, Dispute.state == state)
    )
    total, commission = db.session.execute(query).one()
    return int(total), int(commission)


def _stock() -> list[str]:
    """What is promised of a variant is what open orders hold; what lies on shelves is what the movements add up to."""
    held = (
        sa.select(OrderLine.variant_id, sa.func.sum(OrderLine.quantity))
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.status.in_(OPEN))
        .group_by(OrderLine.variant_id)
    )
    pieces = {row[0]: int(row[1]) for row in db.session.execute(held)}
    variants = db.session.execute(sa.select(Variant.id, Variant.reserved, Variant.on_hand, Variant.is_to_order)).all()
    wrong = [
        f"variant {row.id} promises {row.reserved} of {row.on_hand}, orders hold {pieces.get(row.id, 0)}"
        for row in variants
        if row.reserved != pieces.get(row.id, 0) or (row.on_hand < row.reserved and not row.is_to_order)
    ]
    crooked = (catalog.crooked_shelves(), catalog.crooked_movements(), catalog.crooked_supplies())
    return wrong + [str(shelf) for found in crooked for shelf in found]
