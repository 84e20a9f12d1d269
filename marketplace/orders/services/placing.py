"""Writing a purchase down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from marketplace.catalog.rules import fold
from marketplace.core import audit, outbox, settings
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.money import portion
from marketplace.orders import events, rules
from marketplace.orders.models import Order, OrderEvent, OrderLine, Purchase, PurchasePayment
from marketplace.orders.rules import OrderStatus
from marketplace.orders.services.steps import answer_time
from marketplace.payments import services as payments
from marketplace.payments.rules import PaymentMethod
from marketplace.shipping.rules import DeliveryMethod

COMMISSION = settings.define(
    "orders.commission_basis_points", 0, "Komisi pasar dari harga barang, per sepuluh ribu", maximum=2000
)
SHOPS_BEAR_FEES = settings.define(
    "orders.shops_bear_fees", 0, "Biaya penyedia pembayaran ditanggung toko (1) atau pasar (0)", maximum=1
)


@dataclass(frozen=True)
class NewLine:
    """One variant to be ordered, as it is called and priced now (rupiah, grams). `allergens` are codes.

    `discount` is the line's part of the buyer's voucher.
    """

    variant_id: int
    product_name: str
    unit_price: int
    quantity: int
    variant_name: str = ""
    picture_key: str = ""
    is_not_halal: bool = False
    weight: int = 0
    allergens: tuple[str, ...] = ()
    discount: int = 0

    @property
    def total(self) -> int:
        return self.unit_price * self.quantity


@dataclass(frozen=True)
class NewOrder:
    """What one shop is to deliver, and how. `ready_by` is the day the buyer was told for goods made to order.

    Of a pick-up point the name and address, of the post the service, its days and grams: see `Order`. `voucher_code`
    gives its lines their discount, which the programme bears (`is_programmes`) or the shop.
    """

    store_id: int
    delivery_method: DeliveryMethod
    delivery_fee: int
    lines: tuple[NewLine, ...]
    note: str = ""
    ready_by: date | None = None
    delivery_name: str = ""
    delivery_place: str = ""
    delivery_days: str = ""
    delivery_weight: int = 0
    tracking_url: str = ""
    voucher_code: str = ""
    is_programmes: bool = False

    @property
    def discount(self) -> int:
        return sum(line.discount for line in self.lines)

    @property
    def goods_total(self) -> int:
        """What the buyer pays for the goods."""
        return sum(line.total for line in self.lines) - self.discount


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
    key of the table; whoever may be repeated looks first. Raises Invalid (field payment) when this sum cannot be paid
    in that way.
    """
    purchase_code, *order_codes = _fresh_codes(1 + len(placed.orders))
    at = now()
    goods = sum(order.goods_total for order in placed.orders)
    delivery = sum(order.delivery_fee for order in placed.orders)
    given = {name: value for name, value in vars(placed).items() if name != "orders"}
    purchase = Purchase(
        **given,
        code=purchase_code,
        goods_total=goods,
        delivery_total=delivery,
        total=goods + delivery,
        discount=sum(order.discount for order in placed.orders),
        placed_at=at,
    )
    db.session.add(purchase)
    payment = payments.open_payment(placed.payment_method, purchase.total)
    db.session.add(PurchasePayment(purchase_id=purchase.id, payment_id=payment.id))
    status = OrderStatus.UNPAID if payment.hold_until else OrderStatus.WAITING
    answer_by = answer_time(payment.hold_until or at)
    rate, bears_fee = COMMISSION.today(), bool(SHOPS_BEAR_FEES.today())
    made = [
        Order(
            code=code,
            purchase_id=purchase.id,
            store_id=order.store_id,
            status=status,
            delivery_method=order.delivery_method,
            goods_total=order.goods_total,
            delivery_fee=order.delivery_fee,
            total=order.goods_total + order.delivery_fee,
            commission=portion(order.goods_total, rate),
            bears_fee=bears_fee,
            voucher_code=order.voucher_code if order.discount else "",
            shop_discount=0 if order.is_programmes else order.discount,
            programme_discount=order.discount if order.is_programmes else 0,
            note=order.note,
            handover_code=rules.draw_handover_code(),
            placed_at=at,
            answer_by=answer_by,
            search_text=_search_text(placed.buyer_name, order),
            ready_by=order.ready_by,
            delivery_name=order.delivery_name,
            delivery_place=order.delivery_place,
            delivery_days=order.delivery_days,
            delivery_weight=order.delivery_weight,
            tracking_url=order.tracking_url,
        )
        for code, order in zip(order_codes, placed.orders, strict=True)
    ]
    db.session.add_all(made)
    db.session.flush()
    lines = [
        {
            "order_id": order.id,
            "total": line.total,
            "ordered_quantity": line.quantity,
            "ordered_price": line.unit_price,
            **vars(line),
            "allergens": list(line.allergens),
        }
        for order, wanted in zip(made, placed.orders, strict=True)
        for line in wanted.lines
    ]
    step = {"status": status, "at": at, "person_id": actor.person_id, "note": ""}
    db.session.execute(sa.insert(OrderLine), lines)
    db.session.execute(sa.insert(OrderEvent), [{"order_id": order.id, **step} for order in made])
    audit.record(actor, "orders.placed", "purchase", purchase.code, total=purchase.total, orders=order_codes)
    outbox.emit(events.PurchasePlaced(purchase.id))
    db.session.flush()
    return purchase


def _search_text(buyer_name: str, order: NewOrder) -> str:
    return fold(" ".join([buyer_name, *(f"{line.product_name} {line.variant_name}" for line in order.lines)]))


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
