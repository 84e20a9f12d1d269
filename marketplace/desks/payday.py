"""When a shop gets how much and why, in the words of somebody who keeps no books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext, lazy_gettext

from marketplace.core.clock import WITA, midnight, today
from marketplace.payouts import queries
from marketplace.payouts.models import PayoutHold
from marketplace.payouts.queries import Due, HoldView, OrderDue
from marketplace.payouts.rules import HoldKind, LineState
from marketplace.payouts.services import clocks
from marketplace.web.filters import rupiah, wita, wita_date

DAYS = (
    lazy_gettext("Senin"),
    lazy_gettext("Selasa"),
    lazy_gettext("Rabu"),
    lazy_gettext("Kamis"),
    lazy_gettext("Jumat"),
    lazy_gettext("Sabtu"),
    lazy_gettext("Minggu (hari)"),
)
LINE_STATES = {
    LineState.RESERVED: (lazy_gettext("Dalam proses"), "working"),
    LineState.PAID: (lazy_gettext("Sudah dikirim"), "done"),
    LineState.FAILED: (lazy_gettext("Gagal, kembali ke saldo"), "stopped"),
    LineState.CANCELLED: (lazy_gettext("Dibatalkan"), "stopped"),
}
ORDERS_SHOWN = 50


@dataclass(frozen=True)
class Blocked:
    """Why a shop is not paid: the reason, until when, and what to do (with an address, if there is one)."""

    reason: str
    until: str
    remedy: str
    url: str = ""


@dataclass(frozen=True)
class Waiting:
    """An order that is paid out later, and on which day."""

    order: OrderDue
    day: str


@dataclass(frozen=True)
class Payday:
    """What one shop gets on its next payout day."""

    store_id: int
    name: str
    headline: str
    note: str
    amount: int
    on_the_way: int
    blocked: tuple[Blocked, ...]
    ready: tuple[OrderDue, ...]
    waiting: tuple[Waiting, ...]
    hold: PayoutHold | None
    """The operator's hold that holds now."""
    is_held: bool


def day_words(day: date) -> str:
    """Jumat, 27 Nov 2026."""
    return f"{DAYS[day.weekday()]}, {wita_date(day)}"


def paydays(store_ids: Sequence[int]) -> list[Payday]:
    """The next payout day of each of these shops; most people have one."""
    if not store_ids:
        return []
    payday = clocks.payday()
    free, hours = clocks.free_from(payday), clocks.ACCOUNT_HOURS.today()
    holds = {hold.store_id: hold for hold in reversed(queries.holds_of(store_ids))}
    return [
        _payday(found, payday, queries.orders_due([found.store_id], free, ORDERS_SHOWN), holds.get(found.store_id))
        for found in queries.due(free, hours, store_ids)
    ]


def _payday(found: Due, payday: date, orders: Sequence[OrderDue], last_hold: PayoutHold | None) -> Payday:
    standing = [hold for hold in found.holds if hold.until is None or hold.until > midnight(payday)]
    has_hold = any(hold.kind is HoldKind.OPERATOR for hold in found.holds)
    headline, note = _words(found, payday, bool(standing))
    return Payday(
        store_id=found.store_id,
        name=found.name,
        headline=headline,
        note=note,
        amount=found.ready,
        on_the_way=found.on_the_way,
        blocked=tuple(_blocked(hold) for hold in found.holds),
        ready=tuple(order for order in orders if order.is_ready),
        waiting=tuple(Waiting(order, _later(order)) for order in orders if not order.is_ready),
        hold=last_hold if has_hold else None,
        is_held=bool(standing),
    )


def _words(found: Due, payday: date, is_held: bool) -> tuple[str, str]:
    """The one sentence that matters, and the one below it."""
    amount, least, day = rupiah(found.ready), clocks.MINIMUM.today(), day_words(payday)
    if found.ready < 0:
        owed = rupiah(-found.ready)
        return (
            gettext("Anda masih perlu menyetor %(amount)s", amount=owed),
            gettext("Komisi atau pengembalian dari penjualan tunai. Kami potong dari uang Anda berikutnya."),
        )
    if found.ready == 0:
        later = gettext(
            "Uang masuk setelah barang diserahkan dan dibayar lewat BeliNTT. Uang tunai sudah di tangan Anda."
        )
        return gettext("Belum ada uang yang bisa dicairkan"), later
    if is_held:
        held = gettext("%(amount)s milik Anda, dan masih tertahan", amount=amount)
        return held, gettext("Lihat sebabnya di bawah ini.")
    if found.ready < least:
        return (
            gettext("%(amount)s ikut pencairan berikutnya", amount=amount),
            gettext(
                "Yang kami kirim sekali jalan paling sedikit %(least)s. Sampai saat itu jumlahnya kami gabung.",
                least=rupiah(least),
            ),
        )
    return (
        gettext("Anda menerima %(amount)s pada %(day)s", amount=amount, day=day),
        gettext("Karena pesanan di bawah ini sudah diserahkan kepada pembelinya."),
    )


def _later(order: OrderDue) -> str:
    if order.released_at is None:
        return ""
    handed = order.released_at.astimezone(WITA).date()
    free = max(handed + timedelta(days=clocks.WAITING_DAYS.today()), today())
    return day_words(clocks.payday(free))


def _blocked(hold: HoldView) -> Blocked:
    until = gettext("Sampai %(at)s", at=wita(hold.until)) if hold.until else ""
    account = "/penjual/toko/rekening"
    return {
        HoldKind.NO_ACCOUNT: Blocked(
            gettext("Toko Anda belum menulis rekening bank."), until, gettext("Pemilik toko menulis rekening"), account
        ),
        HoldKind.NEW_ACCOUNT: Blocked(
            gettext("Rekening toko baru saja ditulis atau diganti. Kami menunggu sebentar, kalau-kalau bukan Anda."),
            until,
            gettext("Bukan Anda yang mengganti? Periksa rekening"),
            account,
        ),
        HoldKind.REFUSED_ACCOUNT: Blocked(
            gettext("Rekening toko ditolak bank: %(reason)s", reason=hold.reason),
            until,
            gettext("Pemilik toko memperbaiki rekening"),
            account,
        ),
        HoldKind.SUSPENDED: Blocked(
            gettext("Toko Anda sedang dibekukan."),
            until,
            gettext("Hubungi pengelola lewat alamat di kaki halaman."),
            "",
        ),
        HoldKind.OPERATOR: Blocked(
            gettext("Pengelola menahan pencairan: %(reason)s", reason=hold.reason),
            until,
            gettext("Sesudah itu pencairan jalan lagi dengan sendirinya."),
        ),
    }[hold.kind]
