"""Numbers as people type them, columns as people call them, sheets as people make them."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.imports.adapters import reading
from marketplace.imports.adapters.writing import to_csv
from marketplace.imports.rules import (
    MOST_ROWS,
    BadSheet,
    Field,
    Unreadable,
    find_header,
    guess,
    neutral,
    parse,
    pieces,
    plain,
    rupiah,
    weight,
)
from tests import make


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("15000", 15_000),
        ("15.000", 15_000),
        ("Rp 15.000,-", 15_000),
        ("15000.0", 15_000),
        ("Rp15.000/kg", 15_000),
        ("15rb", 15_000),
        ("1,5 jt", 1_500_000),
        ("1.500.000,00", 1_500_000),
        ("15,000.00", 15_000),
    ],
)
def test_rupiah_as_they_are_typed(text: str, amount: int) -> None:
    assert rupiah(text) == amount


@pytest.mark.parametrize("text", ["", "murah", "15.5", "15.00.000", "1,2,3", "-5000", "=1+1", "1e9", "9" * 40])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        rupiah(text)


@given(st.integers(0, 10**11))
def test_an_amount_with_dots_is_read_as_it_was_written(amount: int) -> None:
    dotted = f"{amount:,}".replace(",", ".")
    assert rupiah(dotted) == rupiah(f"Rp {dotted},-") == rupiah(f"{amount}.0") == amount


@given(st.text(max_size=40))
def test_nothing_typed_ever_breaks_the_reading(text: str) -> None:
    for read in (rupiah, weight, pieces):
        try:
            assert read(text) >= 0
        except Unreadable:
            continue


@given(st.text(max_size=40))
def test_a_cell_comes_back_as_it_went_out_and_is_no_formula(text: str) -> None:
    assert plain(neutral(text)) == text
    assert not neutral(text).startswith(("=", "+", "-", "@"))


def test_weights_and_pieces() -> None:
    assert [weight(text) for text in ("250", "1,5 kg", "0.5kg", "2 ons", "1.500 gr")] == [250, 1500, 500, 200, 1500]
    assert [pieces(text) for text in ("12", "12 buah", "habis", "1.000", "12.0")] == [12, 12, 0, 1000, 12]


def test_the_header_is_found_below_a_title_and_columns_are_guessed() -> None:
    rows = [["DAFTAR BARANG MAMA INA"], [], ["No", "Nama Barang", "Hrg", "Sisa"], ["1", "Bakul", "15.000", "3"]]
    assert find_header(rows) == 2
    assert guess(rows[2], rows[3:]) == {"1": "name", "2": "price", "3": "stock"}
    assert guess(rows[2], rows[3:], {"hrg": "", "sisa": "price"})["3"] == "price"


def test_columns_without_names_are_guessed_by_what_lies_in_them() -> None:
    samples = [["1", "Keripik Pisang", "15.000"], ["2", "Sambal Lu'at", "25.000"]]
    assert guess(["", "", ""], samples) == {"1": "name", "2": "price"}


def test_a_form_without_a_name_belongs_to_the_row_above() -> None:
    mapping = {"0": "name", "1": "variant", "2": "price"}
    assert parse(3, ["", "Kecil", "9000"], mapping, above="Bakul").words[Field.NAME] == "Bakul"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("mark", [";", "\t", ","])
def test_text_files_of_any_kind(encoding: str, mark: str) -> None:
    text = make.csv_sheet(("A1", "Kopi Ruteng café", "", "15000", "3", ""), mark=mark).decode()
    found = list(reading.rows(text.encode(encoding), ""))
    assert found[1][0] == 2
    assert found[1][1][:4] == ["A1", "Kopi Ruteng café", "", "15000"]


def test_quoted_line_breaks_stay_in_their_cell() -> None:
    assert list(reading.rows(b'nama;harga\n"dua\nbaris";5000\n', ""))[1][1] == ["dua\nbaris", "5000"]


def test_a_workbook_with_numbers_and_empty_rows() -> None:
    content = make.xlsx_sheet(["Nama", "Harga"], [], ["Bakul", 15000.0], sheets=("Kosong", "Isi"))
    assert reading.sheet_names(content) == ["Kosong", "Isi"]
    assert list(reading.rows(content, "Isi")) == [(1, ["Nama", "Harga"]), (3, ["Bakul", "15000"])]


def refusal(content: bytes, sheet: str = "") -> str:
    try:
        names = reading.sheet_names(content)
        list(reading.rows(content, sheet or names[-1]))
    except BadSheet as trouble:
        return trouble.message_id
    return ""


def package(part: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", part)
    return out.getvalue()


def test_what_does_harm_is_refused_in_plain_words() -> None:
    assert refusal(b"") == "imports.empty"
    assert refusal(b"%PDF-1.7 ...") == "imports.not_a_sheet"
    assert refusal(b"PK\x03\x04 broken") == "imports.not_a_sheet"
    assert refusal(package(b"0" * 61 * 1024 * 1024)) == "imports.unpacks_too_large"
    assert refusal(package(b'<!DOCTYPE x [<!ENTITY a "b">]><x/>')) == "imports.not_a_sheet"
    assert refusal(package(b'<c r="A1048576" t="s"><v>1</v></c>')) == "imports.too_many_rows"
    assert refusal(package(b'<c r="XFD1"><v>1</v></c>')) == "imports.too_many_columns"
    assert refusal(b"nama;harga\n" + b"a;1\n" * (MOST_ROWS + 1)) == "imports.too_many_rows"
    assert refusal(b";".join([b"x"] * 70)) == "imports.too_many_columns"
    assert refusal(b"x" * (9 * 1024 * 1024)) == "imports.too_large"
    assert refusal(b'nama;harga\n"' + b"x" * 2_000_000 + b'";1\n') == "imports.not_a_sheet"


def test_a_formula_goes_out_as_text() -> None:
    assert b"'=HYPERLINK" in to_csv([["=HYPERLINK(1)", 5]])
