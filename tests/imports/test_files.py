"""Files as sellers have them: every kind that is taken, what people leave in them, and what only looks like one."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product, Variant
from marketplace.imports.adapters import reading
from marketplace.imports.adapters.writing import to_xlsx
from marketplace.imports.models import ImportRow, SheetImport
from marketplace.imports.rules import MOST_ROWS, Verdict
from tests import make
from tests.catalog.people import Shop, shop

HEADER = ("Nama produk", "Harga", "Stok", "Berat", "Kategori")
ROW = ("Bakul Lontar", 25_000, 3, 400, "Anyaman")


@pytest.fixture
def mine(client: FlaskClient, db: SQLAlchemy) -> Shop:
    """Ina's shop; the client is hers."""
    store = shop()
    make.sign_in_client(client, store.owner)
    return store


def workbook(write: Callable[[Any, Any], None], *names: str) -> bytes:
    """A workbook; `write(book, sheet)` fills the last of its sheets."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    pages = [book.add_worksheet(name) for name in names or ("Produk",)]
    write(book, pages[-1])
    book.close()
    return out.getvalue()


def taken_in(
    client: FlaskClient, db: SQLAlchemy, mine: Shop, content: bytes, name: str = "daftar.xlsx"
) -> list[tuple[int, int, int]]:
    """Take the sheet in: price, stock and weight of each form."""
    make.taken_in(client, make.checked_sheet(client, mine.id, content, name))
    return shelf(db)


def shelf(db: SQLAlchemy) -> list[tuple[int, int, int]]:
    """Price, stock and weight of each form."""
    query = sa.select(Variant.price, Variant.on_hand, Variant.weight).order_by(Variant.id)
    return [(row.price, row.on_hand, row.weight) for row in db.session.execute(query)]


# --- kinds -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("daftar.xls", make.xls_sheet(HEADER, ROW)),
        ("daftar.ods", make.ods_sheet(HEADER, ROW)),
        ("daftar.xlsx", make.xlsx_sheet(HEADER, ROW)),
        ("daftar.csv", make.csv_sheet(ROW, header=HEADER).decode().encode("cp1252")),
        ("daftar.txt", make.csv_sheet(ROW, header=HEADER, mark="\t").decode().encode("utf-16")),
        ("apa saja.dat", make.csv_sheet(ROW, header=HEADER, mark=",")),
    ],
)
def test_every_kind_of_file_goes_in(client: FlaskClient, db: SQLAlchemy, mine: Shop, name: str, content: bytes) -> None:
    assert taken_in(client, db, mine, content, name) == [(25_000, 3, 400)]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_letters_survive_the_encodings_of_excel(encoding: str) -> None:
    text = "Nama;Harga;Keterangan\r\nKopi é Ruteng;15000;Café – “asli” dari Manggarai\r\n"
    if encoding in ("utf-16-le", "utf-16-be"):
        text = text.replace("–", "-").replace("“", "'").replace("”", "'")
    rows = list(reading.rows(text.encode(encoding), ""))
    assert rows[1][1][0] == "Kopi é Ruteng"
    assert rows[1][1][2].startswith("Café ")
    assert rows[1][1][2].endswith("dari Manggarai")


# --- what people leave in them ---------------------------------------------


@pytest.mark.parametrize(
    ("price", "stock", "weight", "expected"),
    [
        ("Rp 25.000", "3 buah", "1,5 kg", (25_000, 3, 1500)),
        ("25.000,00", "3,0", "400 gr", (25_000, 3, 400)),
        ("25000", "3", "4 ons", (25_000, 3, 400)),
        ("25rb", "habis", "0,4 kg", (25_000, 0, 400)),
        (25_000.0, 3.0, 400.0, (25_000, 3, 400)),
    ],
)
@pytest.mark.parametrize("sheet", [make.xlsx_sheet, make.ods_sheet, make.xls_sheet])
def test_numbers_as_people_write_them(
    client: FlaskClient,
    db: SQLAlchemy,
    mine: Shop,
    sheet: Callable[..., bytes],
    price: object,
    stock: object,
    weight: object,
    expected: tuple[int, int, int],
) -> None:
    content = sheet(HEADER, ("Bakul Lontar", price, stock, weight, "Anyaman"))
    assert taken_in(client, db, mine, content, "daftar.sheet") == [expected]


def test_merged_cells_name_all_forms_below_them(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 4, "DAFTAR BARANG MAMA INA", book.add_format({"bold": True}))
        sheet.write_row(2, 0, ("Nama produk", "Varian", "Harga", "Stok", "Kategori"))
        sheet.merge_range(3, 0, 5, 0, "Bakul Lontar")
        for place, form in enumerate(("Kecil", "Sedang", "Besar")):
            sheet.write_row(3 + place, 1, (form, 10_000 + place * 5000, place, "Anyaman"))

    assert taken_in(client, db, mine, workbook(write)) == [(10_000, 0, 0), (15_000, 1, 0), (20_000, 2, 0)]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Product)) == 1


def test_of_formulas_and_dates_the_values_are_taken(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ("Nama produk", "Harga", "Stok", "Keterangan", "Kategori"))
        sheet.write_string(1, 0, "Bakul Lontar")
        sheet.write_formula(1, 1, "=20000*1.25", None, 25_000)
        sheet.write_formula(1, 2, "=1+2", None, 3)
        sheet.write_datetime(1, 3, date(2026, 11, 24), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_string(1, 4, "Anyaman")

    content = workbook(write)
    assert list(reading.rows(content, "Produk"))[1][1] == ["Bakul Lontar", "25000", "3", "24-11-2026", "Anyaman"]
    assert taken_in(client, db, mine, content) == [(25_000, 3, 0)]


def test_empty_rows_with_a_look_are_no_rows() -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ROW)
        coloured = book.add_format({"bg_color": "#FFFF00"})
        for number in range(2, MOST_ROWS + 3000):
            sheet.write_blank(number, 0, None, coloured)

    assert [number for number, _ in reading.rows(workbook(write), "Produk")] == [1, 2]


def test_hidden_sheets_are_not_offered_and_others_can_be_chosen(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    def write(book: Any, sheet: Any) -> None:
        hidden, other = book.worksheets()[:2]
        hidden.write_row(0, 0, ("rahasia", "Harga"))
        other.write_row(0, 0, ("Catatan", "Isi"))
        other.write_row(1, 0, ("Buka jam", "delapan"))
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ROW)
        other.activate()
        hidden.hide()

    content = workbook(write, "_rahasia", "Catatan", "Barang")
    assert reading.sheet_names(content) == ["Catatan", "Barang"]
    where = make.hand_in_sheet(client, mine.id, content, "daftar.xlsx").location
    assert "rahasia" not in client.get(where).text
    assert client.post(f"{where}/lembar", data={"lembar": "_rahasia"}).status_code == 404
    client.post(f"{where}/lembar", data={"lembar": "Barang"})
    guessed = make.guessed(client.get(where).text)
    assert guessed["kolom-1"] == "price"


def test_the_sheet_of_an_import_older_than_the_newest_is_found(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = make.hand_in_sheet(client, mine.id, make.xlsx_sheet(HEADER, ROW, sheets=("Satu", "Dua"))).location
    first = db.session.scalars(sa.select(SheetImport)).one()
    kept = {column.name: getattr(first, column.name) for column in SheetImport.__table__.columns}
    rows = [{**kept, "id": first.id + i, "file_key": f"lain-{i}"} for i in range(1, 25)]
    db.session.execute(sa.insert(SheetImport), rows)
    db.session.commit()
    assert client.post(f"{where}/lembar", data={"lembar": "Dua", "baris": "1"}).status_code == 303
    lost = f"/penjual/impor/{first.id + 5}"
    assert client.post(f"{lost}/lembar", data={"lembar": "Dua", "baris": "1"}).status_code == 404


# --- what only looks like a sheet ------------------------------------------


def bomb() -> bytes:
    """A workbook of a few kilobytes that unpacks to hundreds of megabytes, one part after the other."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for number in range(10):
            book.writestr(f"xl/worksheets/sheet{number}.xml", b" " * 30 * 1024 * 1024)
    return out.getvalue()


