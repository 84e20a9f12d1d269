"""Questions about receipts: is there one, which versions, and what does it have to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from config import Config
from marketplace.core import settings
from marketplace.core.db import db
from marketplace.core.ports import port
from marketplace.orders.models import Order, Purchase, PurchasePayment, RefundPart
from marketplace.orders.queries import LineView, OrderView, order_view, ordered_lines
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Payment, Refund
from marketplace.payments.rules import RefundState
from marketplace.receipts.models import Receipt
from marketplace.stores.queries import stores_by_ids

STAMP_ABOVE = settings.define(
    "receipts.stamp_above",
    5_000_000,
    "Rupiah sampai mana kuitansi bebas bea meterai (UU 10/2020, pasal 3)",
    maximum=1_000_000_000,
)
STAMP_DUTY = settings.define(
    "receipts.stamp_duty", 10_000, "Bea meterai satu dokumen, dalam rupiah (UU 10/2020, pasal 5)", maximum=1_000_000
)


@dataclass(frozen=True)
class Version:
    """A version of an order's receipt, without its bytes."""

    version: int
    number: str
    issued_at: datetime


def is_due(order: OrderView) -> bool:
    """Is there money to sign for: paid online for this order, or in cash when it was handed over?"""
    if order.is_online:
        return order.is_paid_online and order.was_shown
    return order.status is OrderStatus.DONE


def versions_of(order_ids: Iterable[int]) -> dict[int, list[Version]]:
    """The versions of these orders' receipts, by order, the newest first. One statement, none without orders."""
    ids = list(order_ids)
    if not ids:
        return {}
    query = (
        sa.select(Receipt.order_id, Receipt.version, Receipt.number, Receipt.issued_at)
        .where(Receipt.order_id.in_(ids))
        .order_by(Receipt.order_id, Receipt.version.desc())
    )
    found: dict[int, list[Version]] = {}
    for order_id, number, name, issued_at in db.session.execute(query):
        found.setdefault(order_id, []).append(Version(number, name, issued_at))
    return found


def latest(order_id: int) -> Receipt | None:
    """The receipt that holds now."""
    query = sa.select(Receipt).where(Receipt.order_id == order_id).order_by(Receipt.version.desc()).limit(1)
    return db.session.scalars(query).one_or_none()


def version(order_id: int, number: int) -> Receipt | None:
    """One version of an order's receipt."""
    return db.session.scalars(
        sa.select(Receipt).where(Receipt.order_id == order_id, Receipt.version == number)
    ).one_or_none()


def orders_of_purchase(purchase_id: int) -> list[int]:
    """The orders of a purchase, by id."""
    return list(db.session.scalars(sa.select(Order.id).where(Order.purchase_id == purchase_id).order_by(Order.id)))


def orders_of_refund(refund_id: int) -> list[int]:
    """The orders that a refund is for, by id."""
    query = sa.select(RefundPart.order_id).where(RefundPart.refund_id == refund_id).order_by(RefundPart.order_id)
    return list(db.session.scalars(query))


def refunds_sent(order_id: int) -> list[dict[str, Any]]:
    """What has gone back to the buyer of this order (rupiah, ISO instants), the first first. One statement."""
    query = (
        sa.select(RefundPart.goods, RefundPart.delivery, Refund.settled_at)
        .join(Refund, Refund.id == RefundPart.refund_id)
        .where(RefundPart.order_id == order_id, Refund.state == RefundState.SUCCEEDED)
        .order_by(Refund.settled_at, Refund.id)
    )
    rows = db.session.execute(query)
    return [{"goods": goods, "delivery": delivery, "at": at.isoformat() if at else ""} for goods, delivery, at in rows]


def facts(order_id: int) -> dict[str, Any] | None:
    """All that the first receipt of an order says, as it is now; None while nothing is to be signed for.

    The stamp duty is that of the day on which the receipt is issued, and stays so in its later versions.
    """
    found = order_view(order_id)
    if found is None or not is_due(found[0]):
        return None
    order, purchase = found
    lines = ordered_lines(order_id) if order.is_online else order.lines
    config = port(Config)
    return {
        "order": order.code,
        "seller": _seller(order.store_id),
        "buyer": purchase.buyer_name,
        "ordered_at": order.placed_at.isoformat(),
        "paid_at": _paid_at(order, purchase).isoformat(),
        "method": str(order.payment_method),
        "is_pickup": order.is_fetched and not order.delivery_fee,
        "lines": [_line(line) for line in lines],
        "goods": order.goods_total,
        "discount": sum(line.total for line in lines) - order.goods_total,
        "voucher": order.voucher_code,
        "is_programmes": order.is_programmes,
        "delivery": order.delivery_fee,
        "total": order.total,
        "refunds": refunds_sent(order_id),
        "stamp_above": STAMP_ABOVE.today(),
        "stamp_duty": STAMP_DUTY.today(),
        "address": f"{config.site_url}/pesanan/{order.code}",
        "site": config.site_name,
        "complaints": f"{config.complaints_email} · {config.complaints_phone}",
    }


def _line(line: LineView) -> dict[str, Any]:
    return {
        "name": line.product_name,
        "variant": line.variant_name,
        "quantity": line.quantity,
        "price": line.unit_price,
        "total": line.total,
    }


def _seller(store_id: int) -> dict[str, str]:
    """Who sold, as PP 80/2019 wants her named: name, address, business number."""
    store = stores_by_ids([store_id])[store_id]
    address = f"{store.street}, {store.region_names}"
    return {"name": store.name, "address": address, "phone": store.phone, "nib": store.nib}


def _paid_at(order: OrderView, purchase: Purchase) -> datetime:
    """When the money changed hands: at the provider, or with the goods."""
    if not order.is_online:
        return max(step.at for step in order.steps if step.status is OrderStatus.DONE)
    query = (
        sa.select(Payment.settled_at)
        .join(PurchasePayment, PurchasePayment.payment_id == Payment.id)
        .where(PurchasePayment.purchase_id == purchase.id)
    )
    settled = db.session.scalars(query).one()
    return settled or purchase.placed_at
