"""What buyer and shop agreed to change about an order: its lines, the goods held for them, and what is owed for them.

What was bought stays on the lines (`ordered_quantity`, `ordered_price`). An order that was paid before keeps its sums
as they were sold, and the difference goes back as a refund; one that is paid in cash asks for less.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.catalog.models import Product, Variant
from marketplace.catalog.rules import fold
from marketplace.catalog.services import stock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Stale
from marketplace.core.locks import lock_many
from marketplace.orders import rules
from marketplace.orders.models import Order, OrderLine, Purchase
from marketplace.orders.services import refunds
from marketplace.orders.services.steps import payment_id_of
from marketplace.payments import services as payments
from marketplace.payments.rules import PaymentMethod


@dataclass(frozen=True)
class Instead:
    """A variant that comes instead of another, as it was called and priced when it was offered (rupiah, grams)."""

    variant_id: int
    quantity: int
    unit_price: int
    product_name: str
    variant_name: str = ""
    picture_key: str = ""
    is_not_halal: bool = False
    weight: int = 0
    allergens: tuple[str, ...] = ()


@dataclass(frozen=True)
class LineChange:
    """One line as it was when the change was proposed, and what it becomes (rupiah)."""

    line_id: int
    before_quantity: int
    before_price: int
    quantity: int
    unit_price: int
    instead: Instead | None = None


def amend(actor: Actor, order: Order, changes: Sequence[LineChange], reason: str) -> int:
    """Change the lines of a locked order. What it costs less now (rupiah) goes back, or is not asked any more.

    Goods that are freed can be bought at once. Raises OutOfStock when a substitute is gone, Stale when a line is no
    longer what it was or the order was not paid as it should be, Invalid when less is left of the money than that.
    """
    lines = {line.id: line for line in db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id))}
    before = _Goods.of(lines.values())
    for change in changes:
        line = lines.get(change.line_id)
        if line is None or (line.quantity, line.unit_price) != (change.before_quantity, change.before_price):
            raise Stale("orders.moved_on")
    _move_stock(lines, changes)
    instead = [_rewrite(lines[change.line_id], change) for change in changes]
    for change, discount in zip(changes, instead, strict=True):
        if change.instead is not None:
            _put_in(order, lines, change.instead, discount)
    db.session.flush()
    after = _Goods.of(_lines_of(order.id))
    _ask_less(actor, order, _Goods(before.paid - after.paid, before.discount - after.discount), reason)
    return before.paid - after.paid


@dataclass(frozen=True)
class _Goods:
    """What is paid for goods, and how much less that is by a voucher (rupiah)."""

    paid: int
    discount: int

    @staticmethod
    def of(lines: Iterable[OrderLine]) -> _Goods:
        found = list(lines)
        return _Goods(sum(line.paid for line in found), sum(line.discount for line in found))


def _rewrite(line: OrderLine, change: LineChange) -> int:
    """Write a line anew; its discount shrinks with it. Returns what of that is for the goods that come instead."""
    before, total = line.total, change.quantity * change.unit_price
    new = change.instead.quantity * change.instead.unit_price if change.instead else 0
    both = rules.discount_left(line.discount, before, total + new)
    line.quantity, line.unit_price, line.total = change.quantity, change.unit_price, total
    line.discount = rules.discount_left(line.discount, before, total)
    return both - line.discount


def _lines_of(order_id: int) -> Iterable[OrderLine]:
    return db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order_id))


def _move_stock(lines: dict[int, OrderLine], changes: Sequence[LineChange]) -> None:
    """Let go of what is left out, then promise what comes instead; rows are locked in the order that all keep."""
    freed: Counter[int] = Counter()
    wanted: Counter[int] = Counter()
    for change in changes:
        freed[lines[change.line_id].variant_id] += change.before_quantity - change.quantity
        if change.instead is not None:
            wanted[change.instead.variant_id] += change.instead.quantity
    variants = {*freed, *wanted}
    workshops = sa.select(Variant.product_id).where(Variant.id.in_(wanted), Variant.is_to_order)
    lock_many(Product, db.session.scalars(workshops))
    lock_many(Variant, variants)
    if +freed:
        stock.release(+freed)
    if wanted:
        stock.reserve(wanted)


def _put_in(order: Order, lines: dict[int, OrderLine], new: Instead, discount: int) -> None:
    """A line of its own for what comes instead; one that was left out before takes it up again, as it was called."""
    found = next((line for line in lines.values() if line.variant_id == new.variant_id), None)
    if found is not None and found.quantity:
        raise Stale("orders.moved_on")
    if found is None:
        found = OrderLine(order_id=order.id, variant_id=new.variant_id, ordered_quantity=0, ordered_price=0)
        db.session.add(found)
    found.quantity, found.unit_price, found.total = new.quantity, new.unit_price, new.quantity * new.unit_price
    found.discount = discount
    if not found.ordered_quantity:
        for name in ("product_name", "variant_name", "picture_key", "is_not_halal", "weight"):
            setattr(found, name, getattr(new, name))
        found.allergens = list(new.allergens)
    order.search_text = f"{order.search_text} {fold(f'{new.product_name} {new.variant_name}')}".strip()


def _ask_less(actor: Actor, order: Order, less: _Goods, reason: str) -> None:
    """Give back what the goods cost less, or ask it no more.

    Sums that were paid stay as they were sold; where nothing was paid for the goods there are none to keep.
    """
    purchase = db.session.get_one(Purchase, order.purchase_id)
    if purchase.payment_method is not PaymentMethod.CASH and order.goods_total:
        if less.paid:
            refunds.refund_difference(actor, order, less.paid, reason)
        return
    if order.programme_discount:
        order.programme_discount -= less.discount
    else:
        order.shop_discount -= less.discount
    if less.paid:
        order.commission -= rules.commission_back(order.commission, order.goods_total, less.paid, 0)
        order.goods_total -= less.paid
        order.total -= less.paid
        payments.drop(payment_id_of(order.purchase_id), less.paid)
