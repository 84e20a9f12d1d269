"""Shops that are owed money, and batches of transfers. They walk the real steps at instants gone by."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from marketplace.accounts.models import Person
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import now, travel
from marketplace.core.db import db, transaction
from marketplace.orders.models import Order
from marketplace.orders.policies import Buyer
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import PaymentMethod
from marketplace.payouts import queries, services
from marketplace.payouts.models import PayoutLine
from marketplace.stores.models import Store
from marketplace.stores.services import banking
from tests.make.catalog import product
from tests.make.orders import orders_of, purchase
from tests.make.stores import store

NUMBER = "0123456789"
LONG_AGO = timedelta(days=10)


def paid_shop(name: str = "", owner: Person | None = None, *, has_account: bool = True) -> Store:
    """A shop whose bank account has been the same for long."""
    with transaction():
        made = store(name, owner)
    if has_account:
        write_shop_account(made.id, NUMBER)
    return made


def write_shop_account(
    store_id: int, number: str, bank: str = "bri", holder: str = "Maria Ina Lado", ago: timedelta = LONG_AGO
) -> None:
    """The owner writes an account down, so long ago."""
    with transaction(), travel(now() - ago):
        banking.set_account(SYSTEM, store_id, bank, number, holder)


def sold(
    shop: Store,
    amount: int = 100_000,
    method: PaymentMethod = PaymentMethod.CARD,
    ago: timedelta = LONG_AGO,
    buyer: Person | None = None,
    up_to: OrderStatus = OrderStatus.DONE,
) -> Order:
    """An order of the shop over so many rupiah, handed over so long ago."""
    with transaction(), travel(now() - ago):
        made = purchase(
            [product(shop, price=amount, on_hand=5)], up_to=up_to, quantity=1, payment_method=method, buyer=buyer
        )
    return orders_of(made)[0]


def batch(actor: Actor = SYSTEM, key: str = "kunci") -> int:
    """A complete batch of all that is due; its id."""
    with transaction():
        batch_id = services.batches.begin(actor, key)
    for store_id in services.batches.payable_stores():
        with transaction():
            services.batches.add_payout(actor, batch_id, store_id)
    for refund_id in queries.payable_refunds():
        with transaction():
            services.batches.add_refund(actor, batch_id, refund_id)
    with transaction():
        services.batches.finish(actor, batch_id)
    return batch_id


def fetched(actor: Actor = SYSTEM, key: str = "kunci") -> int:
    """A batch whose file was fetched."""
    batch_id = batch(actor, key)
    with transaction():
        services.batches.fetch(actor, batch_id)
    return batch_id


def lines(batch_id: int) -> list[PayoutLine]:
    """The lines of a batch."""
    query = sa.select(PayoutLine).where(PayoutLine.batch_id == batch_id)
    return list(db.session.scalars(query.order_by(PayoutLine.id)))


def write_account(order: Order, number: str = "9876543210", holder: str = "Budi Lado") -> None:
    """The buyer says where her refund is to go."""
    with transaction():
        services.accounts.give(Buyer(SYSTEM), order.purchase_id, "bca", number, holder)