HOSTILE = {
    "kosong.csv": b"",
    "hanya-spasi.csv": b"\xef\xbb\xbf  \r\n\t\r\n",
    "bom.xlsx": bomb(),
    "program.xlsx": b"MZ\x90\x00\x03\x00\x00\x00\x04\x00" + bytes(range(256)) * 40,
    "program.csv": bytes(range(1, 256)) * 40,
    "lebar.xlsx": make.xlsx_sheet([f"K{i}" for i in range(300)], list(range(300))),
    "lebar.csv": ";".join(f"K{i}" for i in range(300)).encode(),
    "rusak.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 4000,
    "terpotong.xlsx": make.xlsx_sheet(HEADER, ROW)[:1500],
    "terpotong.ods": make.ods_sheet(HEADER, ROW)[:700],
    "gambar.xlsx": b"\x89PNG\r\n\x1a\n" + b"x" * 400,
    "bukan.xlsx": make.docx(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_sheet_is_refused_at_its_field(client: FlaskClient, db: SQLAlchemy, mine: Shop, name: str) -> None:
    answer = make.hand_in_sheet(client, mine.id, HOSTILE[name], name)
    assert answer.status_code == 422
    assert re.search(r'id="file-galat">[^<]{12,}<', answer.text), "in words"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SheetImport)) == 0


# --- what goes out again ---------------------------------------------------


def test_cells_that_begin_like_formulas_go_out_as_texts() -> None:
    odd = ["=1+1", "+62811", "-5000", "@cmd", "'sudah"]
    content = to_xlsx(["Nama"] * 5, [odd], marks={0: 0})
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
        styles = package.read("xl/styles.xml").decode()
    assert "<f>" not in sheet
    assert styles.count('quotePrefix="1"') >= 2
    assert list(reading.rows(content, "Produk"))[1][1] == [*odd[:4], "''sudah"]


def test_marked_rows_come_back_as_they_were_and_are_no_formulas(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    where = make.checked_sheet(
        client, mine.id, make.csv_sheet(("=HYPERLINK(1)", "-5000", 1, 1, "Anyaman"), header=HEADER)
    )
    assert db.session.scalars(sa.select(ImportRow.verdict)).one() is Verdict.BAD
    text = client.get(f"{where}/perbaiki/csv").data.decode("utf-8-sig").splitlines()[1]
    assert text.startswith("'=HYPERLINK(1);'-5000;")
    workbook_rows = list(reading.rows(client.get(f"{where}/perbaiki/xlsx").data, "Produk"))
    assert workbook_rows[1][1][:2] == ["=HYPERLINK(1)", "-5000"]
