"""Payments by hand for tests: the market's account, a QRIS code of nobody's, and what a bank's file says of both."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from flask import Flask

from config import Config
from marketplace.bank import services
from marketplace.bank.models import BankLine, PaymentProof
from marketplace.bank.rules.statement import Parsed
from marketplace.catalog.models import Product
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import today
from marketplace.core.db import db, transaction
from marketplace.orders.policies import Buyer
from marketplace.orders.queries import payment_of_purchase
from marketplace.payments.adapters.by_hand import ByHand
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.models import Payment
from marketplace.payments.rules import PaymentMethod
from tests.make.orders import place, spec
from tests.media.pictures import picture

ACCOUNT = {"bank_name": "Bank NTT", "bank_account": "0010123456789", "bank_holder": "BeliNTT Disperindag"}
QRIS = (
    "00020101021126680016ID.CO.CONTOH.WWW01189360000000000000130215CONTOH0000000010303UMI51440014ID.CO.QRIS.WWW0215"
    "ID10200000000010303UMI5204549953033605802ID5916TOKO CONTOH SATU6007BANDUNG61054011162070703A016304E562"
)
HEADER = ("Tanggal", "Keterangan", "Debet", "Kredit", "Saldo")
Row = tuple[date, str, int]


@contextmanager
def by_hand(app: Flask) -> Iterator[None]:
    """Let an application take transfers and QRIS beside cash."""
    ports = app.extensions["ports"]
    before = ports.get(Providers), ports.get(Config)
    ways = [Cash(), ByHand(PaymentMethod.TRANSFER), ByHand(PaymentMethod.QRIS)]
    ports.provide(Providers, Providers(ways))
    ports.provide(Config, replace(before[1], **ACCOUNT, qris_payload=QRIS))
    yield
    ports.provide(Providers, before[0])
    ports.provide(Config, before[1])


def transfer(
    products: Sequence[Product], *, method: PaymentMethod = PaymentMethod.TRANSFER, quantity: int = 1, **more: object
) -> Payment:
    """The payment of a purchase that is to be paid by hand. Opens a transaction of its own."""
    with transaction():
        placed = place(replace(spec(products, quantity=quantity), payment_method=method, **more))  # type: ignore[arg-type]
        return payment_of_purchase(placed.id)


def csv_statement(*rows: Row, header: Sequence[str] = HEADER, mark: str = ";") -> bytes:
    """A bank's file: a day, what it says, rupiah (negative went out); the balance runs along from Rp 1.000.000."""
    balance, said = 1_000_000, ["Bank NTT", mark.join(header)]
    for day, text, amount in rows:
        balance += amount
        out, into = (f"{-amount}.00", "") if amount < 0 else ("", f"{amount}.00")
        said.append(mark.join((f"{day:%d/%m/%Y}", text, out, into, f"{balance}.00")))
    return "\r\n".join(said).encode()


def stored(content: bytes, actor: Actor = SYSTEM, name: str = "mutasi.csv") -> int:
    """Hand a file in and keep its lines, as the operator does in two steps. The statement's id."""
    prepared = services.statements.prepare(io.BytesIO(content), name)
    with transaction():
        row = services.statements.keep(actor, prepared)
        statement_id = row.id
    parsed: Parsed = services.statements.dry_run(row).parsed
    with transaction():
        services.statements.store(actor, statement_id, parsed)
    return statement_id


def bank_line(amount: int, text: str = "SETORAN", day: date | None = None) -> BankLine:
    """A line of the statement, kept and not matched."""
    stored(csv_statement((day or today(), text, amount)))
    return db.session.query(BankLine).order_by(BankLine.id.desc()).first()  # type: ignore[return-value]


def proof(payment: Payment, payer_name: str = "") -> PaymentProof:
    """The buyer shows that she paid."""
    prepared = services.proofs.prepare(io.BytesIO(picture()))
    with transaction():
        return services.proofs.add(Buyer(SYSTEM), payment.id, prepared, payer_name)
