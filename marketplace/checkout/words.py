"""What a buyer reads about paying."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from marketplace.payments.rules import PaymentMethod, Trouble

METHODS = {
    PaymentMethod.CASH: (
        "banknote",
        _l("Bayar tunai"),
        _l("Bayar di toko saat mengambil, atau ke pengantar saat barang tiba."),
    ),
    PaymentMethod.CARD: (
        "credit-card",
        _l("Kartu debit atau kredit"),
        _l("Visa, Mastercard, dan lainnya. Anda membayar sekarang di halaman Stripe yang aman."),
    ),
    PaymentMethod.TRANSFER: (
        "landmark",
        _l("Transfer bank"),
        _l("Dari aplikasi bank atau ATM ke rekening BeliNTT. Rekening dan jumlahnya tampil setelah memesan."),
    ),
    PaymentMethod.QRIS: (
        "qr-code",
        _l("QRIS"),
        _l("Pindai kode, atau simpan gambarnya lalu buka di aplikasi bank atau dompet di HP yang sama."),
    ),
    PaymentMethod.SNAP: (
        "wallet",
        _l("QRIS, virtual account, atau dompet digital"),
        _l("GoPay, ShopeePay, aplikasi bank, dan lainnya. Anda memilih dan membayar sekarang di halaman Midtrans."),
    ),
}
"""Icon, name and note of each way to pay."""
PAGES = {
    PaymentMethod.CARD: (
        "credit-card",
        _l("Bayar dengan kartu"),
        _l(
            "Anda membayar di halaman Stripe. Nomor kartu Anda tidak pernah sampai ke kami. Setelah membayar, Anda"
            " kembali ke sini."
        ),
    ),
    PaymentMethod.SNAP: (
        "wallet",
        _l("Pilih cara dan bayar"),
        _l(
            "Di halaman Midtrans Anda memilih QRIS, virtual account, atau dompet digital. Selesaikan sebelum waktunya"
            " habis, lalu kembali ke sini: pembayaran Anda kami lihat dengan sendirinya."
        ),
    ),
}
"""On the page of a payment: the icon and the words of its button, and what comes next."""
TEST_NOTE = _l("Ini pasar percobaan: tidak ada uang sungguhan yang berpindah.")
TROUBLES = {
    Trouble.DECLINED: _l("Bank menolak kartu itu, dan tidak ada uang yang diambil. Coba kartu lain."),
    Trouble.NO_FUNDS: _l("Saldo atau limit kartu itu tidak cukup. Tidak ada uang yang diambil. Coba kartu lain."),
    Trouble.CARD_EXPIRED: _l("Masa berlaku kartu itu sudah lewat. Coba kartu lain."),
    Trouble.NOT_AUTHENTICATED: _l(
        "Bank tidak mendapat persetujuan Anda (3-D Secure). Tidak ada uang yang diambil. Coba lagi, atau kartu lain."
    ),
    Trouble.TOO_SMALL: _l("Jumlahnya terlalu kecil untuk dibayar dengan kartu."),
    Trouble.OTHER: _l("Pembayaran tidak berhasil, dan tidak ada uang yang diambil. Coba lagi."),
}
DECLINED_THERE = {
    (PaymentMethod.SNAP, Trouble.DECLINED): _l(
        "Pembayaran itu ditolak, dan tidak ada uang yang diambil. Coba lagi, atau pilih cara lain."
    ),
}
"""The same where there is no card."""
