"""Torn cloth, from a buyer's phone: a photo, the shop's refusal, the operator's decision."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from marketplace.catalog.models import Product
from marketplace.core.db import db, transaction
from marketplace.orders.rules import OrderStatus
from tests import make
from tests.browser.test_selling import shelf as shelf
from tests.browser.test_selling import sign_in as ina_signs_in
from tests.media.pictures import picture
from tests.serving import LiveServer

SMALL, PHONE = {"width": 320, "height": 700}, {"width": 360, "height": 740}


def sign_in(page: Page, email: str, to: str) -> None:
    page.goto(f"/masuk?next={to}")
    page.get_by_label("E-mail atau nomor HP").fill(email)
    page.get_by_label("Kata sandi", exact=True).fill(make.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Masuk").click()


def look(page: Page, axe: Callable[[Page], list[str]]) -> None:
    """Nothing for axe to find, nothing wider than a small phone."""
    assert axe(page) == []
    size = page.viewport_size
    page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.set_viewport_size(size)  # type: ignore[arg-type]


def say_what_is_wrong(page: Page, code: str, photo: Path) -> None:
    """From the order's page; forgotten answers are asked for at once."""
    sign_in(page, "budi@example.id", f"/pesanan/{code}")
    page.get_by_role("link", name="Ada yang tidak beres?").click()
    page.get_by_role("button", name="Kirim komplain").click()
    expect(page.get_by_text("Pilih apa yang tidak beres.").first).to_be_visible()
    page.get_by_label("Barang rusak").check()
    page.get_by_label("Jumlah yang bermasalah").fill("1")
    page.get_by_label("Uang kembali", exact=True).check()
    page.get_by_label("Penjelasan").fill("Sobek di tepi.")
    page.get_by_label("Foto").set_input_files(photo)
    page.get_by_role("button", name="Kirim komplain").click()
    expect(page.get_by_text("Menunggu jawaban toko")).to_be_visible()
    expect(page.get_by_role("img", name="Foto 1")).to_be_visible()


def refuse(shop: Page, code: str, axe: Callable[[Page], list[str]]) -> None:
    """The shop finds the claim on its first page, and refuses with a reason."""
    ina_signs_in(shop)
    shop.get_by_role("link", name=f"{code} · Barang rusak").click()
    shop.get_by_text("Tolak komplain", exact=True).click()
    look(shop, axe)
    shop.locator("details[open]").get_by_label("Penjelasan").fill("Utuh saat diserahkan.")
    shop.get_by_role("button", name="Tolak", exact=True).click()
    expect(shop.get_by_text("Menunggu jawaban pembeli")).to_be_visible()


def decide(desk: Page, code: str, axe: Callable[[Page], list[str]]) -> None:
    """The operator gives the price of one piece back."""
    sign_in(desk, "admin@example.id", "/admin/komplain")
    desk.get_by_role("link", name=code).click()
    look(desk, axe)
    desk.get_by_label("Barang 1").fill("28.000")
    desk.get_by_label("Alasan, dibaca kedua pihak").fill("Fotonya jelas.")
    desk.get_by_role("button", name="Simpan putusan").click()
    expect(desk.get_by_text("Putusan tersimpan.")).to_be_visible()


def test_a_claim_goes_its_way(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    shelf: int,
    axe: Callable[[Page], list[str]],
    tmp_path: Path,
) -> None:
    """The buyer's phone runs no script."""
    with live_server.app.app_context():
        buyer = make.person("Budi Lado", email="budi@example.id")
        make.person("Admin", email="admin@example.id", roles=[make.OPERATOR])
        with transaction():
            made = make.purchase([db.session.get_one(Product, shelf)], buyer=buyer, up_to=OrderStatus.DONE)
        code = make.orders_of(made)[0].code
    photo = tmp_path / "sobek.jpg"
    photo.write_bytes(picture(size=(900, 600)))
    page = open_page(java_script_enabled=False, viewport=PHONE)
    say_what_is_wrong(page, code, photo)
    refuse(open_page(viewport=PHONE), code, axe)
    page.goto(f"/pesanan/{code}/komplain")
    page.get_by_text("Minta pengelola pasar memutuskan", exact=True).click()
    page.locator("details[open]").get_by_label("Penjelasan").fill("Lihat fotonya.")
    page.get_by_role("button", name="Minta putusan").click()
    expect(page.get_by_text("Diputuskan pengelola pasar", exact=True)).to_be_visible()
    decide(open_page(), code, axe)
    page.reload()
    expect(page.get_by_text("Putusan pengelola: Rp28.000 kembali ke pembeli")).to_be_visible()
