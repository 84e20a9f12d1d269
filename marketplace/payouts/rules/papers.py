"""What statements say on paper: all words and figures, from frozen facts. Pure: no query, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from marketplace.core.calendar import MONTHS, WITA, day_words
from marketplace.payouts.rules.turnover import Month, Year

METHODS = {"cash": "Tunai", "card": "Kartu", "transfer": "Transfer", "qris": "QRIS", "snap": "Daring"}
STANDING = {
    "reserved": "DALAM PROSES",
    "paid": "SUDAH DIKIRIM",
    "failed": "GAGAL, DIKEMBALIKAN KE SALDO",
    "cancelled": "DIBATALKAN",
}


class Sent(Protocol):
    """A line as a statement names it."""

    @property
    def state(self) -> Any: ...
    @property
    def amount(self) -> int: ...
    @property
    def bank(self) -> str: ...
    @property
    def masked(self) -> str: ...
    @property
    def holder(self) -> str: ...
    @property
    def made_at(self) -> datetime: ...


def rupiah(amount: int) -> str:
    """1500000 -> Rp1.500.000; -5000 -> -Rp5.000."""
    return f"{'-' if amount < 0 else ''}Rp{abs(amount):,}".replace(",", ".")


def day(at: datetime) -> str:
    """24 November 2026, in Kupang."""
    return day_words(at.astimezone(WITA))


def payout_sheet(number: str, line: Sent, facts: Mapping[str, Any], totals: Mapping[str, int]) -> dict[str, Any]:
    """The statement of one payout."""
    return {
        "number": number,
        "store": facts["store"],
        "day": day(line.made_at),
        "standing": STANDING[str(line.state)],
        "account": f"{line.bank} {line.masked}, {line.holder}",
        "lines": [_order(row) for row in facts["orders"]],
        "sums": _sums(totals),
        "amount": rupiah(line.amount),
    }


def year_sheet(store: str, year: Year, made: str) -> dict[str, Any]:
    """The statement of one year, month by month."""
    return {
        "store": store,
        "year": str(year.year),
        "made": made,
        "months": [[MONTHS[month.month - 1], *_month(month)] for month in year.months],
        "total": ["Setahun", *_month(year.total)],
        "free": rupiah(year.free),
        "rate": f"{year.rate / 100:g}".replace(".", ",") + " %",
        "above": rupiah(year.above),
        "estimate": rupiah(year.estimate),
    }


def _month(month: Month) -> list[str]:
    came = (month.cash, month.online, month.voucher, -month.refunded, month.turnover)
    return [rupiah(amount) for amount in (*came, -month.commission, -month.fee, month.net)]


def _order(row: Mapping[str, Any]) -> list[str]:
    back = row["other"] - row["refunded"]
    sold = (row["goods"], row.get("voucher", 0), row["delivery"])
    sums = (*sold, -row["commission"], -row["fee"], back, -row["cash"], row["net"])
    return [f"{row['code']} ({METHODS.get(row['method'], row['method'])})", *(rupiah(amount) for amount in sums)]


def _sums(totals: Mapping[str, int]) -> list[list[str]]:
    parts = (
        ("Barang", totals["goods"]),
        ("Dibayar Gerakan Beli Produk NTT", totals["voucher"]),
        ("Ongkos kirim", totals["delivery"]),
        ("Komisi BeliNTT", -totals["commission"]),
        ("Biaya penyedia pembayaran", -totals["fee"]),
        ("Kembali ke pembeli", -totals["refunded"]),
        ("Perubahan sesudahnya", totals["other"]),
        ("Tunai yang sudah di tangan Anda", -totals["cash"]),
    )
    return [[label, rupiah(amount)] for label, amount in parts if amount]
