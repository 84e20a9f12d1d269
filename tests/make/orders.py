"""Purchases for tests. They walk the real steps: stock is reserved, and each later state is reached by its service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

import sqlalchemy as sa

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product, Variant
from marketplace.catalog.services import stock
from marketplace.core.actor import GUEST, SYSTEM, Actor
from marketplace.core.clock import travel
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer
from marketplace.orders.rules import OrderStatus
from marketplace.orders.services import NewLine, NewOrder, NewPurchase
from marketplace.payments.rules import PaymentMethod
from marketplace.places.rules import FATULULI
from marketplace.shipping.rules import DeliveryMethod
from tests.make.payments import let_expire, pay

_numbers = count(1)
ONLINE = (OrderStatus.UNPAID, OrderStatus.EXPIRED)
BUYER_EMAIL = "budi@example.id"


def line(product: Product, quantity: int = 2) -> NewLine:
    """Some pieces of a product's first variant, at its price."""
    variant = db.session.scalars(
        sa.select(Variant).where(Variant.product_id == product.id).order_by(Variant.id)
    ).first()
    assert variant is not None
    return NewLine(variant.id, f"Barang {product.id}", variant.price, quantity)


def spec(
    products: Sequence[Product],
    *,
    buyer: Person | None = None,
    quantity: int = 2,
    fee: int = 0,
    email: str = BUYER_EMAIL,
    language: str = "id",
    payment_method: PaymentMethod = PaymentMethod.CASH,
) -> NewPurchase:
    """A purchase of some products, an order for each of their shops; a fee means the shop brings it."""
    method = DeliveryMethod.OWN_DELIVERY if fee else DeliveryMethod.PICKUP
    by_store: dict[int, NewOrder] = {}
    for product in products:
        held = by_store.get(product.store_id) or NewOrder(product.store_id, method, fee, ())
        by_store[product.store_id] = replace(held, lines=(*held.lines, line(product, quantity)))
    return NewPurchase(
        form_key=f"form-{next(_numbers)}",
        person_id=buyer.id if buyer else None,
        buyer_name=buyer.name if buyer else "Tamu Lestari",
        buyer_phone="+6281234567890",
        buyer_email=email,
        street="Jalan Lalamentik 3",
        rt_rw="004/002",
        village_code=FATULULI,
        region_names="Fatululi, Oebobo, Kota Kupang",
        landmark="samping gereja",
        language=language,
        orders=tuple(by_store.values()),
        payment_method=payment_method,
    )


def place(placed: NewPurchase, actor: Actor = GUEST) -> Purchase:
    """Reserve the stock and write the purchase down. Call it inside `transaction()` or a rolled-back test."""
    wanted: dict[int, int] = {}
    for order in placed.orders:
        for wish in order.lines:
            wanted[wish.variant_id] = wanted.get(wish.variant_id, 0) + wish.quantity
    stock.reserve(wanted)
    return services.create(actor, placed)


def purchase(
    products: Sequence[Product],
    *,
    up_to: OrderStatus = OrderStatus.WAITING,
    buyer: Person | None = None,
    quantity: int = 2,
    fee: int = 0,
    email: str = BUYER_EMAIL,
    language: str = "id",
    payment_method: PaymentMethod = PaymentMethod.CASH,
) -> Purchase:
    """A purchase whose orders have all come to a state. Call it inside `transaction()` or a rolled-back test.

    Where the orders wait to be paid, or waited too long, it is one by card unless another way is named; so it is where
    they have arrived, brought by their shop.
    """
    if up_to in (*ONLINE, OrderStatus.ARRIVED) and payment_method is PaymentMethod.CASH:
        payment_method = PaymentMethod.CARD
    if up_to is OrderStatus.ARRIVED:
        fee = fee or 7_000
    wanted = spec(
        products,
        buyer=buyer,
        quantity=quantity,
        fee=fee,
        email=email,
        language=language,
        payment_method=payment_method,
    )
    made = place(wanted)
    if up_to is OrderStatus.EXPIRED:
        let_expire(made)
    elif payment_method is not PaymentMethod.CASH and up_to is not OrderStatus.UNPAID:
        pay(made)
    if up_to not in ONLINE:
        for order in orders_of(made):
            walk(order, up_to)
    return made


def orders_of(made: Purchase) -> list[Order]:
    """The orders of a purchase, by id."""
    return list(db.session.scalars(sa.select(Order).where(Order.purchase_id == made.id).order_by(Order.id)))


def walk(order: Order, up_to: OrderStatus) -> None:
    """Bring a waiting order to a state: the shop's steps as the market itself, the buyer's as the buyer."""
    endings: dict[OrderStatus, Callable[[], object]] = {
        OrderStatus.DECLINED: lambda: services.decline(SYSTEM, order.id, "Bahan sedang habis"),
        OrderStatus.CANCELLED: lambda: services.cancel_purchase(Buyer(SYSTEM), order.purchase_id),
        OrderStatus.LAPSED: lambda: _lapse(order),
    }
    if up_to in endings:
        endings[up_to]()
    elif up_to is not OrderStatus.WAITING:
        services.accept(SYSTEM, order.id)
        if up_to is not OrderStatus.PROCESSING:
            services.mark_ready(SYSTEM, order.id)
        if up_to is OrderStatus.ARRIVED:
            services.arrive(SYSTEM, order.id)
        if up_to is OrderStatus.DONE:
            assert services.hand_over(SYSTEM, order.id, order.handover_code) is None


def _lapse(order: Order) -> None:
    with travel(order.answer_by):
        services.lapse(order.id)
