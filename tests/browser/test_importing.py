"""A seller's own sheet of 300 goods goes in from a phone, and the rows that were wrong a little later; no row twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import python_calamine
import sqlalchemy as sa
from playwright.sync_api import FilePayload, Page, expect

from marketplace.catalog.models import Product, Variant
from marketplace.core import outbox
from marketplace.core.actor import Grant, Role
from marketplace.core.db import db, transaction
from tests import make
from tests.serving import LiveServer

ROWS, BAD = 300, 17
NAMES = ("No.", "Nama Barang", "Kode", "Hrg", "Sisa")
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def shop(live_server: LiveServer) -> int:
    """The shop of Ina, who can sign in."""
    with live_server.app.app_context():
        with transaction():
            store_id = make.store("Dapur Mama Ina").id
        make.person("Ina Rohi", email="ina@example.id", roles=[Grant(Role.STORE_OWNER, store_id)])
        return store_id


def own_sheet() -> bytes:
    """A workbook in the seller's own layout: a title, an empty row, her own names; 17 prices that are none."""
    rows = [
        [i, f"Bakul Lontar {i}", f"BL-{i:03}", "tanya dulu" if i % 17 == 9 and i < 17 * BAD else f"Rp {i}.500", i % 9]
        for i in range(1, ROWS + 1)
    ]
    return make.xlsx_sheet(["DAFTAR BARANG MAMA INA"], [], NAMES, *rows)


def repaired(file: Path) -> bytes:
    """The rows that came back, each with its reason, with a price in the place of what was wrong."""
    back = python_calamine.load_workbook(file).get_sheet_by_index(0).to_python()
    header, rows = back[0], back[1:]
    assert header == [*NAMES, "Alasan"]
    assert len(rows) == BAD
    assert all("bukan harga" in str(row[-1]) for row in rows)
    return make.xlsx_sheet(header, *[[*row[:3], 20_000 + number, *row[4:]] for number, row in enumerate(rows)])


def sign_in(page: Page) -> None:
    page.goto("/masuk?next=/penjual/impor")
    page.get_by_label("E-mail atau nomor HP").fill("ina@example.id")
    page.get_by_label("Kata sandi", exact=True).fill(make.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Masuk").click()


def goods(server: LiveServer) -> int:
    """How many products there are; each has one form with a number of its own."""
    with server.app.app_context():
        db.session.rollback()
        forms = db.session.scalars(sa.select(Variant.sku)).all()
        assert len(set(forms)) == len(forms)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Product)) == len(forms)
        return len(forms)


class Journey:
    """The pages, one after the other; `look` at each of them."""

    def __init__(self, page: Page, server: LiveServer, look: Callable[[], None], *, has_script: bool) -> None:
        self.page, self.server, self.look, self.has_script = page, server, look, has_script

    def check(self, content: bytes, name: str) -> None:
        """Hand a sheet in, match its columns, let the worker look at it."""
        page = self.page
        page.goto("/penjual/impor")
        self.look()
        file = FilePayload(name=name, mimeType=KIND, buffer=content)
        page.get_by_label("Berkas daftar produk").set_input_files([file])
        page.get_by_role("button", name="Lanjut ke kolom").click()
        expect(page.get_by_role("heading", name="Cocokkan kolom")).to_be_visible()
        for column, meaning in (("No.", ""), ("Nama Barang", "name"), ("Kode", "sku"), ("Hrg", "price")):
            expect(page.get_by_label(column, exact=True)).to_have_value(meaning)
        page.get_by_label("Untuk baris tanpa kategori").select_option(label="Anyaman")
        self.look()
        page.get_by_role("button", name="Periksa dulu").click()
        expect(page.get_by_text("Menunggu giliran")).to_be_visible()
        self.look()
        self.work()

    def take_in(self, number: int) -> None:
        """Let the good rows go in."""
        self.page.get_by_role("button", name=f"Masukkan {number} yang baik").click()
        expect(self.page.get_by_text("Sedang dimasukkan").first).to_be_visible()
        self.work()
        expect(self.page.get_by_text(f"{number} baris sudah masuk.")).to_be_visible()
        self.look()

    def work(self) -> None:
        """Let the worker do its part; a page with script finds out by itself."""
        with self.server.app.app_context():
            outbox.deliver_all()
        if not self.has_script:
            self.page.get_by_role("link", name="Muat ulang").click()

    def says(self, words: str) -> None:
        expect(self.page.get_by_text(words)).to_be_visible()
        self.look()

    def bad_rows(self) -> bytes:
        """The rows that could not go in, downloaded and repaired."""
        with self.page.expect_download() as waited:
            self.page.get_by_role("link", name="Baris bermasalah, Excel").click()
        return repaired(Path(waited.value.path()))


def go(journey: Journey) -> None:
    """300 rows, 17 of them wrong; those repaired; and once more what went in already."""
    sign_in(journey.page)
    journey.check(own_sheet(), "Barang mama.xlsx")
    journey.says("283 baris baik, 17 baris bermasalah")
    journey.page.get_by_role("link", name="Tidak bisa (17)").click()
    expect(journey.page.get_by_text("“tanya dulu” bukan harga. Tulis misalnya 15000.")).to_have_count(BAD)
    journey.look()
    journey.page.go_back()
    journey.take_in(283)
    assert goods(journey.server) == 283
    better = journey.bad_rows()
    journey.check(better, "Perbaikan.xlsx")
    journey.says("17 baris baik, 0 baris bermasalah")
    journey.take_in(17)
    assert goods(journey.server) == ROWS
    journey.check(better, "Perbaikan lagi.xlsx")
    journey.says("Tidak ada baris yang perlu dimasukkan.")
    assert goods(journey.server) == ROWS


def test_a_sheet_goes_in_from_a_phone(
    phone_page: Page, live_server: LiveServer, shop: int, axe: Callable[[Page], list[str]]
) -> None:
    def look() -> None:
        assert axe(phone_page) == []
        assert phone_page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0

    go(Journey(phone_page, live_server, look, has_script=True))


def test_a_sheet_goes_in_without_script(no_script_page: Page, live_server: LiveServer, shop: int) -> None:
    go(Journey(no_script_page, live_server, lambda: None, has_script=False))
