"""Test cards and what happens to whoever pays with one (docs.stripe.com/testing)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """A test card. `code` and `decline` are Stripe's error and decline code; both empty when it pays."""

    number: str
    label: str
    brand: str = "visa"
    code: str = ""
    decline: str = ""
    message: str = ""  # Stripe's English words
    told: str = ""  # ours, to the buyer
    challenge: bool = False  # 3-D Secure asks the buyer first
    disputed: bool = False  # the payment is disputed afterwards

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def grouped(self) -> str:
        """The number as it stands on a card."""
        return " ".join(self.number[start : start + 4] for start in range(0, len(self.number), 4))


SUCCESS = "4242424242424242"
# By number, as the buyer gives it; the last four digits tell them apart as well.
CARDS = {
    card.number: card
    for card in (
        Card(SUCCESS, "Berhasil"),
        Card("4000000000000077", "Berhasil, dana langsung tersedia"),
        Card("4000002500003155", "Berhasil setelah disetujui (3-D Secure)", challenge=True),
        Card("4000000000003220", "Berhasil setelah disetujui (3-D Secure 2)", challenge=True),
        Card(
            "4000000000000002",
            "Ditolak bank",
            code="card_declined",
            decline="generic_decline",
            message="Your card was declined.",
            told="Kartu ditolak oleh bank. Coba kartu lain.",
        ),
        Card(
            "4000000000009995",
            "Ditolak, saldo tidak cukup",
            code="card_declined",
            decline="insufficient_funds",
            message="Your card has insufficient funds.",
            told="Saldo kartu tidak cukup. Coba kartu lain.",
        ),
        Card(
            "4000000000000069",
            "Ditolak, kartu kedaluwarsa",
            code="expired_card",
            decline="expired_card",
            message="Your card has expired.",
            told="Masa berlaku kartu sudah habis. Coba kartu lain.",
        ),
        Card("4000000000000259", "Berhasil, lalu disengketakan pembeli", disputed=True),
    )
}
BY_LAST4 = {card.last4: card for card in CARDS.values()}
