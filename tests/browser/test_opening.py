"""A resident opens a shop from a phone: from the home page to the first product on sale."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from marketplace.catalog.handlers import take_waiting_pictures
from marketplace.core.actor import Role
from marketplace.core.db import db
from marketplace.stores.models import Store
from tests import make
from tests.media.pictures import picture
from tests.serving import LiveServer

HOME = "/penjual/daftar"
SHOP = "Anyaman Mama Yuli"
Look = Callable[[Page], None]


@pytest.fixture
def look(axe: Callable[[Page], list[str]]) -> Look:
    """Nothing breaks WCAG on the page as it stands, and nothing is wider than the phone."""

    def looked(page: Page) -> None:
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0

    return looked


@pytest.fixture
def curator(open_page: Callable[..., Page], live_server: LiveServer) -> Page:
    """Ratna of Disperindag, signed in on a phone as well."""
    with live_server.app.app_context():
        make.person("Ratna Bria", email="ratna@example.id", roles=[Role.CURATOR])
    page = open_page()
    page.goto("/masuk?next=/kurasi/toko")
    page.get_by_label("E-mail atau nomor HP").fill("ratna@example.id")
    page.get_by_label("Kata sandi", exact=True).fill(make.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Toko baru")
    return page


def save(page: Page) -> None:
    page.get_by_role("button", name="Simpan dan lanjut").click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def sign_up(page: Page, look: Look) -> None:
    """From the home page to an account, and on to the application."""
    page.goto("/")
    page.get_by_role("link", name="Jualan di sini").click()
    look(page)
    page.get_by_role("link", name="Buat akun dan mulai").click()
    look(page)
    page.get_by_label("Nama").fill("Yuli Nope")
    page.get_by_label("E-mail atau nomor HP").fill("yuli@example.id")
    page.get_by_label("Kata sandi", exact=True).fill(make.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Daftar").click()
    heading(page, "Buka toko")
    look(page)
    page.get_by_role("button", name="Mulai").click()


def first_half(page: Page, look: Look) -> None:
    """Who, what and where."""
    heading(page, "Siapa Anda")
    expect(page.get_by_label("Nama lengkap")).to_have_value("Yuli Nope")
    look(page)
    save(page)
    expect(page.get_by_label("Nomor HP")).to_have_attribute("aria-invalid", "true")
    look(page)
    page.get_by_label("Nomor HP").fill("0812 3456 7890")
    save(page)
    heading(page, "Apa yang Anda jual")
    page.get_by_label("Nama toko").fill(SHOP)
    page.get_by_label("Anyaman").check()
    page.get_by_label("Kemasan").check()
    look(page)
    save(page)
    heading(page, "Di mana tempatnya")
    page.get_by_label("Jalan dan nomor").fill("Jalan Kejora 3")
    page.get_by_label("Patokan").fill("samping gereja")
    page.get_by_label("Titik di peta").fill("-10.1577, 123.6070")
    look(page)
    save(page)


def second_half(page: Page, look: Look, papers: Path) -> None:
    """Pick-up, zones, account and the one paper that goods of this kind ask for."""
    heading(page, "Ambil sendiri")
    page.get_by_label("Ya, pembeli boleh datang mengambil").check()
    look(page)
    save(page)
    heading(page, "Wilayah antar")
    page.get_by_label("Ongkos").fill("10.000")
    page.get_by_role("button", name="Tambah").click()
    expect(page.get_by_text("Kota Kupang").filter(has_text="Rp10.000")).to_be_visible()
    look(page)
    save(page)
    heading(page, "Rekening bank")
    page.get_by_label("Nama bank").select_option(label="Bank NTT")
    page.get_by_label("Nomor rekening").fill("0123 456 789")
    page.get_by_label("Atas nama").fill("Yulinda N.")
    look(page)
    save(page)
    heading(page, "Surat-surat")
    look(page)
    page.get_by_role("main").get_by_role("link", name="NIB").click()
    page.get_by_label("Sudah punya").check()
    page.get_by_label("Nomor izin").fill("1234567890123")
    page.get_by_label("Foto atau PDF suratnya").set_input_files(papers)
    look(page)
    page.get_by_role("button", name="Simpan").click()
    page.get_by_role("button", name="Yang lain belum saya punya").click()
    heading(page, "Ringkasan")
    look(page)


def apply(page: Page, look: Look, papers: Path) -> None:
    """All steps; in the middle she leaves, and finds everything again."""
    sign_up(page, look)
    first_half(page, look)
    page.get_by_role("link", name="Nanti saja").click()
    page.goto("/")
    page.get_by_role("link", name="Jualan di sini").click()
    expect(page.get_by_text(SHOP)).to_be_visible()
    look(page)
    page.get_by_role("link", name="Di mana tempatnya").click()
    expect(page.get_by_label("Jalan dan nomor")).to_have_value("Jalan Kejora 3")
    expect(page.get_by_label("Titik di peta")).to_have_value("-10.1577, 123.607")
    page.goto(HOME)
    page.get_by_role("link", name="Lanjutkan: Ambil sendiri").click()
    second_half(page, look, papers)
    page.get_by_role("button", name="Kirim").click()
    expect(page.get_by_text("Hari ke-1 dari 5 hari kerja")).to_be_visible()
    look(page)


def open_application(curator: Page) -> None:
    curator.goto("/kurasi/toko")
    curator.get_by_role("link", name=SHOP).click()
    heading(curator, SHOP)


def ask_back(curator: Page, look: Look) -> None:
    """All parts are right but two."""
    look(curator)
    open_application(curator)
    look(curator)
    for part in ("siapa", "apa", "pengambilan", "wilayah-antar", "surat:nib"):
        curator.locator(f"input[name='nilai-{part}'][value=ok]").check()
    for part, reason, note in (
        ("di-mana", "Alamat tidak ditemukan", "Tulis RT dan RW."),
        ("rekening", "Nama tidak cocok", "Nama di buku tabungan berbeda dari nama Anda."),
    ):
        curator.locator(f"input[name='nilai-{part}'][value=perbaiki]").check()
        curator.locator(f"select[name='alasan-{part}']").select_option(label=reason)
        curator.locator(f"textarea[name='catatan-{part}']").fill(note)
    look(curator)
    curator.get_by_role("button", name="Minta perbaikan").click()
    expect(curator.get_by_text("Permintaan perbaikan terkirim.")).to_be_visible()
    expect(curator.get_by_text("Tidak ada ajuan toko")).to_be_visible()


def mend(page: Page, look: Look) -> None:
    """The list of things to do, item by item."""
    page.goto(HOME)
    expect(page.get_by_text("Tulis RT dan RW.")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Perbaiki Di mana tempatnya").click()
    expect(page.get_by_text("Tulis RT dan RW.")).to_be_visible()
    look(page)
    page.get_by_label("Jalan dan nomor").fill("Jalan Kejora 3, RT 05/RW 02")
    save(page)
    expect(page.get_by_text("Selesai", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Siap diperiksa lagi")).to_have_count(0)
    page.get_by_role("link", name="Perbaiki Rekening bank").click()
    page.get_by_label("Atas nama").fill("Yuli Nope")
    save(page)
    look(page)
    page.get_by_role("button", name="Siap diperiksa lagi").click()
    expect(page.get_by_text("Hari ke-1 dari 5 hari kerja")).to_be_visible()


def accept(curator: Page, look: Look) -> None:
    """What was right stays ticked; the rest is looked at again."""
    open_application(curator)
    expect(curator.locator("input[name='nilai-siapa'][value=ok]")).to_be_checked()
    expect(curator.get_by_text("Nama rekening cocok dengan pelamar")).to_be_visible()
    for part in ("di-mana", "rekening"):
        curator.locator(f"input[name='nilai-{part}'][value=ok]").check()
    curator.get_by_role("button", name="Terima dan buka toko").click()
    expect(curator.get_by_text("Toko dibuka.")).to_be_visible()
    look(curator)


def is_open(page: Page, server: LiveServer, look: Look) -> None:
    """She reads that it is open, and everybody finds the shop."""
    page.goto(HOME)
    expect(page.get_by_text("Toko Anda sudah dibuka")).to_be_visible()
    look(page)
    with server.app.app_context():
        slug = db.session.scalars(sa.select(Store.slug)).one()
    page.goto(f"/toko/{slug}")
    heading(page, SHOP)
    expect(page.get_by_text("RT 05/RW 02").first).to_be_visible()
    look(page)


def sell(page: Page, server: LiveServer, photo: Path) -> None:
    """A basket needs no permit: on sale at once."""
    page.goto("/penjual/produk/baru")
    page.get_by_label("Nama produk").fill("Bakul Lontar")
    page.get_by_label("Kategori").select_option(label="Anyaman")
    page.locator("#pictures").set_input_files(photo)
    expect(page.get_by_text("sedang diolah")).to_be_visible()
    with server.app.app_context():
        take_waiting_pictures()
    page.get_by_label("Harga", exact=True).fill("45.000")
    page.get_by_label("Berat dengan kemasan").fill("400")
    page.get_by_label("Stok", exact=True).fill("6")
    expect(page.locator("[data-save-state]")).to_contain_text("Tersimpan")
    expect(page.locator("#foto img")).to_have_count(1)
    page.get_by_role("button", name="Terbitkan").click()
    expect(page.get_by_text("Produk sudah tayang")).to_be_visible(timeout=15_000)
    page.goto("/cari?q=bakul")
    page.get_by_role("link", name="Bakul Lontar").click()
    expect(page.get_by_role("button", name="Tambah ke keranjang")).to_be_visible()


def test_a_resident_opens_a_shop_on_a_phone(
    phone_page: Page, curator: Page, live_server: LiveServer, look: Look, tmp_path: Path
) -> None:
    papers, photo = tmp_path / "nib.pdf", tmp_path / "bakul.jpg"
    papers.write_bytes(b"%PDF-1.4 surat izin")
    photo.write_bytes(picture(size=(640, 480)))
    apply(phone_page, look, papers)
    ask_back(curator, look)
    mend(phone_page, look)
    accept(curator, look)
    is_open(phone_page, live_server, look)
    sell(phone_page, live_server, photo)


def test_a_resident_opens_a_shop_without_script(
    no_script_page: Page, curator: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    papers = tmp_path / "nib.pdf"
    papers.write_bytes(b"%PDF-1.4 surat izin")

    def look(page: Page) -> None:
        """Pages without script are looked at by the other test."""

    apply(no_script_page, look, papers)
    ask_back(curator, look)
    mend(no_script_page, look)
    accept(curator, look)
    is_open(no_script_page, live_server, look)
