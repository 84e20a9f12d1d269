"""What a receipt says, and how an amount is written in words. Pure: no query, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from marketplace.core.calendar import WITA, day_words

DIGITS = ("", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas")
GROUPS = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (10**3, "ribu"))
LARGEST = 10**15
FIRST_DUTY = 10_000
"""Rupiah: the stamp duty of receipts that were issued before it was kept with each."""
METHODS = {
    "cash": "Tunai, saat barang diterima",
    "card": "Kartu debit atau kredit",
    "transfer": "Transfer bank",
    "qris": "QRIS",
    "snap": "Daring, lewat Midtrans",
}


def in_words(amount: int) -> str:
    """An amount as it is read out: 2_001_500 -> 'dua juta seribu lima ratus rupiah'.

    Raises ValueError below zero and from a thousand trillion (10^15) on.
    """
    if not 0 <= amount < LARGEST:
        raise ValueError("no amount of a receipt")
    return f"{_words(amount) or 'nol'} rupiah"


def _words(number: int) -> str:
    for size, name in GROUPS:
        if number >= size:
            count, rest = divmod(number, size)
            head = "seribu" if size == 1000 and count == 1 else f"{_below_thousand(count)} {name}"
            return f"{head} {_words(rest)}".rstrip()
    return _below_thousand(number)


def _below_thousand(number: int) -> str:
    if number < 12:
        return DIGITS[number]
    if number < 20:
        return f"{DIGITS[number - 10]} belas"
    if number < 100:
        return f"{DIGITS[number // 10]} puluh {DIGITS[number % 10]}".rstrip()
    head = "seratus" if number < 200 else f"{DIGITS[number // 100]} ratus"
    return f"{head} {_below_thousand(number % 100)}".rstrip()


def number_of(order_code: str, version: int) -> str:
    """A receipt's number, from its order's code: it tells nobody how many there are. NTT-7K2M9QXA -> KW-7K2M9QXA-1."""
    return f"KW-{order_code.removeprefix('NTT-')}-{version}"


def rupiah(amount: int) -> str:
    """1500000 -> Rp1.500.000; -5000 -> -Rp5.000."""
    return f"{'-' if amount < 0 else ''}Rp{abs(amount):,}".replace(",", ".")


def moment(at: str) -> str:
    """An instant (ISO 8601) as it is written on paper in NTT: 24 November 2026, 10.42 WITA."""
    local = datetime.fromisoformat(at).astimezone(WITA)
    return f"{day_words(local)}, {local:%H.%M} WITA"


def standing(total: int, refunded: int) -> str:
    """What became of the money."""
    if not refunded:
        return "LUNAS"
    return "DIKEMBALIKAN SELURUHNYA" if refunded >= total else "LUNAS, DIKEMBALIKAN SEBAGIAN"


def sheet(facts: Mapping[str, Any], version: int, issued_at: datetime) -> dict[str, Any]:
    """All words and figures of a receipt as they are printed, from its frozen facts (see `queries.facts`)."""
    total, refunds = facts["total"], facts["refunds"]
    refunded = sum(each["goods"] + each["delivery"] for each in refunds)
    return {
        "number": number_of(facts["order"], version),
        "replaces": number_of(facts["order"], version - 1) if version > 1 else "",
        "issued": moment(issued_at.isoformat()),
        "standing": standing(total, refunded),
        "seller": facts["seller"],
        "nib": facts["seller"]["nib"] or "belum dicantumkan",
        "buyer": facts["buyer"] or "(nama dihapus atas permintaan pembeli)",
        "order": facts["order"],
        "address": facts["address"],
        "site": facts["site"],
        "ordered": moment(facts["ordered_at"]),
        "paid": moment(facts["paid_at"]),
        "method": METHODS.get(facts["method"], facts["method"]),
        "lines": [_line(line) for line in facts["lines"]],
        "goods": rupiah(facts["goods"] + facts.get("discount", 0)),
        "voucher": _voucher(facts),
        "discount": rupiah(-facts.get("discount", 0)),
        "delivery_label": "Ambil sendiri" if facts["is_pickup"] else "Ongkos kirim",
        "delivery": rupiah(facts["delivery"]),
        "total": rupiah(total),
        "words": _sentence(in_words(total)),
        "refunds": _refund_rows(refunds),
        "left": rupiah(total - refunded),
        "owes_stamp": total > facts["stamp_above"],
        "stamp_above": rupiah(facts["stamp_above"]),
        "stamp_duty": rupiah(facts.get("stamp_duty", FIRST_DUTY)),
        "complaints": facts["complaints"],
    }


def _voucher(facts: Mapping[str, Any]) -> str:
    """What a voucher is called, '' without one. Receipts that were frozen before there were vouchers name none."""
    if not facts.get("discount"):
        return ""
    bearer = "Gerakan Beli Produk NTT" if facts["is_programmes"] else "toko"
    return f"Voucher {facts['voucher']}, ditanggung {bearer}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _line(line: Mapping[str, Any]) -> dict[str, str]:
    return {
        "name": line["name"],
        "variant": line["variant"],
        "quantity": f"{line['quantity']:,}".replace(",", "."),
        "price": rupiah(line["price"]),
        "total": rupiah(line["total"]),
    }


def _refund_rows(refunds: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {"at": moment(each["at"]), "of": _parts(each), "amount": rupiah(-each["goods"] - each["delivery"])}
        for each in refunds
    ]


def _parts(refund: Mapping[str, Any]) -> str:
    parts = [("barang", refund["goods"]), ("ongkos kirim", refund["delivery"])]
    return " dan ".join(f"{name} {rupiah(amount)}" for name, amount in parts if amount)
