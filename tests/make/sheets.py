"""Sheets for tests: as sellers make them."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.core import outbox

SHEET_HEADER = ("Kode barang", "Nama produk", "Varian", "Harga", "Stok", "Kategori")


def csv_sheet(*rows: Sequence[object], header: Sequence[str] = SHEET_HEADER, mark: str = ";") -> bytes:
    """A text file with these rows below the header."""
    lines = [mark.join(map(str, row)) for row in (header, *rows)]
    return "\n".join(lines).encode()


def xlsx_sheet(*rows: Sequence[object], sheets: Sequence[str] = ("Produk",)) -> bytes:
    """A workbook whose last sheet has exactly these rows."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    pages = [book.add_worksheet(name) for name in sheets]
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell != "":
                pages[-1].write(number, column, cell)
    book.close()
    return out.getvalue()


def hand_in_sheet(client: FlaskClient, store_id: int, content: bytes, name: str = "daftar.csv") -> TestResponse:
    """Hand a sheet in, as the form does."""
    data = {"store_id": str(store_id), "file": (io.BytesIO(content), name)}
    return client.post("/penjual/impor", data=data, content_type="multipart/form-data")


def checked_sheet(client: FlaskClient, store_id: int, content: bytes, name: str = "daftar.csv") -> str:
    """Hand a sheet in, take the guesses for its columns, and let the worker look at it: the import's address."""
    answer = hand_in_sheet(client, store_id, content, name)
    assert answer.status_code == 303, answer.text
    where = answer.location
    assert client.post(f"{where}/kolom", data=guessed(client.get(where).text)).status_code == 303
    outbox.deliver_all()
    return where


def taken_in(client: FlaskClient, where: str) -> str:
    """Take the good rows in and let the worker do it: the page afterwards."""
    assert client.post(f"{where}/masukkan").status_code == 303
    outbox.deliver_all()
    return client.get(where).text


def guessed(page: str) -> dict[str, str]:
    """What the page's selects have chosen."""
    found = {}
    for select in BeautifulSoup(page, "html5lib").select("select[name^=kolom-]"):
        option = select.select_one("option[selected]")
        found[str(select["name"])] = str(option["value"]) if option else ""
    return found
