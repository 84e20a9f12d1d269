"""A purchase and an order, whole, for both sides of the counter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.rules import allergen_names
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.media.models import MediaFile
from marketplace.media.rules import Picture
from marketplace.orders.models import (
    Order,
    OrderAcceptance,
    OrderEvent,
    OrderLine,
    Purchase,
    PurchasePayment,
)
from marketplace.orders.queries.contests import contested
from marketplace.orders.rules import (
    OPEN,
    OPEN_FOR_SHOP,
    AcceptedBy,
    Cause,
    OrderStatus,
    is_brought_and_paid,
    run_day,
)
from marketplace.payments.models import Payment
from marketplace.payments.rules import BY_HAND, PAID, PaymentMethod, PaymentState
from marketplace.shipping.rules import BY_COURIER, FETCHED, DeliveryMethod, tracking_page
from marketplace.stores.models import Store

SIGNED = (
    OrderAcceptance.at,
    OrderAcceptance.name,
    OrderAcceptance.accepted_by,
    OrderAcceptance.remark,
    OrderAcceptance.signature,
)


@dataclass(frozen=True)
class LineView:
    """One variant in an order, as it was bought (rupiah, grams), in as many pieces as are to be delivered."""

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
    id: int = 0

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
    cause: Cause = Cause.NONE


@dataclass(frozen=True)
class AcceptanceView:
    """Who took the goods, in her own words; `signature` is an SVG path on a field of 600 by 200, or ''."""

    at: datetime
    name: str
    accepted_by: AcceptedBy
    remark: str
    signature: str


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
    voucher_code: str
    shop_discount: int
    programme_discount: int
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
    has_changes: bool
    delivery_name: str
    delivery_place: str
    delivery_days: str
    delivery_weight: int
    tracking_url: str
    tracking_number: str
    remind_at: datetime | None
    may_end_at: datetime | None
    ends_at: datetime | None
    hold_until: datetime | None
    is_contested: bool
    lines: tuple[LineView, ...]
    steps: tuple[StepView, ...]
    acceptance: AcceptanceView | None = None

    @property
    def is_fetched(self) -> bool:
        """Does the buyer come for the goods?"""
        return self.delivery_method in FETCHED

    @property
    def is_by_courier(self) -> bool:
        """Does a courier service bring it, by post or inside the regency?"""
        return self.delivery_method in BY_COURIER

    @property
    def round_day(self) -> date | None:
        """The day (WITA) of the collection round that brings it; None for other ways."""
        return run_day(self.delivery_method, self.delivery_days)

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
    def is_brought_and_paid(self) -> bool:
        """Do the goods come to a buyer who has paid for them?"""
        return is_brought_and_paid(self.delivery_method, self.payment_method)

    @property
    def is_on_its_way(self) -> bool:
        """Has it left, or come, without being accepted yet?"""
        return self.status in (OrderStatus.ON_THE_WAY, OrderStatus.ARRIVED)

    @property
    def promised_until(self) -> datetime | None:
        """The last minute in which the shop is not late with it."""
        return self.remind_at - timedelta(minutes=1) if self.remind_at else None

    @property
    def may_be_ended(self) -> bool:
        """May the side that waits end it: the buyer a late one, the shop one that is not fetched?"""
        return self.may_end_at is not None and self.may_end_at <= now()

    @property
    def was_denied(self) -> bool:
        """Has the buyer said that it has not arrived?"""
        return any(step.cause is Cause.DENIED for step in self.steps)

    @property
    def last_cause(self) -> Cause:
        """Why it is in its state, where the state alone does not say it."""
        return self.steps[-1].cause if self.steps else Cause.NONE

    @property
    def is_open_for_shop(self) -> bool:
        """Is there something left to do for the shop, or for the buyer with the shop?"""
        return self.status in OPEN_FOR_SHOP

    @property
    def is_online(self) -> bool:
        """Is it paid to a provider, so that no cash changes hands?"""
        return self.payment_method is not PaymentMethod.CASH

    @property
    def is_by_hand(self) -> bool:
        """Is it paid by transfer or QRIS, so that money goes back to a bank account and to no card?"""
        return self.payment_method in BY_HAND

    @property
    def is_snap(self) -> bool:
        """Is it paid at Midtrans, where what came over a virtual account goes back to a bank account?"""
        return self.payment_method is PaymentMethod.SNAP

    @property
    def is_paid_online(self) -> bool:
        """Has the money come in before the goods changed hands, whatever went back since?"""
        return self.is_online and self.payment_state in PAID

    @property
    def was_shown(self) -> bool:
        """Has the shop heard of it?"""
        return any(step.status is OrderStatus.WAITING for step in self.steps)

    @property
    def discount(self) -> int:
        """How much less the goods cost the buyer by her voucher (rupiah)."""
        return self.shop_discount + self.programme_discount

    @property
    def is_programmes(self) -> bool:
        """Does the programme bear the discount, so that the shop earns it all the same?"""
        return self.programme_discount > 0

    @property
    def full_goods(self) -> int:
        """What the goods cost without the voucher (rupiah)."""
        return self.goods_total + self.discount

    @property
    def refunded(self) -> int:
        """Rupiah that went back to the buyer, or are on their way."""
        return self.refunded_goods + self.refunded_delivery


def order_view(order_id: int) -> tuple[OrderView, Purchase] | None:
    """An order and the purchase it belongs to. Four statements."""
    found = orders_where(Order.id == order_id)
    if not found:
        return None
    purchase = sa.select(Purchase).join(Order, Order.purchase_id == Purchase.id).where(Order.id == order_id)
    return found[0], db.session.scalars(purchase).one()


def ordered_lines(order_id: int) -> list[LineView]:
    """What was bought and paid for, whatever was agreed on since. One statement."""
    bought = OrderLine.order_id == order_id, OrderLine.ordered_quantity > 0
    query = sa.select(OrderLine).where(*bought).order_by(OrderLine.id)
    return [
        LineView(
            line.variant_id,
            line.product_name,
            line.variant_name,
            line.ordered_price,
            line.ordered_quantity,
            line.ordered_price * line.ordered_quantity,
            line.weight,
            line.is_not_halal,
            None,
            tuple(line.allergens),
            line.id,
        )
        for line in db.session.scalars(query)
    ]


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
            Order.voucher_code,
            Order.shop_discount,
            Order.programme_discount,
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
            Order.has_changes,
            Order.delivery_name,
            Order.delivery_place,
            Order.delivery_days,
            Order.delivery_weight,
            Order.tracking_url,
            Order.tracking_number,
            Order.remind_at,
            Order.may_end_at,
            Order.ends_at,
            Payment.hold_until,
            contested().label("is_contested"),
            *(column.label(f"signed_{column.name}") for column in SIGNED),
        )
        .outerjoin(OrderAcceptance, OrderAcceptance.order_id == Order.id)
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
        OrderView(
            **{key: value for key, value in row._mapping.items() if not key.startswith("signed_")},
            lines=tuple(lines.get(row.id, ())),
            steps=tuple(steps.get(row.id, ())),
            acceptance=_acceptance(row),
        )
        for row in rows
    )


def _acceptance(row: Any) -> AcceptanceView | None:
    if row.signed_at is None:
        return None
    return AcceptanceView(
        row.signed_at, row.signed_name, row.signed_accepted_by, row.signed_remark, row.signed_signature
    )


def _lines(order_ids: list[int]) -> dict[int, list[LineView]]:
    query = (
        sa.select(OrderLine, MediaFile.width, MediaFile.height)
        .join(MediaFile, MediaFile.key == OrderLine.picture_key, isouter=True)
        .where(OrderLine.order_id.in_(order_ids), OrderLine.quantity > 0)
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
            line.id,
        )
        found.setdefault(line.order_id, []).append(view)
    return found


def _steps(order_ids: list[int]) -> dict[int, list[StepView]]:
    query = (
        sa.select(
            OrderEvent.order_id,
            OrderEvent.status,
            OrderEvent.at,
            OrderEvent.note,
            OrderEvent.person_id,
            OrderEvent.cause,
        )
        .where(OrderEvent.order_id.in_(order_ids))
        .order_by(OrderEvent.id)
    )
    found: dict[int, list[StepView]] = {}
    for order_id, status, at, note, person_id, cause in db.session.execute(query):
        found.setdefault(order_id, []).append(StepView(status, at, note, person_id, cause))
    return found
