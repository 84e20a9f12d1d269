"""Amounts in words, and what a receipt says of refunds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.receipts import rules

WORDS = {
    0: "nol rupiah",
    1: "satu rupiah",
    10: "sepuluh rupiah",
    11: "sebelas rupiah",
    12: "dua belas rupiah",
    20: "dua puluh rupiah",
    21: "dua puluh satu rupiah",
    100: "seratus rupiah",
    111: "seratus sebelas rupiah",
    200: "dua ratus rupiah",
    999: "sembilan ratus sembilan puluh sembilan rupiah",
    1_000: "seribu rupiah",
    1_001: "seribu satu rupiah",
    1_100: "seribu seratus rupiah",
    2_000: "dua ribu rupiah",
    11_000: "sebelas ribu rupiah",
    25_500: "dua puluh lima ribu lima ratus rupiah",
    100_000: "seratus ribu rupiah",
    101_000: "seratus satu ribu rupiah",
    1_000_000: "satu juta rupiah",
    1_001_000: "satu juta seribu rupiah",
    15_000_019: "lima belas juta sembilan belas rupiah",
    1_000_000_000: "satu miliar rupiah",
    2_001_500_000: "dua miliar satu juta lima ratus ribu rupiah",
    1_000_000_000_000: "satu triliun rupiah",
    999_000_000_001_000: "sembilan ratus sembilan puluh sembilan triliun seribu rupiah",
}


@pytest.mark.parametrize(("amount", "words"), WORDS.items())
def test_an_amount_is_written_as_it_is_read_out(amount: int, words: str) -> None:
    assert rules.in_words(amount) == words


VALUES = {word: value for value, word in enumerate(rules.DIGITS) if word}
SCALES = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}
SHORT = {"seratus": "satu ratus", "seribu": "satu ribu"}


def _read(text: str) -> int:
    """The amount that somebody understands who hears these words."""
    total = group = last = 0
    for word in " ".join(SHORT.get(word, word) for word in text.removesuffix(" rupiah").split()).split():
        if word in SCALES:
            total, group, last = total + (group + last) * SCALES[word], 0, 0
        elif word == "belas":
            last += 10
        elif word in ("puluh", "ratus"):
            group, last = group + last * (10 if word == "puluh" else 100), 0
        elif word != "nol":
            last = VALUES[word]
    return total + group + last


@given(st.integers(0, rules.LARGEST - 1))
def test_the_words_say_the_amount_and_no_other(amount: int) -> None:
    words = rules.in_words(amount)
    assert _read(words) == amount
    assert "  " not in words
    assert words == words.strip()


@pytest.mark.parametrize("amount", [-1, rules.LARGEST])
def test_what_is_no_amount_is_refused(amount: int) -> None:
    with pytest.raises(ValueError, match="amount"):
        rules.in_words(amount)


def _facts(total: int, *refunds: tuple[int, int]) -> dict[str, Any]:
    at = "2026-11-24T15:59:00+00:00"
    return {
        "order": "NTT-7K2M9QXA",
        "seller": {"name": "Dapur", "address": "Kupang", "phone": "+62", "nib": ""},
        "buyer": "Budi",
        "ordered_at": at,
        "paid_at": at,
        "method": "card",
        "is_pickup": False,
        "lines": [],
        "goods": total - 5_000,
        "delivery": 5_000,
        "total": total,
        "refunds": [{"goods": goods, "delivery": delivery, "at": at} for goods, delivery in refunds],
        "stamp_above": 5_000_000,
        "address": "",
        "site": "",
        "complaints": "",
    }


def _sheet(total: int, *refunds: tuple[int, int], version: int = 1) -> dict[str, Any]:
    return rules.sheet(_facts(total, *refunds), version, datetime(2026, 11, 30, 16, 0, tzinfo=UTC))


def test_what_went_back_is_told_and_taken_off() -> None:
    assert (_sheet(50_000)["standing"], _sheet(50_000)["refunds"]) == ("LUNAS", [])
    part = _sheet(50_000, (10_000, 0), (0, 5_000))
    assert part["standing"] == "LUNAS, DIKEMBALIKAN SEBAGIAN"
    assert part["left"] == "Rp35.000"
    assert [row["of"] for row in part["refunds"]] == ["barang Rp10.000", "ongkos kirim Rp5.000"]
    assert [row["amount"] for row in part["refunds"]] == ["-Rp10.000", "-Rp5.000"]
    assert _sheet(50_000, (45_000, 5_000))["standing"] == "DIKEMBALIKAN SELURUHNYA"


def test_times_are_those_of_ntt_and_the_months_are_written_out() -> None:
    sheet = _sheet(50_000)
    assert sheet["paid"] == "24 November 2026, 23.59 WITA"
    assert sheet["issued"] == "1 Desember 2026, 00.00 WITA"


def test_a_duty_stamp_is_due_above_five_million_and_not_at_it() -> None:
    assert not _sheet(5_000_000)["owes_stamp"]
    assert _sheet(5_000_001)["owes_stamp"]


def test_a_later_version_names_the_one_it_takes_the_place_of() -> None:
    assert (_sheet(50_000)["number"], _sheet(50_000)["replaces"]) == ("KW-7K2M9QXA-1", "")
    later = _sheet(50_000, version=2)
    assert (later["number"], later["replaces"]) == ("KW-7K2M9QXA-2", "KW-7K2M9QXA-1")
