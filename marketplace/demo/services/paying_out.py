"""Shops have bank accounts; one was paid, one is held and appeals, and a buyer who paid in cash is owed money."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from marketplace.core import settings
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import today
from marketplace.core.db import db, transaction
from marketplace.demo.services.world import World
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Purchase
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import PaymentMethod
from marketplace.payouts import services
from marketplace.stores.services import banking

WRITTEN = 14
PAID_SHOP, HELD_SHOP = "tenun-mama-yuli", "kopi-sudut-fatululi"
BATCH_KEY = "demo"
EASED = {"payouts.waiting_days": 0, "payouts.minimum": 10_000}
"""So that what was sold by card today can be paid out today."""


def plan(world: World) -> None:
    """Put the writing of accounts, and a shop's money that is held and asked for, on the time line."""
    world.timeline.add(world.ago(WRITTEN), partial(_write_accounts, world))
    world.timeline.add(world.began - timedelta(hours=20), partial(_hold, world))
    world.timeline.add(world.began - timedelta(hours=3), partial(_appeal, world))


def pay_out(world: World) -> None:
    """Pay one shop, promise a buyer hers. Cards were paid before."""
    with transaction():
        for key, value in EASED.items():
            settings.change(SYSTEM, key, value, today())
        _owe_a_buyer(world)
    admin, store_id = world.people["admin"], world.stores[PAID_SHOP]
    with transaction():
        batch_id = services.batches.begin(admin, BATCH_KEY)
    with transaction():
        line = services.batches.add_payout(admin, batch_id, store_id)
        line_id = line.id if line else 0
    with transaction():
        services.batches.finish(admin, batch_id)
    if not line_id:
        return
    with transaction():
        services.batches.fetch(admin, batch_id)
    with transaction():
        services.lines.confirm(admin, line_id)


def _write_accounts(world: World) -> None:
    for number, store_id in enumerate(sorted(world.stores.values())):
        owner = world.owners[store_id]
        banking.set_account(owner, store_id, "bank-ntt" if number % 2 else "bri", f"00{1_234_500 + number}", owner.name)


def _hold(world: World) -> None:
    reason = "Nama di rekening tidak sama dengan nama pemilik toko. Kirim foto buku tabungan lewat surel."
    services.holds.put(world.people["admin"], world.stores[HELD_SHOP], reason, today() + timedelta(days=5))


def _appeal(world: World) -> None:
    store_id = world.stores[HELD_SHOP]
    words = "Rekening itu milik suami saya. Fotonya sudah saya kirim kemarin."
    services.holds.appeal(world.owners[store_id], store_id, words)


def _owe_a_buyer(world: World) -> None:
    """Budi gave something back that he had paid in cash: his bank account is asked for."""
    query = (
        sa.select(Order)
        .join(Purchase, Purchase.id == Order.purchase_id)
        .where(Purchase.person_id == world.people["budi"].person_id, Order.status == OrderStatus.DONE)
        .where(Purchase.payment_method == PaymentMethod.CASH, Order.goods_total > 0)
        .order_by(Order.id.desc())
        .limit(1)
    )
    order = db.session.scalars(query).one_or_none()
    if order is None:
        return
    refund = orders.refunds.refund_order(
        world.people["admin"], order.id, order.goods_total // 2, 0, "Sebagian barang rusak di jalan"
    )
    services.accounts.ask(refund.id)
