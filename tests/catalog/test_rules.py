"""Words, blocked goods and the papers that goods need."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules import Needs, blocked_word, fold, missing_kinds, slug_of
from marketplace.certificates.rules import CertificateKind as Kind

HOME_FOOD = Needs((Kind.PIRT, Kind.HALAL), (Kind.HALAL,))
FROZEN_MEAT = Needs((Kind.PIRT, Kind.HALAL), (Kind.BPOM_FOOD, Kind.NKV, Kind.HALAL))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Se’i Sapi", "sei sapi"),
        ("SE'I  sapi!", "sei sapi"),
        ("Sambal Lu'at – 150 g", "sambal luat 150 g"),
        ("Kopi “Détusoko”", "kopi detusoko"),
        ("", ""),
        ("  …  ", ""),
    ],
)
def test_text_is_folded_as_people_search(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=300))
def test_a_slug_is_never_empty_nor_too_long(text: str) -> None:
    slug = slug_of(text)
    assert 0 < len(slug) <= 100
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")
    assert not slug.endswith("-")


def test_a_long_name_is_cut_at_a_word() -> None:
    assert slug_of("kain " * 30) == "-".join(["kain"] * 20)


@pytest.mark.parametrize(
    "text",
    [
        "Moke Aimere 600 ml",
        "SOPI kepala",
        "Tuak putih segar",
        "Arak Bali",
        "Minuman  keras",
        "Rokok kretek",
        "Daun tembakau iris",
        "Parang Sumba asli",
        "pedang panjang",
        "gelang akar-bahar",
        "Sisik penyu",
        "Obat keras",
        "Móke",
    ],
)
def test_goods_that_may_not_be_sold_are_named(text: str) -> None:
    assert blocked_word(text)


@pytest.mark.parametrize(
    "text",
    [
        "Kue cucur dari Tuak Daun Merah",
        "Gula dari tuak manis",
        "Selendang untuk arak-arakan",
        "Kain motif parang",
        "Sopian tidak diblokir",
        "Gelang resin, bukan akar bahar",
        "Mokena",
        "Sarung Sabu Raijua",
        "Kain motif penyu dan rusa",
        "Keripik pisang tanpa minyak curah",
        "Anggur laut segar",
    ],
)
def test_harmless_words_pass(text: str) -> None:
    assert blocked_word(text) is None


def test_home_food_needs_its_permit_and_halal() -> None:
    needed = HOME_FOOD.of(is_perishable=False, is_not_halal=False)
    assert needed == (Kind.PIRT, Kind.HALAL)
    assert missing_kinds(needed, [Kind.HALAL], is_perishable=False) == (Kind.PIRT,)
    assert missing_kinds(needed, [Kind.BPOM_FOOD, Kind.HALAL], is_perishable=False) == ()


def test_food_eaten_within_days_needs_no_permit_but_halal() -> None:
    assert HOME_FOOD.of(is_perishable=True, is_not_halal=False) == (Kind.HALAL,)


def test_what_says_tidak_halal_needs_no_halal_certificate() -> None:
    assert HOME_FOOD.of(is_perishable=False, is_not_halal=True) == (Kind.PIRT,)
    assert HOME_FOOD.of(is_perishable=False, is_not_halal=False, halal_is_due=False) == (Kind.PIRT,)


def test_frozen_meat_needs_bpom_unless_a_kitchen_serves_it() -> None:
    needed = FROZEN_MEAT.of(is_perishable=True, is_not_halal=True)
    assert missing_kinds(needed, [Kind.PIRT], is_perishable=True) == (Kind.BPOM_FOOD, Kind.NKV)
    assert missing_kinds(needed, [Kind.SLHS], is_perishable=True) == ()
    assert missing_kinds(needed, [Kind.SLHS], is_perishable=False) == (Kind.BPOM_FOOD, Kind.NKV)
