"""Neighbours pay by card, today: at the stand-in for Stripe, on the road that every buyer takes."""

from __future__ import annotations

from collections.abc import Callable
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
from marketplace.demo.rules.buying import BY_CARD, REASONS
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
MARKED_READY = (OrderStatus.READY, OrderStatus.ARRIVED, OrderStatus.DONE)


def shop(world: World, say: Callable[[str], None]) -> None:
    """Buy and pay. Nothing where cards are off, or where they are paid anywhere but on this machine."""
    if port(Providers).online(PaymentMethod.CARD) is None or urlsplit(_pages()).hostname not in LOOPBACK:
        return
    try:
        for number, end in enumerate(BY_CARD, FIRST_NUMBER):
            _buy(world, Plan(number, end, Random(f"kartu {number}"), PaymentMethod.CARD))
    except (ProviderTrouble, OSError) as trouble:
        say(f"The stand-in for Stripe does not answer, so fewer purchases are paid by card: {trouble}")


def _pages() -> str:
    return port(Config).stripe_pay_origin


def _buy(world: World, plan: Plan) -> None:
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
    card_holder.pay(started.url)
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
