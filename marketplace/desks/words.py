"""What buyer and seller both read about an order: its state, and its steps gone and to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext, lazy_gettext

from marketplace.core.clock import now
from marketplace.orders.queries import OrderView, RefundNote, StepView
from marketplace.orders.rules import OrderStatus, ready_status
from marketplace.payments.rules import RefundSource, RefundState
from marketplace.shipping.rules import DeliveryMethod
from marketplace.web.filters import rupiah

STATES = {
    OrderStatus.UNPAID: (lazy_gettext("Menunggu pembayaran"), "waiting"),
    OrderStatus.WAITING: (lazy_gettext("Menunggu konfirmasi"), "waiting"),
    OrderStatus.PROCESSING: (lazy_gettext("Diproses"), "working"),
    OrderStatus.READY: (lazy_gettext("Siap diambil"), "waiting"),
    OrderStatus.ON_THE_WAY: (lazy_gettext("Dikirim"), "working"),
    OrderStatus.DONE: (lazy_gettext("Selesai"), "done"),
    OrderStatus.DECLINED: (lazy_gettext("Ditolak toko"), "stopped"),
    OrderStatus.CANCELLED: (lazy_gettext("Dibatalkan"), "stopped"),
    OrderStatus.LAPSED: (lazy_gettext("Tidak dijawab toko"), "stopped"),
    OrderStatus.EXPIRED: (lazy_gettext("Waktu bayar habis"), "stopped"),
}
STEPS = {
    OrderStatus.UNPAID: lazy_gettext("Pesanan dibuat"),
    OrderStatus.WAITING: lazy_gettext("Pesanan dibuat"),
    OrderStatus.PROCESSING: lazy_gettext("Diterima toko"),
    OrderStatus.READY: lazy_gettext("Siap diambil"),
    OrderStatus.ON_THE_WAY: lazy_gettext("Sedang diantar"),
    OrderStatus.DONE: lazy_gettext("Barang diterima dan dibayar"),
    OrderStatus.DECLINED: lazy_gettext("Ditolak toko"),
    OrderStatus.CANCELLED: lazy_gettext("Dibatalkan"),
    OrderStatus.LAPSED: lazy_gettext("Berakhir tanpa jawaban toko"),
    OrderStatus.EXPIRED: lazy_gettext("Tidak dibayar tepat waktu"),
}
PAID_BEFORE = {
    OrderStatus.WAITING: lazy_gettext("Dibayar, diteruskan ke toko"),
    OrderStatus.DONE: lazy_gettext("Barang diterima"),
}
"""How the same steps are called when the order was paid before the shop heard of it."""
REFUND_SOURCES = {
    RefundSource.BUYER: lazy_gettext("karena pembeli membatalkan"),
    RefundSource.SHOP: lazy_gettext("karena toko menolak"),
    RefundSource.TIMEOUT: lazy_gettext("karena toko tidak menjawab tepat waktu"),
    RefundSource.OPERATOR: lazy_gettext("oleh pengelola pasar"),
    RefundSource.SYSTEM: lazy_gettext("otomatis"),
    RefundSource.EXTERNAL: lazy_gettext("oleh pengelola pasar"),
}
"""Who caused a refund, as the time line says it."""


@dataclass(frozen=True)
class Step:
    """A step of an order's time line: gone, or still to come (no time)."""

    title: str
    at: datetime | None
    note: str
    is_done: bool


def steps_of(
    order: OrderView, helpers: Mapping[int, str] | None = None, refunds: Sequence[RefundNote] = ()
) -> list[Step]:
    """The steps that an order has gone, money that goes back among them, and those that lie ahead if all goes well.

    For the shop's eyes: `helpers` are the names of those who helped it, by person; their steps say so.
    """
    is_online = any(step.status is OrderStatus.UNPAID for step in order.steps)
    titles = {**STEPS, **PAID_BEFORE} if is_online else dict(STEPS)
    if order.delivery_method is DeliveryMethod.POST:
        titles[OrderStatus.ON_THE_WAY] = lazy_gettext("Diserahkan ke pos")
    if order.delivery_method is DeliveryMethod.ROUND:
        titles |= {
            OrderStatus.READY: lazy_gettext("Siap diambil pelari"),
            OrderStatus.ON_THE_WAY: lazy_gettext("Dibawa pelari"),
        }
    gone = [Step(str(titles[step.status]), step.at, _note(step, helpers or {}), True) for step in order.steps]
    road: tuple[OrderStatus, ...] = (OrderStatus.WAITING, OrderStatus.PROCESSING, *_last_steps(order.delivery_method))
    if is_online:
        road = (OrderStatus.UNPAID, *road)
    ahead = road[road.index(order.status) + 1 :] if order.status in road else ()
    gone = sorted(gone + _refund_steps(refunds), key=lambda step: step.at or order.placed_at)
    return gone + [Step(str(titles[status]), None, "", False) for status in ahead]


def _last_steps(method: DeliveryMethod) -> tuple[OrderStatus, ...]:
    """From the shop's door to the buyer's hand."""
    ready = ready_status(method)
    return (
        (ready, OrderStatus.ON_THE_WAY, OrderStatus.DONE)
        if method is DeliveryMethod.ROUND
        else (ready, OrderStatus.DONE)
    )


def _refund_steps(refunds: Sequence[RefundNote]) -> list[Step]:
    """Each refund twice: when it was promised, with who wanted it and why, and when it was sent or did not arrive.

    One that failed is not told any more once it was asked for again.
    """
    steps = []
    for refund in [each for each in refunds if each.state is not RefundState.FAILED or each is refunds[-1]]:
        amount = rupiah(refund.amount)
        reason = refund.reason if refund.source is RefundSource.OPERATOR else ""
        note = " · ".join(filter(None, [str(REFUND_SOURCES[refund.source]), reason]))
        steps.append(Step(gettext("Pengembalian %(amount)s dimulai", amount=amount), refund.asked_at, note, True))
        if refund.settled_at is None:
            continue
        if refund.state is RefundState.SUCCEEDED:
            title = gettext("%(amount)s sudah dikembalikan ke kartu pembeli", amount=amount)
        else:
            title = gettext("Pengembalian %(amount)s belum berhasil", amount=amount)
        steps.append(Step(title, refund.settled_at, "", True))
    return steps


def _note(step: StepView, helpers: Mapping[int, str]) -> str:
    name = helpers.get(step.person_id or 0)
    said = step.note
    if said and step.status is OrderStatus.DONE:
        said = gettext("Tanpa kode pembeli: %(reason)s", reason=said)
    marks = [said, gettext("dibantu oleh %(name)s", name=name) if name else ""]
    return " · ".join(filter(None, marks))


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
