"""The life of purchases and orders. Every move locks its order first, then checks; money and stock move with it.

Locks are taken in one order everywhere: orders by id, variants by id, the payment, the ledger.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from marketplace.accounts.services.closing import Leaving
from marketplace.catalog.services import stock
from marketplace.core import audit, outbox, settings
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Refusal, Stale, TooMany
from marketplace.core.locks import lock_many, lock_one
from marketplace.core.money import portion
from marketplace.core.outbox import Event
from marketplace.ledger import rules as ledger_rules
from marketplace.ledger import services as ledger
from marketplace.notifications import services as notifications
from marketplace.orders import events, rules
from marketplace.orders.models import Order, OrderEvent, OrderLine, Purchase, PurchasePayment
from marketplace.orders.policies import Buyer, can_answer, can_cancel
from marketplace.orders.rules import OrderStatus
from marketplace.payments import services as payments
from marketplace.payments.rules import PaymentMethod
from marketplace.shipping.rules import DeliveryMethod

ANSWER_HOURS = settings.define(
    "orders.answer_hours", 24, "Jam yang dimiliki toko untuk menjawab pesanan baru", minimum=1, maximum=168
)
COMMISSION = settings.define(
    "orders.commission_basis_points", 0, "Komisi pasar dari harga barang, per sepuluh ribu", maximum=2000
)


@dataclass(frozen=True)
class NewLine:
    """One variant to be ordered, as it is called and priced now (rupiah, grams)."""

    variant_id: int
    product_name: str
    unit_price: int
    quantity: int
    variant_name: str = ""
    picture_key: str = ""
    is_not_halal: bool = False
    weight: int = 0

    @property
    def total(self) -> int:
        return self.unit_price * self.quantity


@dataclass(frozen=True)
class NewOrder:
    """What one shop is to deliver, and how."""

    store_id: int
    delivery_method: DeliveryMethod
    delivery_fee: int
    lines: tuple[NewLine, ...]
    note: str = ""

    @property
    def goods_total(self) -> int:
        return sum(line.total for line in self.lines)


@dataclass(frozen=True)
class NewPurchase:
    """What a buyer orders in one go. `person_id` is None for a guest; the address stays empty when all is picked up."""

    form_key: str
    person_id: int | None
    buyer_name: str
    buyer_phone: str
    orders: tuple[NewOrder, ...]
    buyer_email: str = ""
    street: str = ""
    rt_rw: str = ""
    village_code: str | None = None
    region_names: str = ""
    postcode: str = ""
    landmark: str = ""
    language: str = "id"
    payment_method: PaymentMethod = PaymentMethod.CASH


def create(actor: Actor, placed: NewPurchase) -> Purchase:
    """Write down a purchase: an order for each shop, the payment that is asked for it, the trail, and PurchasePlaced.

    The caller has reserved the stock in this transaction. A second purchase with the same form key breaks the unique
    key of the table; whoever may be repeated looks first.
    """
    purchase_code, *order_codes = _fresh_codes(1 + len(placed.orders))
    at = now()
    goods = sum(order.goods_total for order in placed.orders)
    delivery = sum(order.delivery_fee for order in placed.orders)
    given = {name: value for name, value in vars(placed).items() if name != "orders"}
    purchase = Purchase(
        **given, code=purchase_code, goods_total=goods, delivery_total=delivery, total=goods + delivery, placed_at=at
    )
    db.session.add(purchase)
    payment = payments.open_cash(purchase.total)
    db.session.add(PurchasePayment(purchase_id=purchase.id, payment_id=payment.id))
    answer_by = at + timedelta(hours=ANSWER_HOURS.today())
    made = [
        Order(
            code=code,
            purchase_id=purchase.id,
            store_id=order.store_id,
            status=OrderStatus.WAITING,
            delivery_method=order.delivery_method,
            goods_total=order.goods_total,
            delivery_fee=order.delivery_fee,
            total=order.goods_total + order.delivery_fee,
            note=order.note,
            handover_code=rules.draw_handover_code(),
            placed_at=at,
            answer_by=answer_by,
        )
        for code, order in zip(order_codes, placed.orders, strict=True)
    ]
    db.session.add_all(made)
    db.session.flush()
    lines = [
        {"order_id": order.id, "total": line.total, **vars(line)}
        for order, wanted in zip(made, placed.orders, strict=True)
        for line in wanted.lines
    ]
    step = {"status": OrderStatus.WAITING, "at": at, "person_id": actor.person_id, "note": ""}
    db.session.execute(sa.insert(OrderLine), lines)
    db.session.execute(sa.insert(OrderEvent), [{"order_id": order.id, **step} for order in made])
    audit.record(actor, "orders.placed", "purchase", purchase.code, total=purchase.total, orders=order_codes)
    outbox.emit(events.PurchasePlaced(purchase.id))
    db.session.flush()
    return purchase


def accept(actor: Actor, order_id: int) -> Order:
    """The shop says yes. Raises NotFound, NotAllowed, Stale when the order has moved on."""
    order = _locked(actor, order_id)
    _move(actor, order, OrderStatus.PROCESSING)
    _tell(actor, "orders.accepted", order, events.OrderAccepted(order.id))
    return order


def decline(actor: Actor, order_id: int, reason: str) -> Order:
    """The shop says no, and the buyer is told why. The goods are free again and nothing is owed for them.

    Raises Invalid without a reason (field reason), NotFound, NotAllowed, Stale.
    """
    order = _locked(actor, order_id)
    reason = reason.strip()
    if not reason:
        raise Invalid("orders.reason_required", field="reason")
    if len(reason) > rules.LONGEST_REASON:
        raise Invalid("orders.reason_too_long", field="reason", maximum=rules.LONGEST_REASON)
    _end_unsold(actor, [order], OrderStatus.DECLINED, reason)
    _tell(actor, "orders.declined", order, events.OrderDeclined(order.id), reason=reason)
    return order


def mark_ready(actor: Actor, order_id: int) -> Order:
    """The goods are packed: ready to be fetched, or on their way. Raises NotFound, NotAllowed, Stale."""
    order = _locked(actor, order_id)
    _move(actor, order, rules.ready_status(order.delivery_method))
    _tell(actor, "orders.readied", order, events.OrderReady(order.id))
    return order


def hand_over(actor: Actor, order_id: int, code: str) -> Refusal | None:
    """The buyer has the goods and paid in cash, which her four digits prove: stock falls, the sale is booked.

    A wrong code is *returned* as a refusal, not raised, because the try must be counted: the caller commits, then
    shows it. Five wrong ones lock the order for 15 minutes. Raises NotFound, NotAllowed, Stale, TooMany while locked.
    """
    order = _locked(actor, order_id)
    if not rules.may_move(order.status, OrderStatus.DONE):
        raise Stale("orders.moved_on")
    at = now()
    if order.handover_locked_until is not None:
        left = int((order.handover_locked_until - at).total_seconds()) + 1
        if order.handover_locked_until > at:
            raise TooMany("orders.code_locked", left, minutes=-(-left // 60))
        order.handover_tries, order.handover_locked_until = 0, None
    if not hmac.compare_digest(code.strip().encode(), order.handover_code.encode()):
        return _count_wrong_code(actor, order)
    _move(actor, order, OrderStatus.DONE)
    stock.hand_over(_pieces([order.id]))
    payments.receive(_payment_id(order.purchase_id), order.total)
    commission = portion(order.goods_total, COMMISSION.today())
    booked = ledger_rules.cash_sale(order.store_id, order.total, commission)
    ledger.post(rules.booking_key(order.id), ledger_rules.CASH_SALE, booked)
    _tell(actor, "orders.handed_over", order, events.OrderHandedOver(order.id), total=order.total)
    return None


def cancel_purchase(buyer: Buyer, purchase_id: int) -> Purchase:
    """The buyer takes the whole purchase back, which she may until a shop has said yes.

    Raises NotFound, NotAllowed, Stale when a shop has accepted or nothing is waiting any more.
    """
    purchase = db.session.get(Purchase, purchase_id)
    if purchase is None:
        raise NotFound("orders.not_found")
    if not can_cancel(buyer, purchase):
        raise NotAllowed("orders.not_yours")
    ids = db.session.scalars(sa.select(Order.id).where(Order.purchase_id == purchase.id))
    orders = lock_many(Order, ids)
    if any(order.status not in rules.NEVER_ACCEPTED for order in orders):
        raise Stale("orders.already_accepted")
    waiting = [order for order in orders if order.status is OrderStatus.WAITING]
    if not waiting:
        raise Stale("orders.moved_on")
    _end_unsold(buyer.actor, waiting, OrderStatus.CANCELLED, "")
    codes = [order.code for order in waiting]
    audit.record(buyer.actor, "orders.purchase_cancelled", "purchase", purchase.code, orders=codes)
    outbox.emit(events.PurchaseCancelled(purchase.id))
    return purchase


def lapse(order_id: int) -> Order:
    """End an order that its shop has not answered in time. Raises NotFound, Stale: answered, or not due yet."""
    order = lock_one(Order, order_id)
    if order.answer_by > now():
        raise Stale("orders.moved_on")
    _end_unsold(SYSTEM, [order], OrderStatus.LAPSED, "")
    _tell(SYSTEM, "orders.lapsed", order, events.OrderLapsed(order.id))
    return order


def _locked(actor: Actor, order_id: int) -> Order:
    """The order, locked, when this actor works for its shop."""
    order = lock_one(Order, order_id)
    if not can_answer(actor, order):
        raise NotAllowed("orders.not_yours")
    return order


def _move(actor: Actor, order: Order, to: OrderStatus, note: str = "") -> None:
    if not rules.may_move(order.status, to):
        raise Stale("orders.moved_on")
    order.status = to
    _note(actor, order, note)


def _note(actor: Actor, order: Order, note: str) -> None:
    """Write the order's present state on its time line."""
    step = OrderEvent(order_id=order.id, status=order.status, at=now(), person_id=actor.person_id, note=note)
    db.session.add(step)


