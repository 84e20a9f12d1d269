"""What of an order may be claimed, and until when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from marketplace.catalog.models import Product, Variant
from marketplace.catalog.rules import Supply
from marketplace.claims.models import Claim
from marketplace.claims.queries.times import due_after
from marketplace.claims.rules import OPEN, Reason
from marketplace.core import settings
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.orders.models import Order, OrderEvent, OrderLine, PurchasePayment
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Dispute, Payment
from marketplace.payments.rules import PAID, DisputeState, PaymentMethod
from marketplace.shipping.rules import BY_COURIER

DAYS = settings.define(
    "claims.days", 7, "Hari sesudah barang diterima sampai pembeli masih dapat komplain", minimum=2, maximum=60
)
PERISHABLE_HOURS = settings.define(
    "claims.perishable_hours", 48, "Jam untuk komplain atas makanan yang dimasak harian", minimum=12, maximum=240
)
LATE_DAYS = settings.define(
    "claims.late_days", 2, "Hari sesudah barang seharusnya tiba sampai pembeli dapat komplain", minimum=0, maximum=30
)


@dataclass(frozen=True)
class LineWindow:
    """A line of an order: how many pieces may be claimed (until when), and the most that may be asked for one line.

    `paid` is what all its pieces cost, after a voucher (rupiah).
    """

    line_id: int
    name: str
    variant_name: str
    paid: int
    bought: int
    pieces: int
    left: int
    until: datetime | None

    @property
    def is_open(self) -> bool:
        return self.pieces > 0 and self.left > 0 and (self.until is None or now() < self.until)

    @property
    def unit_price(self) -> int:
        """What was paid for one piece (rupiah, rounded up)."""
        return self.price_of(1) if self.bought else 0

    def price_of(self, pieces: int) -> int:
        """What was paid for so many pieces (rupiah, rounded up)."""
        return -(-self.paid * pieces // self.bought)


@dataclass(frozen=True)
class Window:
    """May the order be claimed now? `refusal` says why not. `is_late`: its goods are on their way and should be there.

    `goods` and `delivery` are the most that may be asked back in all (rupiah).
    """

    refusal: str
    is_late: bool
    lines: tuple[LineWindow, ...]
    goods: int
    delivery: int
    opens_at: datetime | None = None
    """For goods on their way: from when on they are late."""

    @property
    def is_open(self) -> bool:
        return not self.refusal

    @property
    def until(self) -> datetime | None:
        """When the last line can no longer be claimed; None while the goods have not come."""
        times = [line.until for line in self.lines if line.until is not None]
        return max(times) if times else None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What can be wrong with it."""
        return (Reason.NEVER_CAME,) if self.is_late else tuple(each for each in Reason if each is not Reason.NEVER_CAME)


def window(order_id: int) -> Window:
    """What of an order may be claimed now. Four statements (and the settings')."""
    order, payment = _order(order_id)
    lines = _lines(order)
    delivery = order.delivery_fee - order.refunded_delivery
    is_late = order.status is OrderStatus.ON_THE_WAY
    opens_at = _late_from(order) if is_late else None
    refusal = _refusal(order, payment, opens_at) or ("" if any(line.is_open for line in lines) else _over(lines))
    goods = order.goods_total - order.refunded_goods
    return Window(refusal, is_late, lines, goods, delivery, opens_at)


def has_open_claim(order_id: int) -> bool:
    """Is there a claim on this order that is not settled?"""
    query = sa.select(Claim.id).where(Claim.order_id == order_id, Claim.state.in_(OPEN))
    return db.session.scalar(query) is not None


def _order(order_id: int) -> tuple[Order, Payment]:
    query = (
        sa.select(Order, Payment)
        .join(PurchasePayment, PurchasePayment.purchase_id == Order.purchase_id)
        .join(Payment, Payment.id == PurchasePayment.payment_id)
        .where(Order.id == order_id)
    )
    order, payment = db.session.execute(query).one()
    return order, payment


def _refusal(order: Order, payment: Payment, opens_at: datetime | None) -> str:
    """Why nothing of the order may be claimed now; '' when it may."""
    if order.status not in (OrderStatus.DONE, OrderStatus.ON_THE_WAY):
        return "claims.not_yet"
    if order.status is OrderStatus.ON_THE_WAY and payment.method is PaymentMethod.CASH:
        return "claims.nothing_paid"
    if payment.method is not PaymentMethod.CASH and payment.state not in PAID:
        return "claims.nothing_paid"
    if opens_at is not None and now() < opens_at:
        return "claims.not_late_yet"
    if has_open_claim(order.id):
        return "claims.one_at_a_time"
    disputed = sa.select(Dispute.id).where(Dispute.payment_id == payment.id, Dispute.state != DisputeState.WON)
    return "claims.with_bank" if db.session.scalar(disputed) is not None else ""


def _over(lines: tuple[LineWindow, ...]) -> str:
    has_pieces = any(line.pieces > 0 and line.left > 0 for line in lines)
    return "claims.too_late" if has_pieces else "claims.nothing_left"


def _lines(order: Order) -> tuple[LineWindow, ...]:
    query = (
        sa.select(OrderLine, Product.supply)
        .join(Variant, Variant.id == OrderLine.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .where(OrderLine.order_id == order.id)
        .order_by(OrderLine.id)
    )
    left_of_order = order.goods_total - order.refunded_goods
    return tuple(
        LineWindow(
            line.id,
            line.product_name,
            line.variant_name,
            line.paid,
            line.quantity,
            line.quantity - line.claimed,
            max(0, min(line.paid - line.refunded, left_of_order)),
            _until(order, supply),
        )
        for line, supply in db.session.execute(query)
    )


def _until(order: Order, supply: Supply) -> datetime | None:
    """Hours for what was cooked that day, for the rest days that end with the WITA day."""
    if order.done_at is None:
        return None
    if supply is Supply.DAILY:
        return due_after(order.done_at, PERISHABLE_HOURS.today(), "hours")
    return due_after(order.done_at, DAYS.today(), "days")


def _late_from(order: Order) -> datetime | None:
    """From when on goods that are on their way are late: the longest time the courier names, and some days."""
    sent = sa.select(sa.func.max(OrderEvent.at)).where(
        OrderEvent.order_id == order.id, OrderEvent.status == OrderStatus.ON_THE_WAY
    )
    at = db.session.scalar(sent)
    if at is None:
        return None
    named = [int(number) for number in re.findall(r"\d+", order.delivery_days)]
    days = max(named, default=0) if order.delivery_method in BY_COURIER else 0
    return at + timedelta(days=days + LATE_DAYS.today())
