"""A book to reconcile, and ways to spoil it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from marketplace.core import outbox
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.orders import services as orders
from marketplace.orders.models import Order, PurchasePayment
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Payment
from marketplace.payments.rules import BalanceLine, RefundSnapshot, RefundState
from tests import make
from tests.databases import settle_constraints

HOUR = timedelta(hours=1)


def reconcile(app: Flask, *words: str) -> tuple[int, list[str]]:
    """The exit code, and what was said line by line."""
    handle.session.commit()
    result = app.test_cli_runner().invoke(args=["reconcile", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output.splitlines()


def paid(till: make.Till, *, shops: int = 1, charged: int = 0, received: int | None = None) -> Payment:
    """A payment by card of Rp 100.000 of goods from each shop, brought for Rp 10.000."""
    with transaction():
        products = [make.live(make.product()) for _ in range(shops)]
    return make.paid_payment(till, products, charged=charged, fee=10_000, received=received)


def orders_of(payment: Payment) -> list[Order]:
    query = sa.select(Order).join(PurchasePayment, PurchasePayment.purchase_id == Order.purchase_id)
    return list(handle.session.scalars(query.where(PurchasePayment.payment_id == payment.id).order_by(Order.id)))


def hand_over(order: Order) -> None:
    with transaction():
        make.walk(order, OrderStatus.DONE)


def refund(till: make.Till, order: Order, goods: int, delivery: int = 0, *, is_lost: bool = False) -> str:
    """Refund a part of an order, and let the provider send it or fail; its reference."""
    with transaction():
        made = orders.refunds.refund_order(SYSTEM, order.id, goods, delivery, "barang rusak")
    if is_lost:
        lost = RefundSnapshot(f"re_{made.reference}", RefundState.FAILED, goods + delivery, made.reference)
        till.refunds[made.reference] = lost
    outbox.deliver_all()
    till.lines.append(BalanceLine(f"re_{made.reference}", "refund", -goods - delivery, 0, now()))
    if is_lost:
        till.lines.append(BalanceLine(f"re_{made.reference}", "refund_failure", goods + delivery, 0, now()))
    return made.reference


def let_an_hour_pass(till: make.Till) -> None:
    """What moved at the provider is no longer fresh."""
    till.lines = [replace(line, at=line.at - HOUR) for line in till.lines]


def plant(statement: str, **values: object) -> None:
    """Write past all services, and past what guards a commit."""
    handle.session.execute(sa.text(statement), values)
    handle.session.commit()


def rename_booking(like: str) -> None:
    """Let bookings lose the key that names their fact. What is booked cannot be changed: its guard must go first."""
    settle_constraints()
    on_sqlite = handle.engine.dialect.name == "sqlite"
    guard = "ledger_transactions_no_update" if on_sqlite else "ledger_transactions_append_only ON ledger_transactions"
    plant(f"DROP TRIGGER {guard}")
    plant("UPDATE ledger_transactions SET key = 'gone' WHERE key LIKE :like", like=like)


def transaction_id(key: str) -> int:
    return int(handle.session.scalar(sa.text("SELECT id FROM ledger_transactions WHERE key = :key"), {"key": key}))


def plant_entries(key: str, **amounts: int) -> None:
    """More entries in a transaction, by account: `fee__commission=5`."""
    for name, amount in amounts.items():
        plant(
            "INSERT INTO ledger_entries (transaction_id, account_id, amount, about) "
            "SELECT :booked, id, :amount, '' FROM ledger_accounts WHERE code = :code",
            booked=transaction_id(key),
            amount=amount,
            code=name.replace("__", ":"),
        )