def _end_unsold(actor: Actor, orders: list[Order], to: OrderStatus, reason: str) -> None:
    """End orders of one purchase that will not be: the goods are free again, and nothing is owed for them."""
    for order in orders:
        _move(actor, order, to, reason)
        order.reason = reason
    stock.release(_pieces([order.id for order in orders]))
    payments.drop(_payment_id(orders[0].purchase_id), sum(order.total for order in orders))


def _count_wrong_code(actor: Actor, order: Order) -> Refusal:
    order.handover_tries += 1
    audit.record(actor, "orders.code_refused", "order", order.code, tries=order.handover_tries)
    left = rules.HANDOVER_TRIES - order.handover_tries
    if left > 0:
        return Invalid("orders.wrong_code", field="code", left=left)
    minutes = rules.HANDOVER_LOCK_MINUTES
    order.handover_locked_until = now() + timedelta(minutes=minutes)
    return TooMany("orders.code_locked", minutes * 60, minutes=minutes)


def _tell(actor: Actor, action: str, order: Order, event: Event, **details: object) -> None:
    audit.record(actor, action, "order", order.code, **details)
    outbox.emit(event)


def _pieces(order_ids: Iterable[int]) -> dict[int, int]:
    """How many pieces of each variant these orders hold."""
    query = (
        sa.select(OrderLine.variant_id, sa.func.sum(OrderLine.quantity))
        .where(OrderLine.order_id.in_(list(order_ids)))
        .group_by(OrderLine.variant_id)
    )
    return {variant_id: int(pieces) for variant_id, pieces in db.session.execute(query)}


