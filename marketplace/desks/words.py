"""What buyer and seller both read about an order: its state, and how much time is left."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext, lazy_gettext

from marketplace.core.clock import now
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import PaymentMethod

STATES = {
    OrderStatus.UNPAID: (lazy_gettext("Menunggu pembayaran"), "waiting"),
    OrderStatus.WAITING: (lazy_gettext("Menunggu konfirmasi"), "waiting"),
    OrderStatus.PROCESSING: (lazy_gettext("Diproses"), "working"),
    OrderStatus.READY: (lazy_gettext("Siap diambil"), "waiting"),
    OrderStatus.ON_THE_WAY: (lazy_gettext("Dikirim"), "working"),
    OrderStatus.ARRIVED: (lazy_gettext("Tiba di tujuan"), "working"),
    OrderStatus.DONE: (lazy_gettext("Selesai"), "done"),
    OrderStatus.DECLINED: (lazy_gettext("Ditolak toko"), "stopped"),
    OrderStatus.CANCELLED: (lazy_gettext("Dibatalkan"), "stopped"),
    OrderStatus.LAPSED: (lazy_gettext("Tidak dijawab toko"), "stopped"),
    OrderStatus.EXPIRED: (lazy_gettext("Waktu bayar habis"), "stopped"),
}


WAYS_TO_PAY = {
    PaymentMethod.CASH: lazy_gettext("Tunai"),
    PaymentMethod.CARD: lazy_gettext("Kartu debit atau kredit"),
    PaymentMethod.TRANSFER: lazy_gettext("Transfer bank"),
    PaymentMethod.QRIS: lazy_gettext("QRIS"),
    PaymentMethod.SNAP: lazy_gettext("Pembayaran daring"),
}


def time_left(until: datetime) -> str:
    """How long a shop still has to answer, in the largest unit that tells it well, always rounded down."""
    minutes = int((until - now()).total_seconds()) // 60
    if minutes < 1:
        return gettext("waktu habis")
    if minutes < 60:
        return gettext("sisa %(num)d menit", num=minutes)
    if minutes < 48 * 60:
        return gettext("sisa %(num)d jam", num=minutes // 60)
    return gettext("sisa %(num)d hari", num=minutes // (24 * 60))


ACTS = {
    "accounts.help_begun": lazy_gettext("Mulai membantu"),
    "accounts.help_left": lazy_gettext("Selesai membantu"),
    "catalog.product_created": lazy_gettext("Menambah produk"),
    "catalog.product_revised": lazy_gettext("Mengubah isi produk"),
    "catalog.product_hidden": lazy_gettext("Menyembunyikan produk"),
    "catalog.product_shown": lazy_gettext("Menampilkan produk"),
    "catalog.product_archived": lazy_gettext("Menghapus produk"),
    "catalog.variant_added": lazy_gettext("Menambah varian"),
    "catalog.variant_changed": lazy_gettext("Mengubah varian"),
    "catalog.stock_set": lazy_gettext("Menghitung stok"),
    "catalog.price_asked": lazy_gettext("Menulis harga baru, menunggu pemilik"),
    "catalog.price_withdrawn": lazy_gettext("Membatalkan harga baru"),
    "orders.accepted": lazy_gettext("Menerima pesanan"),
    "orders.declined": lazy_gettext("Menolak pesanan"),
    "talks.sent": lazy_gettext("Menulis pesan kepada pembeli"),
    "stores.profile_changed": lazy_gettext("Mengubah profil toko"),
    "certificates.registered": lazy_gettext("Menambah sertifikat"),
}
"""What helpers did, in plain words; an act without words of its own by its code."""
