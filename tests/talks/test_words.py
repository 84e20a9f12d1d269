"""What may be said inside an order."""

from __future__ import annotations

import pytest

from marketplace.orders.rules import OrderStatus
from marketplace.talks import rules


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("Transfer ke BRI 0123 4567 8901 234 ya", "talks.names_account"),
        ("no rek: 123.456.7890", "talks.names_account"),
        ("Kirim DANA 0812 3456 7890", "talks.names_account"),
        ("ＢＣＡ １２３４５６７８９０", "talks.names_account"),
        ("b\u200bca 1234567890", "talks.names_account"),
        ("bayar di https://saweria.co/toko", "talks.pays_elsewhere"),
        ("Lebih murah kalau bayar di luar aplikasi", "talks.pays_elsewhere"),
        ("dasar g0bl0k", "talks.insults"),
        ("Saya ambil mandiri, telepon 0812-3456-7890", ""),
        ("Dananya sudah saya siapkan", ""),
        ("Se'i babi 500 gram, jam 17.00 tanggal 08.12.2026", ""),
        ("Totalnya Rp 1.250.000, resi JX1234567890", ""),
        ("", ""),
    ],
)
def test_what_is_refused(text: str, refusal: str) -> None:
    assert rules.refusal_of(text) == refusal


@pytest.mark.parametrize(
    "number",
    ["081234567890", "0812-3456-7890", "+62 812 3456 7890", "62.812.3456.789", "0 8 1 2 3 4 5 6 7 8 9", "0380-831234"],
)
def test_a_telephone_number_is_masked(number: str) -> None:
    assert rules.mask_phones(f"Hubungi {number} ya") == f"Hubungi {rules.MASK} ya"


def test_full_width_digits_are_digits() -> None:
    assert rules.mask_phones("０８１２３４５６７８９０") == rules.MASK


@pytest.mark.parametrize("text", ["08.12.2026 18.00", "Rp 85.000.000", "kode NTT-08AB12CD", "2 × 150 gram"])
def test_what_is_no_number_of_a_telephone_stays(text: str) -> None:
    assert rules.mask_phones(text) == text


def test_long_hostile_texts_take_no_time() -> None:
    for text in ("0" * 1000, "6 " * 500, "bca " * 250, "transfer " * 111):
        rules.refusal_of(text)
        rules.mask_phones(text)


def test_numbers_are_hidden_until_the_shop_has_said_yes() -> None:
    assert rules.hides_phones(OrderStatus.WAITING)
    assert not rules.hides_phones(OrderStatus.PROCESSING)
