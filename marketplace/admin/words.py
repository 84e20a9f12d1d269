"""What the operator's pages call roles, and all that can happen to money."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from marketplace.bank.rules import AsideKind, MatchReason
from marketplace.catalog.rules import AttributeKind
from marketplace.core.actor import Role
from marketplace.ledger.rules import Kind
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import (
    AttemptState,
    DisputeState,
    Need,
    NoticeState,
    Outcome,
    PaymentMethod,
    PaymentState,
    RefundSource,
    RefundState,
    Trouble,
)
from marketplace.payouts.rules import BatchState, HoldKind, LineState
from marketplace.reconciliation.rules import DifferenceKind
from marketplace.shipping.rules import PointKind, Serves

ROLES = {
    Role.OPERATOR: _l("Pengelola"),
    Role.CURATOR: _l("Kurator"),
    Role.HEAD_CURATOR: _l("Kepala kurator"),
    Role.STORE_OWNER: _l("Pemilik toko"),
    Role.STORE_STAFF: _l("Staf toko"),
    Role.STORE_HELPER: _l("Pembantu toko"),
    Role.FACILITATOR: _l("Pendamping kelurahan"),
    Role.RUNNER: _l("Pelari putaran"),
}

ANSWERS = {
    AttributeKind.TEXT: _l("Tulisan pendek"),
    AttributeKind.NUMBER: _l("Angka bulat"),
    AttributeKind.CHOICE: _l("Satu dari daftar"),
    AttributeKind.CHOICES: _l("Beberapa dari daftar"),
    AttributeKind.YES_NO: _l("Ya atau tidak"),
}

BATCH_STATES = {
    BatchState.MAKING: (_l("Belum selesai disusun"), "waiting"),
    BatchState.MADE: (_l("Siap, berkas belum diambil"), "waiting"),
    BatchState.FETCHED: (_l("Di bank"), "working"),
    BatchState.CLOSED: (_l("Selesai"), "done"),
    BatchState.CANCELLED: (_l("Dibatalkan"), "stopped"),
}
LINE_STATES = {
    LineState.RESERVED: (_l("Disisihkan"), "working"),
    LineState.PAID: (_l("Sudah dikirim"), "done"),
    LineState.FAILED: (_l("Gagal"), "stopped"),
    LineState.CANCELLED: (_l("Dibatalkan"), "stopped"),
}
HOLD_KINDS = {
    HoldKind.NO_ACCOUNT: _l("belum ada rekening"),
    HoldKind.NEW_ACCOUNT: _l("rekening baru diganti"),
    HoldKind.REFUSED_ACCOUNT: _l("rekening ditolak bank"),
    HoldKind.SUSPENDED: _l("toko dibekukan"),
    HoldKind.OPERATOR: _l("ditahan pengelola"),
}

POINT_KINDS = {
    PointKind.KELURAHAN: _l("Kantor kelurahan"),
    PointKind.NTT_MART: _l("NTT Mart"),
    PointKind.COOPERATIVE: _l("Koperasi"),
    PointKind.OTHER: _l("Tempat lain"),
}
SERVES = {
    Serves.ALL: _l("Semua toko di kabupaten/kota ini"),
    Serves.CHOSEN: _l("Hanya toko yang memilihnya"),
}

# --- reconciliation --------------------------------------------------------------

DIFFERENCES = {
    DifferenceKind.LEDGER: _l("Buku besar tidak seimbang"),
    DifferenceKind.FIGURE: _l("Angka yang dicatat dua kali berbeda"),
    DifferenceKind.STUCK: _l("Menunggu ditangani"),
    DifferenceKind.UNKNOWN_THERE: _l("Ada di buku kita, tidak ada di penyedia"),
    DifferenceKind.UNKNOWN_HERE: _l("Ada di penyedia, tidak ada di buku kita"),
    DifferenceKind.SUM: _l("Jumlah di penyedia berbeda"),
    DifferenceKind.FEE: _l("Biaya di penyedia berbeda"),
}
# --- payments ------------------------------------------------------------------

PAYMENT_STATES = {
    PaymentState.PENDING: (_l("Belum dibayar"), "waiting"),
    PaymentState.PAID: (_l("Dibayar"), "done"),
    PaymentState.PAID_LATE: (_l("Dibayar terlambat"), "done"),
    PaymentState.MISMATCH: (_l("Jumlah berbeda"), "waiting"),
    PaymentState.CANCELLED: (_l("Dibatalkan"), "stopped"),
    PaymentState.EXPIRED: (_l("Waktu habis"), "stopped"),
}
ATTEMPT_STATES = {
    AttemptState.CREATED: (_l("Belum dijawab penyedia"), "waiting"),
    AttemptState.OPEN: (_l("Halaman bayar terbuka"), "working"),
    AttemptState.PAID: (_l("Dibayar"), "done"),
    AttemptState.EXPIRED: (_l("Berakhir tanpa dibayar"), "stopped"),
    AttemptState.FAILED: (_l("Gagal"), "stopped"),
    AttemptState.REFUSED: (_l("Ditolak penyedia"), "stopped"),
}
TROUBLES = {
    Trouble.DECLINED: _l("kartu ditolak bank"),
    Trouble.NO_FUNDS: _l("saldo atau limit tidak cukup"),
    Trouble.CARD_EXPIRED: _l("kartu kedaluwarsa"),
    Trouble.NOT_AUTHENTICATED: _l("pembeli tidak menyetujui di banknya (3-D Secure)"),
    Trouble.TOO_SMALL: _l("jumlah terlalu kecil bagi penyedia"),
    Trouble.OTHER: _l("sebab lain"),
}
REFUND_STATES = {
    RefundState.REQUESTED: (_l("Menunggu dikirim"), "waiting"),
    RefundState.SUBMITTED: (_l("Sedang diminta ke penyedia"), "working"),
    RefundState.PENDING: (_l("Diproses penyedia"), "working"),
    RefundState.UNKNOWN: (_l("Tidak ada jawaban penyedia"), "waiting"),
    RefundState.SUCCEEDED: (_l("Terkirim"), "done"),
    RefundState.FAILED: (_l("Gagal"), "stopped"),
}
REFUND_SOURCES = {
    RefundSource.BUYER: _l("pembeli membatalkan"),
    RefundSource.SHOP: _l("toko menolak"),
    RefundSource.TIMEOUT: _l("batas waktunya lewat"),
    RefundSource.OPERATOR: _l("pengelola"),
    RefundSource.SYSTEM: _l("otomatis"),
    RefundSource.EXTERNAL: _l("dibuat langsung di penyedia"),
    RefundSource.CLAIM: _l("komplain pembeli"),
}
DISPUTE_STATES = {
    DisputeState.OPEN: (_l("Terbuka"), "waiting"),
    DisputeState.WON: (_l("Dimenangkan pasar"), "done"),
    DisputeState.LOST: (_l("Dimenangkan pembeli"), "stopped"),
}
NOTICE_STATES = {
    NoticeState.NEW: (_l("Belum diikuti"), "waiting"),
    NoticeState.DONE: (_l("Sudah dibukukan"), "done"),
    NoticeState.IGNORED: (_l("Tidak perlu diikuti"), "done"),
    NoticeState.UNMATCHED: (_l("Tidak cocok dengan pembayaran mana pun"), "waiting"),
    NoticeState.FAILED: (_l("Gagal diikuti"), "waiting"),
}
ORDER_STATES = {
    OrderStatus.UNPAID: (_l("Menunggu pembayaran"), "waiting"),
    OrderStatus.WAITING: (_l("Menunggu konfirmasi"), "waiting"),
    OrderStatus.PROCESSING: (_l("Diproses"), "working"),
    OrderStatus.READY: (_l("Siap diambil"), "working"),
    OrderStatus.ON_THE_WAY: (_l("Dikirim"), "working"),
    OrderStatus.ARRIVED: (_l("Tiba di tujuan"), "working"),
    OrderStatus.DONE: (_l("Selesai"), "done"),
    OrderStatus.DECLINED: (_l("Ditolak toko"), "stopped"),
    OrderStatus.CANCELLED: (_l("Dibatalkan"), "stopped"),
    OrderStatus.LAPSED: (_l("Tidak dijawab toko"), "stopped"),
    OrderStatus.EXPIRED: (_l("Waktu bayar habis"), "stopped"),
}
NEEDS = {
    Need.OVERDUE: (
        _l("Waktu bayar habis, belum ditutup"),
        _l("Barang masih tertahan. Baca lagi dari penyedia; bila penyedia menjawab, pembayaran ditutup otomatis."),
    ),
    Need.UNANSWERED: (
        _l("Halaman bayar tidak dijawab penyedia"),
        _l("Pasar tidak tahu apakah halaman bayar terbuka. Baca lagi dari penyedia."),
    ),
    Need.PROOF: (
        _l("Bukti dikirim, uang belum ditemukan"),
        _l("Periksa mutasi bank. Uangnya tidak ada? Akhiri pembayaran itu di halaman Mutasi bank."),
    ),
    Need.MISMATCH: (
        _l("Uang masuk tidak sama dengan tagihan"),
        _l("Lebih dari tagihan: terima sebagai lunas atau kembalikan semuanya. Kurang: kembalikan semuanya."),
    ),
    Need.CREDIT: (
        _l("Dibayar dua kali, belum semua kembali"),
        _l("Uang lebih milik pembeli. Baca lagi dari penyedia dan periksa pengembaliannya."),
    ),
    Need.REFUND_FAILED: (
        _l("Pengembalian gagal"),
        _l("Minta lagi, atau sisihkan bila pembeli sudah menerima uangnya dengan jalan lain."),
    ),
    Need.REFUND_OPEN: (
        _l("Pengembalian belum jelas"),
        _l("Lebih dari satu jam terbuka, atau penyedia tidak menjawab. Baca lagi dari penyedia."),
    ),
    Need.DISPUTE: (
        _l("Sengketa terbuka"),
        _l("Bank pembeli meminta uangnya kembali. Jawab di halaman penyedia sebelum batas waktunya."),
    ),
    Need.NOTICE: (
        _l("Pemberitahuan belum dibukukan"),
        _l("Ikuti lagi. Sisihkan hanya bila jelas bukan pembayaran pasar ini."),
    ),
}
METHODS = {
    PaymentMethod.CASH: _l("Tunai"),
    PaymentMethod.CARD: _l("Kartu debit atau kredit"),
    PaymentMethod.TRANSFER: _l("Transfer bank"),
    PaymentMethod.QRIS: _l("QRIS"),
    PaymentMethod.SNAP: _l("Pembayaran daring"),
}
LINE_OUTCOMES = {
    Outcome.NOTHING: _l("Baris ini sudah dibukukan sebelumnya."),
    Outcome.PAID: _l("Uangnya dibukukan. Pesanan sudah dibayar dan diteruskan ke toko."),
    Outcome.LATE: _l("Dibukukan: terlambat. Yang barangnya masih ada diteruskan; sisanya dikembalikan ke pembeli."),
    Outcome.DOUBLE: _l("Dibukukan: dibayar dua kali. Uang ini dikembalikan ke pembeli."),
    Outcome.MISMATCH: _l("Dibukukan: jumlahnya berbeda. Putuskan di halaman pembayarannya: terima atau kembalikan."),
}
OUTCOMES = {
    Outcome.NOTHING: (_l("Tidak ada yang baru"), "done"),
    Outcome.PAID: (_l("Lunas"), "done"),
    Outcome.LATE: (_l("Terlambat"), "done"),
    Outcome.DOUBLE: (_l("Dibayar dua kali"), "waiting"),
    Outcome.MISMATCH: (_l("Jumlah berbeda"), "waiting"),
}
ASIDE_KINDS = {
    AsideKind.NOT_OURS: _l("Bukan pembayaran pesanan"),
    AsideKind.REFUND: _l("Pengembalian ke pembeli"),
}
MATCH_REASONS = {
    MatchReason.EXACT: _l("jumlah sama persis"),
    MatchReason.WHOLE_PRICE: _l("harga penuh, tanpa angka tanda"),
    MatchReason.CODE: _l("kode pembelian disebut"),
    MatchReason.NAME: _l("nama mirip"),
    MatchReason.CLOSE: _l("jumlah hampir sama"),
}
BOOKINGS = {
    Kind.CASH_SALE: _l("Penjualan tunai"),
    Kind.ONLINE_SALE: _l("Penjualan dibayar daring"),
    Kind.RELEASE: _l("Barang diterima: uang menjadi hak toko"),
    Kind.PROVIDER_FEE: _l("Biaya penyedia"),
    Kind.CREDIT: _l("Uang masuk milik pembeli"),
    Kind.COMPLETION: _l("Uang pembeli diterima sebagai pembayaran"),
    Kind.REFUND: _l("Pengembalian dijanjikan"),
    Kind.REFUND_SENT: _l("Pengembalian terkirim"),
    Kind.REFUND_FAILED: _l("Pengembalian gagal, dibukukan balik"),
    Kind.DISPUTE: _l("Sengketa: bagian toko ditahan"),
    Kind.DISPUTE_WON: _l("Sengketa menang: uang kembali ke toko"),
    Kind.DISPUTE_LOST: _l("Sengketa kalah: uang untuk pembeli"),
    Kind.DISPUTE_MONEY: _l("Uang sengketa ditarik atau dikembalikan bank"),
    Kind.DISPUTE_FEE: _l("Biaya sengketa"),
    Kind.CLAIM: _l("Komplain: bagian toko disisihkan"),
    Kind.CLAIM_CLOSED: _l("Komplain berakhir: bagian toko dilepas"),
    Kind.VOUCHER: _l("Voucher: bagian Gerakan menjadi hak toko"),
    Kind.VOUCHER_CHANGED: _l("Voucher: bagian Gerakan disesuaikan"),
}
ACCOUNTS = {
    "fee:commission": _l("komisi pasar"),
    "credit:customer": _l("titipan pembeli"),
    "transit:refund": _l("pengembalian dalam perjalanan"),
    "expense:provider_fee": _l("biaya penyedia, ditanggung pasar"),
    "expense:dispute": _l("biaya sengketa, ditanggung pasar"),
    "receivable:dispute": _l("uang sengketa di bank pembeli"),
    "cash:store": _l("tunai di tangan toko"),
    "payable:store": _l("hak toko"),
    "pending:store": _l("titipan untuk toko"),
    "disputed:store": _l("bagian toko dalam sengketa"),
    "bank:main": _l("rekening BeliNTT"),
    "expense:voucher": _l("voucher, ditanggung Gerakan Beli Produk NTT"),
    "expense:rounding": _l("selisih tanda bayar, ditanggung pasar"),
    "clearing:card": _l("uang di penyedia kartu"),
    "clearing:snap": _l("uang di Midtrans"),
}
"""By the code of the account, without the number of the shop."""


def account_words(code: str) -> str:
    """`payable:store:7` -> hak toko; an account without words of its own by its code."""
    words = ACCOUNTS.get(":".join(code.split(":")[:2]))
    return code if words is None else str(words)


def match_words(reasons: Iterable[MatchReason]) -> str:
    """What speaks for a payment, on one line."""
    return ", ".join(str(MATCH_REASONS[reason]) for reason in reasons)
