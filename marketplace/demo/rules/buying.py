"""What was bought in the demo market over the last thirty days, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import PaymentMethod


@dataclass(frozen=True)
class Shopping:
    """So many purchases that ended (or stand) alike, placed between so many days ago."""

    count: int
    end: OrderStatus
    days: tuple[float, float]
    method: PaymentMethod = PaymentMethod.CASH


# Each buyer visits these; the first two are the shops one can sign in to.
STORES = (
    "dapur-mama-ina",
    "tenun-mama-yuli",
    "kopi-sudut-fatululi",
    "kue-oma-lien",
    "kriya-perca-fatululi",
    "kebun-kelor-fatululi",
    "abon-kupang-tante-rosa",
    "rumah-jahit-fatululi",
    "dapur-asap-oom-domi",
    "sei-kosambi-oom-nadus",
    "hampers-flobamora",
)
SHOPPING = (
    Shopping(20, OrderStatus.DONE, (3, 29)),
    Shopping(3, OrderStatus.DECLINED, (2, 20)),
    Shopping(3, OrderStatus.CANCELLED, (2, 25)),
    Shopping(2, OrderStatus.LAPSED, (3, 22)),
    Shopping(3, OrderStatus.READY, (0.6, 1.5)),
    Shopping(3, OrderStatus.ON_THE_WAY, (0.5, 1.2)),
    Shopping(4, OrderStatus.PROCESSING, (0.4, 0.9)),
    Shopping(6, OrderStatus.WAITING, (0.02, 0.6)),
    Shopping(2, OrderStatus.EXPIRED, (2, 9), PaymentMethod.CARD),
    Shopping(1, OrderStatus.PROCESSING, (5.5, 6)),
)
# How the purchases end that are paid by card while the market is loaded.
BY_CARD = (
    OrderStatus.UNPAID,
    OrderStatus.WAITING,
    OrderStatus.WAITING,
    OrderStatus.PROCESSING,
    OrderStatus.READY,
    OrderStatus.DECLINED,
    OrderStatus.DONE,
    OrderStatus.DONE,
    OrderStatus.ARRIVED,
)
# The same for those paid by Midtrans: how the buyer pays, and how the purchase ends.
BY_SNAP = (
    ("qris", OrderStatus.UNPAID),
    ("qris", OrderStatus.WAITING),
    ("bank_transfer", OrderStatus.PROCESSING),
    ("gopay", OrderStatus.DONE),
    ("qris", OrderStatus.DECLINED),
)
REASONS = ("Cabai sedang habis di pasar, maaf.", "Kami tutup untuk acara keluarga.", "Stok di rak ternyata rusak.")
NOTES = (
    "",
    "",
    "",
    "Tolong yang tidak terlalu pedas.",
    "Saya ambil sore sepulang kantor.",
    "Telepon dulu sebelum antar.",
)
