"""Statements: what a payout is made of, frozen when it is set aside; and as PDF and CSV, from those facts alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.ledger import queries as ledger
from marketplace.ledger.rules import Kind
from marketplace.orders.models import Order, Purchase
from marketplace.payouts.adapters import typesetting
from marketplace.payouts.adapters.bank_files import harmless
from marketplace.payouts.queries import LineView
from marketplace.payouts.rules.papers import payout_sheet, year_sheet
from marketplace.payouts.rules.turnover import Year

FIRST = (Kind.RELEASE, Kind.CASH_SALE)
"""The kinds by which an order becomes a shop's own: a statement shows it whole then, and later only what changed."""
COLUMNS = (
    "pesanan",
    "cara_bayar",
    "barang",
    "ongkos_kirim",
    "komisi",
    "biaya_penyedia",
    "pengembalian",
    "tunai",
    "bersih",
    "dibayar_gerakan",
)
MONTHS = ("bulan", "tunai", "daring", "dikembalikan", "omzet", "komisi", "biaya_penyedia", "bersih", "dibayar_gerakan")


def facts(store_id: int, store_name: str, about: Iterable[str], entries: Sequence[Any]) -> dict[str, Any]:
    """The statement of a payout of these entries, order by order (rupiah). Two statements, however many orders."""
    ids = sorted({int(subject.partition(":")[2]) for subject in about if subject.startswith("order:")})
    query = (
        sa.select(Order.id, Order.code, Order.goods_total, Order.delivery_fee, Purchase.payment_method)
        .join(Purchase, Purchase.id == Order.purchase_id)
        .where(Order.id.in_(ids))
        .order_by(Order.id)
    )
    earnings = ledger.earnings(ids)
    nets: dict[str, int] = {}
    cash: dict[str, int] = {}
    first = {entry.about for entry in entries if entry.kind in FIRST}
    for entry in entries:
        nets[entry.about] = nets.get(entry.about, 0) - entry.amount
        if entry.code.startswith("cash:"):
            cash[entry.about] = cash.get(entry.about, 0) + entry.amount
    rows = [
        _row(order, earnings[order.id], f"order:{order.id}" in first, nets, cash) for order in db.session.execute(query)
    ]
    return {"store_id": store_id, "store": store_name, "orders": [row for row in rows if row["net"]]}


def totals(frozen: Mapping[str, Any]) -> dict[str, int]:
    """The sums of a statement's columns. One that was frozen before there were vouchers names none."""
    names = ("goods", "delivery", "commission", "fee", "refunded", "voucher", "cash", "other", "net")
    return {name: sum(row.get(name, 0) for row in frozen["orders"]) for name in names}


def payout_pdf(line: LineView, frozen: Mapping[str, Any]) -> bytes:
    """The statement of a payout as PDF; the same facts give the same bytes. Not inside a transaction."""
    return typesetting.set_pdf("payout", payout_sheet(line.reference, line, frozen, totals(frozen)), line.made_at)


def payout_csv(frozen: Mapping[str, Any]) -> bytes:
    """The same as CSV, for a sheet."""
    rows = [
        (
            row["code"],
            row["method"],
            row["goods"],
            row["delivery"],
            -row["commission"],
            -row["fee"],
            -row["refunded"] + row["other"],
            -row["cash"],
            row["net"],
            row.get("voucher", 0),
        )
        for row in frozen["orders"]
    ]
    return _csv(COLUMNS, rows)


def year_pdf(store_name: str, year: Year, made: str) -> bytes:
    """A shop's year as PDF. Not inside a transaction."""
    return typesetting.set_pdf("year", year_sheet(store_name, year, made), None)


def year_csv(year: Year) -> bytes:
    """A shop's year as CSV, month by month."""
    rows = [
        (
            f"{year.year}-{month.month:02d}",
            month.cash,
            month.online,
            month.refunded,
            month.turnover,
            month.commission,
            month.fee,
            month.net,
            month.voucher,
        )
        for month in year.months
    ]
    return _csv(MONTHS, rows)


def _row(
    order: Any, earning: ledger.Earning, is_first: bool, nets: Mapping[str, int], cash: Mapping[str, int]
) -> dict[str, Any]:
    """An order in a statement. `other`: what lies elsewhere, e.g. set aside while somebody decides."""
    about = f"order:{order.id}"
    net, in_hand = nets.get(about, 0), cash.get(about, 0)
    row = {"code": order.code, "method": str(order.payment_method), "net": net, "cash": in_hand}
    if not is_first:
        return {
            **row,
            "goods": 0,
            "delivery": 0,
            "commission": 0,
            "fee": 0,
            "refunded": 0,
            "voucher": 0,
            "other": net + in_hand,
        }
    costs = earning.commission + earning.fee + earning.refunded
    told = order.goods_total + order.delivery_fee + earning.voucher - costs
    return {
        **row,
        "goods": order.goods_total,
        "delivery": order.delivery_fee,
        "commission": earning.commission,
        "fee": earning.fee,
        "refunded": earning.refunded,
        "voucher": earning.voucher,
        "other": net + in_hand - told,
    }


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell if isinstance(cell, int) else harmless(cell) for cell in row])
    return ("\ufeff" + out.getvalue()).encode()
