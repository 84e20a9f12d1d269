"""The formats of permits, on numbers made by hand and at random."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.certificates.rules import (
    ABOUT,
    FORMATS,
    LONGEST_NUMBER,
    REGIONS,
    CertificateKind,
    Standing,
    check,
    expiry_from_number,
    normalise,
    printed,
    standing,
)

K = CertificateKind
TODAY = date(2026, 11, 24)

GOOD = [
    (K.NIB, "1234567890123", "1234567890123"),
    (K.NIB, "NIB: 1234-5678-90123".replace(":", ""), "1234567890123"),
    (K.PIRT, "P-IRT No. 206 5371 01 0001 - 27", "206537101000127"),
    (K.PIRT, "SPP-IRT 2065371010001-27", "206537101000127"),
    (K.PIRT, "815530101000131", "815530101000131"),
    (K.PIRT, "2065371010001–26", "206537101000126"),
    (K.BPOM_FOOD, "BPOM RI MD 123456789012", "MD123456789012"),
    (K.BPOM_FOOD, "ml 123456789012345", "ML123456789012345"),
    (K.BPOM_COSMETIC, "NA 18.2001.00001", "NA18200100001"),
    (K.BPOM_TRADITIONAL, "POM TR 123 456 789", "TR123456789"),
    (K.HALAL, "ID53110000012345678", "ID53110000012345678"),
    (K.HALAL, "id 53110-0000 1234 5678", "ID53110000012345678"),
    (K.IG, "IDG 000000123", "IDG000000123"),
    (K.BRAND, "IDM000123456", "IDM000123456"),
    (K.SLHS, "440/123/SLHS/2026", "440/123/SLHS/2026"),
    (K.SNI, "SNI 3553:2015", "SNI3553:2015"),
]
BAD = [
    (K.NIB, "", "certificates.number_missing"),
    (K.NIB, " .-", "certificates.number_missing"),
    (K.NIB, "123456789012", "certificates.nib_format"),
    (K.NIB, "12345678901234", "certificates.nib_format"),
    (K.NIB, "123456789012O", "certificates.nib_format"),
    (K.NIB, "١٢٣٤٥٦٧٨٩٠١٢٣", "certificates.number_missing"),
    (K.PIRT, "20653710100012", "certificates.pirt_format"),
    (K.PIRT, "20653710100012 7A", "certificates.pirt_format"),
    (K.PIRT, "006537101000127", "certificates.pirt_pack"),
    (K.PIRT, "906537101000127", "certificates.pirt_pack"),
    (K.PIRT, "200537101000127", "certificates.pirt_food"),
    (K.PIRT, "216537101000127", "certificates.pirt_food"),
    (K.PIRT, "206327101000127", "certificates.pirt_region"),
    (K.PIRT, "206532201000127", "certificates.pirt_region"),
    (K.PIRT, "206537101000125", "certificates.expired"),
    (K.PIRT, "206537101000132", "certificates.pirt_year"),
    (K.BPOM_FOOD, "MD 12345678901", "certificates.bpom_food_format"),
    (K.BPOM_FOOD, "NA 12345678901", "certificates.bpom_food_format"),
    (K.BPOM_COSMETIC, "MD 123456789012", "certificates.bpom_cosmetic_format"),
    (K.BPOM_TRADITIONAL, "TR 12345678", "certificates.bpom_traditional_format"),
    (K.HALAL, "ID5311000001234567", "certificates.halal_format"),
    (K.HALAL, "KH 123456", "certificates.halal_fatwa"),
    (K.IG, "IDM000123456", "certificates.ig_format"),
    (K.BRAND, "IDG000123456", "certificates.brand_format"),
    (K.SKP, "tanpa nomor", "certificates.free_format"),
    (K.NKV, "1" * 61, "certificates.free_format"),
]


@pytest.mark.parametrize(("kind", "typed", "kept"), GOOD)
def test_a_good_number_is_taken_however_it_is_typed(kind: K, typed: str, kept: str) -> None:
    result = check(kind, typed, TODAY)
    assert (result.ok, result.problem, result.normalised) == (True, None, kept)


@pytest.mark.parametrize(("kind", "typed", "problem"), BAD)
def test_a_bad_number_is_told_what_is_wrong(kind: K, typed: str, problem: str) -> None:
    result = check(kind, typed, TODAY)
    assert (result.ok, result.problem) == (False, problem)


def test_a_pirt_tells_about_itself() -> None:
    facts = check(K.PIRT, "206 5371 01 0001-27", TODAY).facts
    assert (facts.pack_type, facts.food_type, facts.region_code, facts.expiry_year) == (
        "plastik",
        "tepung",
        "53.71",
        2027,
    )


@given(
    pack=st.integers(1, 8),
    food=st.integers(1, 15),
    region=st.sampled_from(sorted(REGIONS)),
    serial=st.from_regex(r"[0-9]{6}", fullmatch=True),
    year=st.integers(26, 31),
)
def test_every_pirt_built_by_the_rule_is_taken_and_its_year_counts(
    pack: int, food: int, region: str, serial: str, year: int
) -> None:
    number = f"{pack}{food:02d}{region}{serial}{year}"
    result = check(K.PIRT, f"P-IRT {number[:13]}-{number[13:]}", TODAY)
    assert result.ok
    assert result.normalised == number
    assert result.facts.expiry_year == 2000 + year
    assert expiry_from_number(K.PIRT, number) == date(2000 + year, 12, 31)


@given(kind=st.sampled_from(K), text=st.text(max_size=80))
def test_no_text_breaks_the_check_and_what_is_kept_is_normal(kind: K, text: str) -> None:
    result = check(kind, text, TODAY)
    assert result.ok == (result.problem is None)
    assert len(result.normalised) <= LONGEST_NUMBER
    assert normalise(result.normalised) == result.normalised


@given(kind=st.sampled_from(K), data=st.data())
def test_what_is_printed_is_read_back_as_the_same_number(kind: K, data: st.DataObject) -> None:
    number = data.draw(st.from_regex(FORMATS[kind][0], fullmatch=True))
    if kind is K.HALAL:
        assert number.startswith("ID")
    assert check(kind, printed(kind, number), TODAY).normalised == number


@given(kind=st.sampled_from(K), number=st.from_regex(r"[0-9A-Z]{0,30}", fullmatch=True))
def test_only_its_own_format_passes(kind: K, number: str) -> None:
    if check(kind, number, TODAY).ok:
        assert FORMATS[kind][0].fullmatch(check(kind, number, TODAY).normalised)


@pytest.mark.parametrize("kind", K)
def test_the_example_of_every_kind_is_good(kind: K) -> None:
    assert check(kind, ABOUT[kind].example, TODAY).ok


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (None, Standing.VALID),
        (date(2026, 11, 23), Standing.EXPIRED),
        (date(2026, 11, 24), Standing.ENDING),
        (date(2027, 2, 22), Standing.ENDING),
        (date(2027, 2, 23), Standing.VALID),
    ],
)
def test_a_certificate_counts_until_its_last_day_and_warns_ninety_days_before(
    until: date | None, expected: Standing
) -> None:
    assert standing(K.HALAL, "ID53110000012345678", until, TODAY) is expected


def test_a_pirt_whose_year_has_gone_by_is_expired_without_any_day() -> None:
    assert standing(K.PIRT, "206537101000125", None, TODAY) is Standing.EXPIRED
    assert standing(K.PIRT, "206327101000127", None, TODAY) is Standing.ILL_FORMED
