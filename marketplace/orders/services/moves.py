"""What a shop does with an order, and what the clock does when it does nothing."""

from __future__ import annotations

import hmac
from datetime import timedelta

from marketplace.catalog.services import stock
from marketplace.core import audit, settings
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, Refusal, Stale, TooMany
from marketplace.core.locks import lock_one
from marketplace.ledger import rules as ledger_rules
from marketplace.ledger import services as ledger
from marketplace.orders import events, rules
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer, can_confirm
from marketplace.orders.rules import AcceptedBy, Cause, OrderStatus
from marketplace.orders.services import bearing, endings, paying, signing
from marketplace.orders.services.signing import Accepted
from marketplace.orders.services.steps import locked, move, payment_id_of, pieces, tell
from marketplace.payments import services as payments
from marketplace.payments.rules import PaymentMethod, RefundSource
from marketplace.shipping.rules import BY_COURIER, DeliveryMethod, normal_tracking_number

HANDOVER_TRIES = settings.define(
    "orders.handover_tries",
    rules.HANDOVER_TRIES,
    "Kode serah terima yang keliru sebelum dikunci",
    minimum=3,
    maximum=10,
)
HANDOVER_LOCK_MINUTES = settings.define(
    "orders.handover_lock_minutes",
    rules.HANDOVER_LOCK_MINUTES,
    "Menit penguncian pertama sesudah kode serah terima yang keliru",
    minimum=5,
    maximum=rules.LONGEST_HANDOVER_LOCK_MINUTES,
)
ON_ITS_WAY = (OrderStatus.ON_THE_WAY, OrderStatus.ARRIVED)


def accept(actor: Actor, order_id: int) -> Order:
    """The shop says yes. Raises NotFound, NotAllowed, Stale when the order has moved on."""
    order = locked(actor, order_id)
    move(actor, order, OrderStatus.PROCESSING)
    tell(actor, "orders.accepted", order, events.OrderAccepted(order.id))
    return order


def decline(actor: Actor, order_id: int, reason: str) -> Order:
    """The shop says no, and the buyer is told why. The goods are free again; what was paid for them goes back.

    Raises Invalid without a reason (field reason), NotFound, NotAllowed, Stale.
    """
    order = locked(actor, order_id)
    reason = _reason(reason)
    endings.end(actor, [order], OrderStatus.DECLINED, RefundSource.SHOP, reason)
    tell(actor, "orders.declined", order, events.OrderDeclined(order.id), reason=reason)
    return order


def mark_ready(actor: Actor, order_id: int) -> Order:
    """The goods are packed: ready to be fetched, or on their way. Raises NotFound, NotAllowed, Stale.

    What a courier brings is sent (`send`), by post with its number: Invalid (field tracking_number).
    """
    order = locked(actor, order_id)
    if order.status is not OrderStatus.PROCESSING:
        raise Stale("orders.moved_on")
    if order.delivery_method in BY_COURIER:
        return send(actor, order_id, "")
    move(actor, order, rules.ready_status(order.delivery_method))
    tell(actor, "orders.readied", order, events.OrderReady(order.id))
    return order


def send(actor: Actor, order_id: int, tracking_number: str) -> Order:
    """The courier has the parcel, under this number; a number mistyped may be mended on its way. A local courier may
    give none: then what was written down before stays.

    Raises NotFound, NotAllowed; Invalid (field tracking_number) for what is no number, or none at the post; Stale when
    the order has moved on, or does not go by courier.
    """
    order = locked(actor, order_id)
    if order.delivery_method not in BY_COURIER:
        raise Stale("orders.moved_on")
    number = number_of(order, tracking_number)
    if order.status is OrderStatus.ON_THE_WAY:
        _mend_number(actor, order, number)
        return order
    if order.status is not OrderStatus.PROCESSING:
        raise Stale("orders.moved_on")
    move(actor, order, OrderStatus.ON_THE_WAY, note=f"{order.delivery_name} {number}".strip())
    order.tracking_number = number
    tell(actor, "orders.readied", order, events.OrderReady(order.id), number=number)
    return order


def number_of(order: Order, typed: str) -> str:
    """The number of a parcel as couriers print it; '' for what goes another way, or by a local courier without one.

    Raises Invalid (field tracking_number).
    """
    if order.delivery_method not in BY_COURIER:
        return ""
    if not typed.strip():
        if order.delivery_method is DeliveryMethod.POST:
            raise Invalid("orders.tracking_required", field="tracking_number")
        return ""
    number = normal_tracking_number(typed)
    if number is None:
        raise Invalid("orders.tracking_number", field="tracking_number")
    return number


