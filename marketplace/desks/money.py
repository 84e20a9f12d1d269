"""What an order brings its shop, in the words of somebody who keeps no books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext, lazy_gettext

from marketplace.ledger import queries as ledger
from marketplace.ledger.queries import StatementLine
from marketplace.ledger.rules import COMMISSION, VOUCHERS, Kind
from marketplace.orders.queries import OrderView
from marketplace.orders.rules import OrderStatus, programme_due

EVENTS = {
    Kind.CASH_SALE: lazy_gettext("Dibayar tunai saat serah terima"),
    Kind.ONLINE_SALE: lazy_gettext("Dibayar pembeli secara daring"),
    Kind.COMPLETION: lazy_gettext("Dibayar pembeli secara daring"),
    Kind.RELEASE: lazy_gettext("Barang diserahkan"),
    Kind.PROVIDER_FEE: lazy_gettext("Biaya pembayaran daring"),
    Kind.REFUND: lazy_gettext("Kembali ke pembeli"),
    Kind.REFUND_FAILED: lazy_gettext("Pengembalian tidak berhasil"),
    Kind.DISPUTE: lazy_gettext("Bank pembeli meminta uangnya"),
    Kind.DISPUTE_WON: lazy_gettext("Diputuskan bank untuk Anda"),
    Kind.DISPUTE_LOST: lazy_gettext("Diputuskan bank untuk pembeli"),
    Kind.CLAIM: lazy_gettext("Komplain pembeli: uangnya disisihkan"),
    Kind.CLAIM_CLOSED: lazy_gettext("Komplain berakhir: uangnya dilepas"),
    Kind.VOUCHER: lazy_gettext("Voucher pembeli dibayar Gerakan Beli Produk NTT"),
    Kind.VOUCHER_CHANGED: lazy_gettext("Bagian voucher disesuaikan dengan barang yang jadi terjual"),
}
PLACES = {
    "cash": lazy_gettext("Tunai di tangan Anda"),
    "payable": lazy_gettext("Milik Anda"),
    "pending": lazy_gettext("Disimpan sampai serah terima"),
    "disputed": lazy_gettext("Disisihkan sampai ada keputusan"),
    COMMISSION: lazy_gettext("Komisi BeliNTT"),
    VOUCHERS: lazy_gettext("Gerakan Beli Produk NTT"),
}


@dataclass(frozen=True)
class Line:
    """One entry about an order: what happened, and where rupiah came (positive) or went."""

    at: datetime
    event: str
    account: str
    amount: int


@dataclass(frozen=True)
class OrderMoney:
    """Rupiah of one order, as they are booked; before anything is booked, as they will be if all goes well."""

    is_shown: bool
    refunded: int
    commission: int
    fee: int
    net: int
    voucher: int
    """What the programme pays beside the buyer."""
    place: str
    """Where the shop's money lies now."""
    lines: tuple[Line, ...]


def order_money(order: OrderView) -> OrderMoney:
    """What this order brings its shop. One statement."""
    lines = ledger.statement(order.id)
    if not lines:
        net = order.total + order.programme_discount - order.commission
        return OrderMoney(order.is_open, 0, order.commission, 0, net, order.programme_discount, _place(order), ())
    earning = ledger.earned(lines)
    told = tuple(_line(line) for line in lines)
    coming = _coming(order)
    return OrderMoney(
        True,
        earning.refunded,
        earning.commission,
        earning.fee,
        earning.net + coming,
        earning.voucher + coming,
        _place(order),
        told,
    )


def _coming(order: OrderView) -> int:
    """What the programme will pay for what is paid and not handed over yet."""
    kept = order.goods_total - order.refunded_goods
    return programme_due(order.programme_discount, order.goods_total, kept) if order.is_open else 0


def _line(line: StatementLine) -> Line:
    """An entry from the shop's side: cash is a debit, all else that is the shop's or the market's a credit."""
    is_cash = line.account.startswith("cash:")
    place = PLACES[line.account if line.account in PLACES else line.account.partition(":")[0]]
    return Line(line.at, str(EVENTS[Kind(line.kind)]), str(place), line.amount if is_cash else -line.amount)


def _place(order: OrderView) -> str:
    """Where the money is, or when it comes."""
    is_done = order.status is OrderStatus.DONE
    if not order.is_open and not is_done:
        return gettext("Pesanan ini berakhir sebelum diserahkan, jadi tidak ada yang terjual.")
    if order.is_online and is_done:
        return gettext("Uang ini sudah milik Anda dan kami pegang untuk Anda. Lihat jumlah semuanya di Saldo.")
    if order.is_online:
        return gettext(
            "Uang pembeli kami simpan. Begitu barang diserahkan dengan kode pembeli, uangnya menjadi milik Anda."
        )
    if is_done and order.is_programmes:
        return gettext(
            "Uang tunainya sudah Anda terima langsung dari pembeli. Bagian dari Gerakan kami kirim ke rekening toko; "
            "lihat Saldo."
        )
    if is_done:
        return gettext("Uang tunainya sudah Anda terima langsung dari pembeli.")
    return gettext("Anda terima tunai dari pembeli saat serah terima.")
