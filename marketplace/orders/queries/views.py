"""A purchase and an order, whole, for both sides of the counter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from marketplace.catalog.rules import allergen_names
from marketplace.core.db import db
from marketplace.media.models import MediaFile
from marketplace.media.rules import Picture
from marketplace.orders.models import Order, OrderEvent, OrderLine, Purchase, PurchasePayment, RefundPart
from marketplace.orders.rules import NEVER_ACCEPTED, NOT_ANSWERED, OPEN, OPEN_FOR_SHOP, OrderStatus
from marketplace.payments.models import Payment, Refund
from marketplace.payments.rules import PAID, PaymentMethod, PaymentState, RefundSource, RefundState
from marketplace.shipping.rules import FETCHED, DeliveryMethod, tracking_page
from marketplace.stores.models import Store


@dataclass(frozen=True)
class LineView:
    """One variant in an order, as it was when it was bought (rupiah, grams)."""

    variant_id: int
    product_name: str
    variant_name: str
    unit_price: int
    quantity: int
    total: int
    weight: int
    is_not_halal: bool
    picture: Picture | None
    allergens: tuple[str, ...] = ()

    @property
    def allergen_names(self) -> tuple[str, ...]:
        """What the product's words named as it was bought, as a label names it."""
        return allergen_names(self.allergens)


@dataclass(frozen=True)
class StepView:
    """A step that an order has gone."""

    status: OrderStatus
    at: datetime
    note: str
    person_id: int | None


@dataclass(frozen=True)
class OrderView:
    """One shop's order with its lines and its time line, oldest step first. `handover_code` is for the buyer's eyes."""

    id: int
    code: str
    store_id: int
    store_name: str
    store_slug: str
    store_phone: str
    status: OrderStatus
    delivery_method: DeliveryMethod
    goods_total: int
    delivery_fee: int
    total: int
    commission: int
    bears_fee: bool
    refunded_goods: int
    refunded_delivery: int
    payment_method: PaymentMethod
    payment_state: PaymentState
    note: str
    reason: str
    handover_code: str
    placed_at: datetime
    answer_by: datetime
    ready_by: date | None
    delivery_name: str
    delivery_place: str
    delivery_days: str
    delivery_weight: int
    tracking_url: str
    tracking_number: str
    lines: tuple[LineView, ...]
    steps: tuple[StepView, ...]

    @property
    def is_fetched(self) -> bool:
        """Does the buyer come for the goods?"""
        return self.delivery_method in FETCHED

    @property
    def round_day(self) -> date | None:
        """The day (WITA) of the collection round that brings it; None for other ways."""
        return date.fromisoformat(self.delivery_days) if self.delivery_method is DeliveryMethod.ROUND else None

    @property
    def shows_code(self) -> bool:
        """May the buyer read her four digits now? Not before the runner has the bag: he is not to hear them early."""
        waits_for_runner = self.delivery_method is DeliveryMethod.ROUND and self.status is not OrderStatus.ON_THE_WAY
        return self.is_open_for_shop and not waits_for_runner

    @property
    def tracking_page(self) -> str:
        """The courier's page about the parcel, once it has a number; '' without one."""
        return tracking_page(self.tracking_url, self.tracking_number)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_open_for_shop(self) -> bool:
        """Is there something left to do for the shop, or for the buyer with the shop?"""
        return self.status in OPEN_FOR_SHOP

    @property
    def is_online(self) -> bool:
        """Is it paid to a provider, so that no cash changes hands?"""
        return self.payment_method is not PaymentMethod.CASH

    @property
    def is_paid_online(self) -> bool:
        """Has the money come in before the goods changed hands, whatever went back since?"""
        return self.is_online and self.payment_state in PAID

    @property
    def was_shown(self) -> bool:
        """Has the shop heard of it?"""
        return any(step.status is OrderStatus.WAITING for step in self.steps)

    @property
    def refunded(self) -> int:
        """Rupiah that went back to the buyer, or are on their way."""
        return self.refunded_goods + self.refunded_delivery


@dataclass(frozen=True)
class PurchaseView:
    """A purchase with all its orders, and the payment for it."""

    purchase: Purchase
    payment: Payment
    orders: tuple[OrderView, ...]

    @property
    def due(self) -> int:
        """Rupiah that are still to be paid."""
        return max(0, self.payment.amount - self.payment.received - self.payment.dropped)

    @property
    def is_online(self) -> bool:
        """Is it paid to a provider, so that no cash changes hands?"""
        return self.purchase.payment_method is not PaymentMethod.CASH

    @property
    def refunded_beside(self) -> int:
        """Rupiah that go back without being any order's: paid twice, or not what was asked."""
        return self.payment.refunded - sum(order.refunded for order in self.orders)

    @property
    def parcel_count(self) -> int:
        """How many parcels reach the buyer: one from each shop; those that go with the same run of a round are one."""
        return len({(order.delivery_name, order.round_day) if order.round_day else order.id for order in self.orders})

    @property
    def is_under_way(self) -> bool:
        """Has a shop said yes, and is not done yet?"""
        return any(order.status in OPEN_FOR_SHOP - NOT_ANSWERED for order in self.orders)

    @property
    def is_to_be_paid(self) -> bool:
        """Does it wait for an online payment?"""
        return self.payment.state is PaymentState.PENDING and self.payment.hold_until is not None

    @property
    def is_cancellable(self) -> bool:
        """May the buyer still take it back: no shop has said yes, and something is waiting.

        Money that is not what was asked is the operator's to settle first.
        """
        statuses = {order.status for order in self.orders}
        is_waiting = bool(statuses & NOT_ANSWERED) and statuses <= NEVER_ACCEPTED
        return is_waiting and self.payment.state is not PaymentState.MISMATCH


