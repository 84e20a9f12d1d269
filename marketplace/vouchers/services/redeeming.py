"""Redeeming a voucher with a purchase, and keeping its counters in step with what becomes of the orders.

Locks: the orders first, then the voucher, whose row makes those who use it wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from marketplace.core import audit
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, Stale
from marketplace.core.locks import lock_many, lock_one
from marketplace.core.once import insert_once
from marketplace.orders.models import Order, Purchase
from marketplace.orders.rules import ENDED_EARLY, programme_due
from marketplace.vouchers.models import Voucher, VoucherShare, VoucherStore, VoucherUse
from marketplace.vouchers.queries.quoting import BuyerMark, Quote, check_person


class VoucherGone(Stale):
    """The voucher that the buyer saw takes off nothing any more."""


def redeem(quoted: Quote, buyer: BuyerMark, purchase: Purchase) -> VoucherUse:
    """Count a voucher as used by a purchase that was just written down, in its transaction.

    The database decides, not what was read before: raises VoucherGone when somebody else was quicker.
    """
    at = now()
    _take(quoted, 1)
    try:
        check_person(db.session.get_one(Voucher, quoted.voucher_id), buyer)
    except Invalid as refusal:
        raise VoucherGone(refusal.message_id, **refusal.values) from refusal
    for store_id, amount in sorted(quoted.shares.items()):
        _take_of_store(quoted, store_id, amount)
    use = VoucherUse(
        voucher_id=quoted.voucher_id,
        purchase_id=purchase.id,
        person_id=buyer.person_id,
        phone_hash=buyer.phone_hash,
        amount=quoted.discount,
        used_at=at,
    )
    db.session.add(use)
    db.session.flush()
    for order in db.session.scalars(sa.select(Order).where(Order.purchase_id == purchase.id, Order.voucher_code != "")):
        db.session.add(VoucherShare(use_id=use.id, order_id=order.id, amount=order.discount, held=order.discount))
    db.session.flush()
    return use


def keep_in_step(purchase_id: int) -> None:
    """Let the counters of a purchase's voucher say what its orders are now. Safe to repeat, in whatever order.

    Orders that ended unsold give their share back, and with the last of them the use; orders that a late payment
    revived take it again, past all limits: their buyer pays what she was promised. What was refunded counts no more.
    """
    query = sa.select(VoucherUse.id).where(VoucherUse.purchase_id == purchase_id)
    use_id = db.session.scalar(query)
    if use_id is None:
        return
    ids = db.session.scalars(sa.select(Order.id).where(Order.purchase_id == purchase_id))
    orders = {order.id: order for order in lock_many(Order, ids)}
    use = lock_one(VoucherUse, use_id)
    voucher = lock_one(Voucher, use.voucher_id)
    held = 0
    for share in _shares(use.id):
        order = orders[share.order_id]
        counts = _standing(order)
        _count_in_store(voucher.id, order.store_id, counts - share.held)
        share.held = counts
        held += counts
    voucher.spent += held - use.amount
    use.amount = held
    _count_use(voucher, use, orders.values())
    db.session.flush()


def _count_use(voucher: Voucher, use: VoucherUse, orders: Iterable[Order]) -> None:
    """Give the use back when no order is left, take it again when one is."""
    is_over = all(order.status in ENDED_EARLY for order in orders)
    if is_over is (use.given_back_at is not None):
        return
    voucher.used += -1 if is_over else 1
    use.given_back_at = now() if is_over else None
    what = "vouchers.given_back" if is_over else "vouchers.taken_again"
    audit.record(SYSTEM, what, "voucher", voucher.code, purchase=use.purchase_id)


def _standing(order: Order) -> int:
    """What an order's share is now: nothing when it ended unsold, else in proportion to the goods not refunded."""
    if order.status in ENDED_EARLY:
        return 0
    return programme_due(order.discount, order.goods_total, order.goods_total - order.refunded_goods)


def _shares(use_id: int) -> list[VoucherShare]:
    query = sa.select(VoucherShare).where(VoucherShare.use_id == use_id).order_by(VoucherShare.order_id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _take(quoted: Quote, uses: int) -> None:
    at = now()
    fits = (
        Voucher.ended_at.is_(None),
        Voucher.paused_at.is_(None),
        Voucher.starts_at <= at,
        Voucher.ends_at > at,
        sa.or_(Voucher.max_uses.is_(None), Voucher.used + uses <= Voucher.max_uses),
        sa.or_(Voucher.budget.is_(None), Voucher.spent + quoted.discount <= Voucher.budget),
    )
    taken = (
        sa.update(Voucher)
        .where(Voucher.id == quoted.voucher_id, *fits)
        .values(used=Voucher.used + uses, spent=Voucher.spent + quoted.discount)
    )
    if db.session.execute(taken.returning(Voucher.id)).scalar_one_or_none() is None:
        raise VoucherGone("vouchers.meanwhile", code=quoted.code)


def _take_of_store(quoted: Quote, store_id: int, amount: int) -> None:
    insert_once(VoucherStore, ("voucher_id", "store_id"), voucher_id=quoted.voucher_id, store_id=store_id, spent=0)
    ceiling = sa.select(Voucher.store_ceiling).where(Voucher.id == quoted.voucher_id).scalar_subquery()
    fits = sa.or_(ceiling.is_(None), VoucherStore.spent + amount <= ceiling)
    taken = (
        sa.update(VoucherStore)
        .where(VoucherStore.voucher_id == quoted.voucher_id, VoucherStore.store_id == store_id, fits)
        .values(spent=VoucherStore.spent + amount)
    )
    if db.session.execute(taken.returning(VoucherStore.voucher_id)).scalar_one_or_none() is None:
        raise VoucherGone("vouchers.meanwhile", code=quoted.code)


def _count_in_store(voucher_id: int, store_id: int, more: int) -> None:
    if more:
        mine = VoucherStore.voucher_id == voucher_id, VoucherStore.store_id == store_id
        db.session.execute(sa.update(VoucherStore).where(*mine).values(spent=VoucherStore.spent + more))