def _payment_id(purchase_id: int) -> int:
    query = sa.select(PurchasePayment.payment_id).where(PurchasePayment.purchase_id == purchase_id)
    return db.session.scalars(query).one()


def _fresh_codes(number: int) -> list[str]:
    """So many codes that no purchase and no order has. The unique keys of both tables stand behind this."""
    codes: set[str] = set()
    while len(codes) < number:
        drawn = {rules.draw_code() for _ in range(number - len(codes))}
        taken = sa.union_all(
            sa.select(Purchase.code).where(Purchase.code.in_(drawn)), sa.select(Order.code).where(Order.code.in_(drawn))
        )
        codes |= drawn - set(db.session.scalars(taken))
    return list(codes)


def forget_buyer(leaving: Leaving) -> None:
    """Keep what was sold for how much, and nothing of who bought it: the account is closed.

    Raises Invalid while an order is open: somebody still waits for the goods, or with them.
    """
    mine = sa.select(Purchase.id).where(Purchase.person_id == leaving.person_id)
    still_open = sa.exists().where(Order.purchase_id.in_(mine), Order.status.in_(rules.OPEN))
    if db.session.scalar(sa.select(still_open)):
        raise Invalid("orders.account_has_open_orders")
    addresses = sa.select(Purchase.buyer_email).where(Purchase.person_id == leaving.person_id).distinct()
    for address in db.session.scalars(addresses).all():
        notifications.forget_address(address)
    db.session.execute(sa.update(Order).where(Order.purchase_id.in_(mine)).values(note=""))
    nothing = dict.fromkeys(("buyer_name", "buyer_email", "buyer_phone", "street", "rt_rw", "postcode", "landmark"), "")
    db.session.execute(sa.update(Purchase).where(Purchase.person_id == leaving.person_id).values(**nothing))


def export_purchases(person_id: int) -> list[dict[str, object]]:
    """What somebody bought, for the copy of their own data. Rupiah; two statements."""
    bought = Purchase.__table__
    query = sa.select(bought).where(bought.c.person_id == person_id).order_by(bought.c.id)
    purchases = {row.id: row._asdict() for row in db.session.execute(query)}
    lines = sa.select(
        Order.purchase_id, Order.code, Order.status, OrderLine.product_name, OrderLine.quantity, OrderLine.unit_price
    ).join(Order, Order.id == OrderLine.order_id)
    for purchase in purchases.values():
        purchase["lines"] = []
    for purchase_id, *line in db.session.execute(lines.where(Order.purchase_id.in_(purchases)).order_by(OrderLine.id)):
        keys = ("order", "status", "product", "quantity", "unit_price")
        purchases[purchase_id]["lines"].append(dict(zip(keys, line, strict=True)))
    hidden = ("id", "person_id", "form_key")
    return [{key: value for key, value in found.items() if key not in hidden} for found in purchases.values()]
