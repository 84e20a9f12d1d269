"""The formats of permits, on numbers made by hand and at random."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.certificates.rules import (
    LONGEST_NUMBER,
    REGIONS,
    About,
    Standing,
    check,
    expiry_from_number,
    fits,
    last_day_of,
    normalise,
    parse,
    standing,
)
from marketplace.core.errors import Invalid
from tests.make.certificates import types

T = types()
TODAY = date(2026, 11, 24)

GOOD = [
    ("nib", "1234567890123", "1234567890123"),
    ("nib", "NIB 1234-5678-90123", "1234567890123"),
    ("npwp", "NPWP 09.254.294.3-407.000", "092542943407000"),
    ("npwp", "5371 0112 3456 0001", "5371011234560001"),
    ("tkdn", "1234/SJ-IND.8/TKDN/11/2026", "1234/SJIND8/TKDN/11/2026"),
    ("pirt", "P-IRT No. 206 5371 01 0001 - 27", "206537101000127"),
    ("pirt", "SPP-IRT 2065371010001-27", "206537101000127"),
    ("pirt", "815530101000131", "815530101000131"),
    ("pirt", "2065371010001–26", "206537101000126"),
    ("bpom_food", "BPOM RI MD 123456789012", "MD123456789012"),
    ("bpom_food", "ml 123456789012345", "ML123456789012345"),
    ("bpom_cosmetic", "NA 18.2001.00001", "NA18200100001"),
    ("bpom_traditional", "POM TR 123 456 789", "TR123456789"),
    ("halal", "ID53110000012345678", "ID53110000012345678"),
    ("halal", "id 53110-0000 1234 5678", "ID53110000012345678"),
    ("ig", "IDG 000000123", "IDG000000123"),
    ("brand", "IDM000123456", "IDM000123456"),
    ("slhs", "440/123/SLHS/2026", "440/123/SLHS/2026"),
    ("sni", "SNI 3553:2015", "SNI3553:2015"),
]
BAD = [
    ("nib", "", "certificates.number_missing"),
    ("nib", " .-", "certificates.number_missing"),
    ("nib", "123456789012", "certificates.format"),
    ("nib", "12345678901234", "certificates.format"),
    ("nib", "123456789012O", "certificates.format"),
    ("nib", "١٢٣٤٥٦٧٨٩٠١٢٣", "certificates.number_missing"),
    ("pirt", "20653710100012", "certificates.format"),
    ("pirt", "20653710100012 7A", "certificates.format"),
    ("pirt", "006537101000127", "certificates.pirt_pack"),
    ("pirt", "906537101000127", "certificates.pirt_pack"),
    ("pirt", "200537101000127", "certificates.pirt_food"),
    ("pirt", "216537101000127", "certificates.pirt_food"),
    ("pirt", "206327101000127", "certificates.pirt_region"),
    ("pirt", "206532201000127", "certificates.pirt_region"),
    ("pirt", "206537101000125", "certificates.expired"),
    ("pirt", "206537101000132", "certificates.pirt_year"),
    ("bpom_food", "MD 12345678901", "certificates.format"),
    ("bpom_food", "NA 12345678901", "certificates.format"),
    ("bpom_cosmetic", "MD 123456789012", "certificates.format"),
    ("bpom_traditional", "TR 12345678", "certificates.format"),
    ("halal", "ID5311000001234567", "certificates.format"),
    ("halal", "KH 123456", "certificates.halal_fatwa"),
    ("ig", "IDM000123456", "certificates.format"),
    ("brand", "IDG000123456", "certificates.format"),
    ("skp", "tanpa nomor", "certificates.free_format"),
    ("nkv", "1" * 61, "certificates.free_format"),
]


@pytest.mark.parametrize(("kind", "typed", "kept"), GOOD)
def test_a_good_number_is_taken_however_it_is_typed(kind: str, typed: str, kept: str) -> None:
    result = check(T[kind], typed, TODAY)
    assert (result.ok, result.problem, result.normalised) == (True, None, kept)


@pytest.mark.parametrize(("kind", "typed", "problem"), BAD)
def test_a_bad_number_is_told_what_is_wrong(kind: str, typed: str, problem: str) -> None:
    result = check(T[kind], typed, TODAY)
    assert (result.ok, result.problem) == (False, problem)


def test_a_pirt_tells_about_itself() -> None:
    facts = check(T["pirt"], "206 5371 01 0001-27", TODAY).facts
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
    result = check(T["pirt"], f"P-IRT {number[:13]}-{number[13:]}", TODAY)
    assert result.ok
    assert result.normalised == number
    assert result.facts.expiry_year == 2000 + year
    assert expiry_from_number(T["pirt"], number) == date(2000 + year, 12, 31)


@given(about=st.sampled_from(list(T.values())), text=st.text(max_size=80))
def test_no_text_breaks_the_check_and_what_is_kept_is_normal(about: About, text: str) -> None:
    result = check(about, text, TODAY)
    assert result.ok == (result.problem is None)
    assert len(result.normalised) <= LONGEST_NUMBER
    assert normalise(result.normalised) == result.normalised


@given(about=st.sampled_from([about for about in T.values() if about.pattern]), data=st.data())
def test_what_is_printed_is_read_back_as_the_same_number(about: About, data: st.DataObject) -> None:
    mask = data.draw(st.sampled_from(parse(about.pattern)))
    number = data.draw(st.from_regex(mask.regex, fullmatch=True))
    assert check(about, about.printed(number), TODAY).normalised == number


@given(about=st.sampled_from(list(T.values())), number=st.from_regex(r"[0-9A-Z]{0,30}", fullmatch=True))
def test_only_its_own_form_passes(about: About, number: str) -> None:
    result = check(about, number, TODAY)
    assert not result.ok or fits(about.pattern, result.normalised)


@pytest.mark.parametrize("about", T.values(), ids=T)
def test_the_example_of_every_type_is_good_and_printed_as_written(about: About) -> None:
    result = check(about, about.example, TODAY)
    assert result.ok
    assert not about.pattern or about.printed(result.normalised) == about.example


def test_a_misfit_says_what_is_right() -> None:
    result = check(T["nib"], "123", TODAY)
    assert result.values == {"label": "NIB", "form": "13 angka", "example": "1234567890123"}


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
    assert standing(T["halal"], "ID53110000012345678", until, TODAY) is expected


def test_a_pirt_whose_year_has_gone_by_is_expired_without_any_day() -> None:
    assert standing(T["pirt"], "206537101000125", None, TODAY) is Standing.EXPIRED
    assert standing(T["pirt"], "206327101000127", None, TODAY) is Standing.ILL_FORMED


@pytest.mark.parametrize(
    ("code", "number", "until", "kept"),
    [
        ("pirt", "206537101000127", None, date(2027, 12, 31)),
        ("pirt", "206537101000127", date(2027, 6, 1), date(2027, 6, 1)),
        ("halal", "ID53110000012345678", None, None),
        ("bpom_food", "MD123456789012", date(2031, 11, 20), date(2031, 11, 20)),
        ("nkv", "NKV1", None, None),
    ],
)
def test_the_last_day_is_what_was_said_or_what_the_number_tells(
    code: str, number: str, until: date | None, kept: date | None
) -> None:
    assert last_day_of(T[code], number, until, TODAY) == kept


@pytest.mark.parametrize(
    ("code", "number", "until", "problem"),
    [
        ("bpom_food", "MD123456789012", None, "certificates.until_needed"),
        ("bpom_food", "MD123456789012", date(2026, 11, 23), "certificates.expired"),
        ("bpom_food", "MD123456789012", date(2036, 1, 1), "certificates.until_too_late"),
        ("pirt", "206537101000127", date(2028, 1, 1), "certificates.later_than_number"),
    ],
)
def test_a_last_day_that_cannot_be_is_refused(code: str, number: str, until: date | None, problem: str) -> None:
    with pytest.raises(Invalid) as refusal:
        last_day_of(T[code], number, until, TODAY)
    assert (refusal.value.message_id, refusal.value.field) == (problem, "valid_until")


# --- the language of masks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "number", "printed"),
    [
        ("#{13}", "1234567890123", "1234567890123"),
        ("[P-IRT ]#{13}-##", "206537101000127", "P-IRT 2065371010001-27"),
        ("MD #{12-15}\nML #{12-15}", "ML12345678901234", "ML 12345678901234"),
        ("@@*.###/#{4}", "ABC123/2026", "ABC.123/2026"),
        ("#{4}", "12A4", "12A4"),
    ],
)
def test_a_mask_prints_what_fits_it(pattern: str, number: str, printed: str) -> None:
    assert About("x", "X", "Y", "1", pattern=pattern).printed(number) == printed


@pytest.mark.parametrize(
    "pattern",
    [
        "#{13",
        "#{}",
        "#{0}",
        "#{5-2}",
        "#{61}",
        "##",
        "(#+)+$",
        "#{1-60}#{1-60}",
        "#{2-20}#{2-20}",
        "abc#{4}",
        "###[P-IRT ]",
        "[[##]]###",
        "###\x00",
        "#{3}$",
        "#*|#{3}",
        "\n".join(["#{4}"] * 7),
        "#{4} " * 80,
    ],
)
def test_what_is_no_mask_is_refused(pattern: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(pattern)
    assert refusal.value.field == "pattern"


@given(pattern=st.text(alphabet="#@*{}-0123456789AB/:()[] .\n|+?^$\\", max_size=40), number=st.text(max_size=60))
def test_whatever_is_typed_as_a_mask_is_refused_or_works(pattern: str, number: str) -> None:
    try:
        masks = parse(pattern)
    except Invalid:
        return
    for mask in masks:
        mask.printed(normalise(number))
