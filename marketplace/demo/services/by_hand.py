"""Neighbours pay by transfer and QRIS, today: one has yet to pay, one has shown a proof, one's money has come."""

from __future__ import annotations

import io
from random import Random

from config import Config
from marketplace.bank import queries
from marketplace.bank import services as bank
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import today
from marketplace.core.db import db, transaction
from marketplace.core.ports import port
from marketplace.demo.adapters.pictures import draw_receipt
from marketplace.demo.services import buying
from marketplace.demo.services.buying import Plan
from marketplace.demo.services.world import World
from marketplace.orders.policies import Buyer
from marketplace.orders.queries import payment_of_purchase
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import PaymentMethod
from marketplace.payments.services import Providers

FIRST_NUMBER = 2001
WAYS = (PaymentMethod.QRIS, PaymentMethod.TRANSFER, PaymentMethod.TRANSFER)
STATEMENT = "mutasi-hari-ini.csv"


def shop(world: World) -> None:
    """Order, show, and take the bank's statement in. Nothing where ways to pay by hand are off, or on a real site."""
    if not port(Config).is_local:
        return
    ways = [method for method in WAYS if port(Providers).get(method) is not None]
    placed = [_order(world, number, method) for number, method in enumerate(ways, FIRST_NUMBER)]
    paid = [payment for payment in placed if payment is not None]
    if not paid:
        return
    if len(paid) > 1:
        _show(paid[-2][0], paid[-2][1])
    _take_in(paid[-1][1])


def _order(world: World, number: int, method: PaymentMethod) -> tuple[int, int] | None:
    """A purchase that waits for its money: the payment's id, and what is to be paid (rupiah)."""
    with transaction():
        plan = Plan(number, OrderStatus.UNPAID, Random(f"transfer {number}"), method)
        purchase = buying.order(world, plan)
        if purchase is None:
            return None
        payment = payment_of_purchase(purchase.id)
        return payment.id, payment.to_pay


def _show(payment_id: int, amount: int) -> None:
    prepared = bank.proofs.prepare(io.BytesIO(draw_receipt(amount)))
    with transaction():
        bank.proofs.add(Buyer(SYSTEM), payment_id, prepared, "Yohana Seran")


def _take_in(amount: int) -> None:
    """The bank's file of today: money of one order, a sum that nobody knows, and what the bank took."""
    day = f"{today():%d/%m/%Y}"
    rows = (
        "Tanggal;Keterangan;Debet;Kredit;Saldo",
        f"{day};TRF BERSAMA DARI PEMBELI;;{amount}.00;{1_000_000 + amount}.00",
        f"{day};SETORAN TUNAI OEBOBO;;250000.00;{1_250_000 + amount}.00",
        f"{day};BIAYA ADMINISTRASI;2500.00;;{1_247_500 + amount}.00",
    )
    prepared = bank.statements.prepare(io.BytesIO("\n".join(rows).encode()), STATEMENT)
    with transaction():
        row = bank.statements.keep(SYSTEM, prepared)
        statement_id = row.id
    parsed = bank.statements.dry_run(queries.statement(statement_id)).parsed
    with transaction():
        bank.statements.store(SYSTEM, statement_id, parsed)
    pairs = queries.certain()
    db.session.rollback()
    for line_id, payment_id in pairs:
        with transaction():
            bank.lines.match(line_id, payment_id)
