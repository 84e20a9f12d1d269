"""Neighbours pay online, today: at the stand-ins for Stripe and Midtrans, on the road that every buyer takes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from urllib.parse import urlsplit

import sqlalchemy as sa

from config import LOOPBACK, Config
from marketplace.checkout.services import paying, settling
from marketplace.core import outbox
from marketplace.core.db import db, transaction
from marketplace.core.outbox import OutboxRow
from marketplace.core.ports import port
from marketplace.demo.adapters import card_holder
from marketplace.demo.rules.buying import BY_CARD, BY_SNAP, REASONS
from marketplace.demo.services import buying
from marketplace.demo.services.buying import Plan
from marketplace.demo.services.world import World
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.queries import payment_of_purchase
from marketplace.orders.rules import OrderStatus
from marketplace.payments.events import RefundRequested
from marketplace.payments.rules import PaymentMethod, ProviderTrouble
from marketplace.payments.services import Providers, attempts

FIRST_NUMBER = 1001
FIRST_SNAP = 1101
MARKED_READY = (OrderStatus.READY, OrderStatus.ARRIVED, OrderStatus.DONE)


def shop(world: World, say: Callable[[str], None]) -> None:
    """Buy and pay. Nothing where a way is off, or where it is paid anywhere but on this machine."""
    try:
        if _is_here(PaymentMethod.CARD, port(Config).stripe_pay_origin):
            for number, end in enumerate(BY_CARD, FIRST_NUMBER):
                _buy(world, Plan(number, end, Random(f"kartu {number}"), PaymentMethod.CARD), card_holder.pay)
        if _is_here(PaymentMethod.SNAP, port(Config).midtrans_pay_origin):
            for number, (way, end) in enumerate(BY_SNAP, FIRST_SNAP):
                plan = Plan(number, end, Random(f"snap {number}"), PaymentMethod.SNAP)
                _buy(world, plan, partial(card_holder.pay_in_app, way=way))
    except (ProviderTrouble, OSError) as trouble:
        say(f"A stand-in does not answer, so fewer purchases are paid online: {trouble}")


def _is_here(method: PaymentMethod, pages: str) -> bool:
    return port(Providers).online(method) is not None and urlsplit(pages).hostname in LOOPBACK


def _buy(world: World, plan: Plan, pay: Callable[[str], None]) -> None:
    with transaction():
        purchase = buying.order(world, plan)
        if purchase is None:
            return
        purchase_id, payment_id = purchase.id, payment_of_purchase(purchase.id).id
    with transaction():
        step = paying.begin(payment_id)
    started = paying.start(step)
    with transaction():
        attempts.note_started(step.attempt_id, started)
    if plan.end is OrderStatus.UNPAID:
        return
    pay(started.url)
    readings = settling.read(payment_id)
    with transaction():
        settling.apply(readings)
    with transaction():
        for order_id, store_id in db.session.execute(
            sa.select(Order.id, Order.store_id).where(Order.purchase_id == purchase_id).order_by(Order.id)
        ).all():
            _answer(world, plan, order_id, store_id)
    _send_refunds()


def _answer(world: World, plan: Plan, order_id: int, store_id: int) -> None:
    owner = world.owners[store_id]
    if plan.end is OrderStatus.DECLINED:
        orders.decline(owner, order_id, plan.chance.choice(REASONS))
    elif plan.end is not OrderStatus.WAITING:
        orders.accept(owner, order_id)
    if plan.end in MARKED_READY:
        orders.mark_ready(owner, order_id)
    if plan.end is OrderStatus.ARRIVED:
        orders.arrive(owner, order_id)
    if plan.end is OrderStatus.DONE:
        buying.hand_over(owner, order_id)


def _send_refunds() -> None:
    """Refunds go out at once: no worker runs while the market is loaded."""
    asked = sa.select(OutboxRow.id).where(OutboxRow.event == RefundRequested.__name__, OutboxRow.done_at.is_(None))
    waiting = list(db.session.scalars(asked.order_by(OutboxRow.id)))
    db.session.rollback()
    for row_id in waiting:
        outbox.deliver(row_id)