@dataclass(frozen=True)
class RefundNote:
    """What of one order goes back to its buyer (rupiah), why, and how far it has come."""

    amount: int
    state: RefundState
    source: RefundSource
    reason: str
    asked_at: datetime
    settled_at: datetime | None = None


@dataclass(frozen=True)
class RefundView:
    """A refund, the purchase it belongs to, and the orders it is for."""

    refund: Refund
    purchase: Purchase
    orders: tuple[OrderView, ...]


def refund_view(refund_id: int) -> RefundView | None:
    """A refund with what it is for. Four statements."""
    query = (
        sa.select(Refund, Purchase)
        .join(PurchasePayment, PurchasePayment.payment_id == Refund.payment_id)
        .join(Purchase, Purchase.id == PurchasePayment.purchase_id)
        .where(Refund.id == refund_id)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        return None
    parts = sa.select(RefundPart.order_id).where(RefundPart.refund_id == refund_id)
    return RefundView(*row, orders=orders_where(Order.id.in_(parts)))


def refund_notes(order_ids: Iterable[int]) -> dict[int, list[RefundNote]]:
    """The refunds of these orders, by order, the first first. One statement."""
    query = (
        sa.select(RefundPart, Refund)
        .join(Refund, Refund.id == RefundPart.refund_id)
        .where(RefundPart.order_id.in_(list(order_ids)))
        .order_by(Refund.id)
    )
    found: dict[int, list[RefundNote]] = {}
    for part, refund in db.session.execute(query):
        note = RefundNote(
            part.goods + part.delivery, refund.state, refund.source, refund.reason, refund.created_at, refund.settled_at
        )
        found.setdefault(part.order_id, []).append(note)
    return found


def refund_method(refund_id: int) -> PaymentMethod:
    """By which provider a refund is sent."""
    query = sa.select(Payment.method).join(Refund, Refund.payment_id == Payment.id).where(Refund.id == refund_id)
    return db.session.scalars(query).one()


def purchase_view(purchase_id: int) -> PurchaseView | None:
    """A purchase with orders, lines and time lines. Four statements, however many shops and lines."""
    query = (
        sa.select(Purchase, Payment)
        .join(PurchasePayment, PurchasePayment.purchase_id == Purchase.id)
        .join(Payment, Payment.id == PurchasePayment.payment_id)
        .where(Purchase.id == purchase_id)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        return None
    return PurchaseView(*row, orders=orders_where(Order.purchase_id == purchase_id))


def order_view(order_id: int) -> tuple[OrderView, Purchase] | None:
    """An order and the purchase it belongs to. Four statements."""
    found = orders_where(Order.id == order_id)
    if not found:
        return None
    purchase = sa.select(Purchase).join(Order, Order.purchase_id == Purchase.id).where(Order.id == order_id)
    return found[0], db.session.scalars(purchase).one()


def orders_where(which: sa.ColumnElement[bool]) -> tuple[OrderView, ...]:
    """Orders with lines and steps, by id. Three statements."""
    heads = (
        sa.select(
            Order.id,
            Order.code,
            Order.store_id,
            Store.name.label("store_name"),
            Store.slug.label("store_slug"),
            Store.phone.label("store_phone"),
            Order.status,
            Order.delivery_method,
            Order.goods_total,
            Order.delivery_fee,
            Order.total,
            Order.commission,
            Order.bears_fee,
            Order.refunded_goods,
            Order.refunded_delivery,
            Payment.method.label("payment_method"),
            Payment.state.label("payment_state"),
            Order.note,
            Order.reason,
            Order.handover_code,
            Order.placed_at,
            Order.answer_by,
            Order.ready_by,
            Order.delivery_name,
            Order.delivery_place,
            Order.delivery_days,
            Order.delivery_weight,
            Order.tracking_url,
            Order.tracking_number,
        )
        .join(Store, Store.id == Order.store_id)
        .join(PurchasePayment, PurchasePayment.purchase_id == Order.purchase_id)
        .join(Payment, Payment.id == PurchasePayment.payment_id)
        .where(which)
        .order_by(Order.id)
    )
    rows = db.session.execute(heads).all()
    ids = [row.id for row in rows]
    lines, steps = _lines(ids), _steps(ids)
    return tuple(
        OrderView(**row._mapping, lines=tuple(lines.get(row.id, ())), steps=tuple(steps.get(row.id, ())))
        for row in rows
    )


def _lines(order_ids: list[int]) -> dict[int, list[LineView]]:
    query = (
        sa.select(OrderLine, MediaFile.width, MediaFile.height)
        .join(MediaFile, MediaFile.key == OrderLine.picture_key, isouter=True)
        .where(OrderLine.order_id.in_(order_ids))
        .order_by(OrderLine.id)
    )
    found: dict[int, list[LineView]] = {}
    for line, width, height in db.session.execute(query):
        picture = Picture(line.picture_key, width, height, line.product_name) if width else None
        view = LineView(
            line.variant_id,
            line.product_name,
            line.variant_name,
            line.unit_price,
            line.quantity,
            line.total,
            line.weight,
            line.is_not_halal,
            picture,
            tuple(line.allergens),
        )
        found.setdefault(line.order_id, []).append(view)
    return found


def _steps(order_ids: list[int]) -> dict[int, list[StepView]]:
    query = (
        sa.select(OrderEvent.order_id, OrderEvent.status, OrderEvent.at, OrderEvent.note, OrderEvent.person_id)
        .where(OrderEvent.order_id.in_(order_ids))
        .order_by(OrderEvent.id)
    )
    found: dict[int, list[StepView]] = {}
    for order_id, status, at, note, person_id in db.session.execute(query):
        found.setdefault(order_id, []).append(StepView(status, at, note, person_id))
    return found