def hand_over(actor: Actor, order_id: int, code: str, accepted: Accepted | None = None) -> Refusal | None:
    """The buyer has the goods (and paid, if in cash), which her four digits prove: stock falls, the money is booked.

    A wrong code is *returned* as a refusal, not raised, because the try must be counted: the caller commits, then
    shows it. Five wrong ones lock the order, each time for longer. Raises NotFound, NotAllowed, Stale, TooMany while
    it is locked, Invalid for an acceptance that cannot be kept (see `signing.keep`).
    """
    order = locked(actor, order_id)
    if not rules.may_move(order.status, OrderStatus.DONE):
        raise Stale("orders.moved_on")
    at = now()
    if order.handover_locked_until is not None:
        left = int((order.handover_locked_until - at).total_seconds()) + 1
        if order.handover_locked_until > at:
            raise TooMany("orders.code_locked", left, minutes=-(-left // 60))
        order.handover_locked_until = None
    if not hmac.compare_digest(code.strip().encode(), order.handover_code.encode()):
        return _count_wrong_code(actor, order)
    signing.keep(actor, order, AcceptedBy.SHOP, accepted)
    complete(actor, order)
    return None


def hand_over_without_code(actor: Actor, order_id: int, reason: str) -> Order:
    """The buyer has the goods and paid in cash, but has no code to show, e.g. no phone: the shop says why.

    The reason stands on the time line, which the buyer reads, and on the audit trail. Raises Invalid without one
    (field reason) and for an order that was paid before, whose money only the code may release; NotFound, NotAllowed,
    Stale.
    """
    order = locked(actor, order_id)
    reason = _reason(reason)
    if db.session.get_one(Purchase, order.purchase_id).payment_method is not PaymentMethod.CASH:
        raise Invalid("orders.code_needed", field="reason")
    complete(actor, order, reason)
    return order


def confirm_arrival(buyer: Buyer, order_id: int, accepted: Accepted | None = None) -> Order:
    """The buyer says that what she has paid has come: what the four digits say where people meet.

    Raises NotFound, NotAllowed; Stale for an order that is not brought to her, not on its way, or paid in cash, which
    only its shop can say; Invalid for an acceptance that cannot be kept (see `signing.keep`).
    """
    order = lock_one(Order, order_id)
    purchase = db.session.get_one(Purchase, order.purchase_id)
    if not can_confirm(buyer, purchase):
        raise NotAllowed("orders.not_yours")
    if not rules.is_brought_and_paid(order.delivery_method, purchase.payment_method) or order.status not in ON_ITS_WAY:
        raise Stale("orders.moved_on")
    signing.keep(buyer.actor, order, AcceptedBy.BUYER, accepted)
    complete(buyer.actor, order, cause=Cause.CONFIRMED)
    return order


def lapse(order_id: int) -> Order:
    """End an order that its shop has not answered in time. Raises NotFound, Stale: answered, or not due yet."""
    order = lock_one(Order, order_id)
    if order.answer_by > now():
        raise Stale("orders.moved_on")
    endings.end(SYSTEM, [order], OrderStatus.LAPSED, RefundSource.TIMEOUT)
    tell(SYSTEM, "orders.lapsed", order, events.OrderLapsed(order.id))
    return order


def complete(actor: Actor, order: Order, without_code: str = "", cause: Cause = Cause.NONE) -> None:
    """End a locked order whose goods are in the buyer's hand, or count as that: the only way to DONE. Raises Stale."""
    move(actor, order, OrderStatus.DONE, without_code, cause)
    stock.hand_over(pieces([order.id]), actor, f"order:{order.id}")
    _book(order)
    details = {"without_code": without_code} if without_code else {"cause": cause.value} if cause else {}
    tell(actor, "orders.handed_over", order, events.OrderHandedOver(order.id), total=order.total, **details)


def _reason(typed: str) -> str:
    reason = typed.strip()
    if not reason:
        raise Invalid("orders.reason_required", field="reason")
    if len(reason) > rules.LONGEST_REASON:
        raise Invalid("orders.reason_too_long", field="reason", maximum=rules.LONGEST_REASON)
    return reason


def _mend_number(actor: Actor, order: Order, number: str) -> None:
    if number and number != order.tracking_number:
        audit.record(actor, "orders.tracking_mended", "order", order.code, before=order.tracking_number, number=number)
        order.tracking_number = number


def _book(order: Order) -> None:
    """Cash is in the shop's hand now; money that was paid before becomes the shop's."""
    purchase = db.session.get_one(Purchase, order.purchase_id)
    if purchase.payment_method is not PaymentMethod.CASH:
        paying.release(order)
    elif order.total:  # a voucher may have paid for all of it
        _book_cash(order)
    bearing.true_up(order)


def _book_cash(order: Order) -> None:
    payments.receive_cash(payment_id_of(order.purchase_id), order.total)
    share = ledger_rules.Share(order.id, order.store_id, order.total, order.commission)
    ledger.post(rules.cash_key(order.id), ledger_rules.Kind.CASH_SALE, ledger_rules.cash_sale(share))


def _count_wrong_code(actor: Actor, order: Order) -> Refusal:
    order.handover_tries += 1
    audit.record(actor, "orders.code_refused", "order", order.code, tries=order.handover_tries)
    most = HANDOVER_TRIES.today()
    since_lock = order.handover_tries % most
    if since_lock:
        return Invalid("orders.wrong_code", field="code", left=most - since_lock)
    minutes = rules.lock_minutes(order.handover_tries // most, HANDOVER_LOCK_MINUTES.today())
    order.handover_locked_until = now() + timedelta(minutes=minutes)
    return TooMany("orders.code_locked", minutes * 60, minutes=minutes)
