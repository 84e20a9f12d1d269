"""The morning stock on a phone: one tap opens the day, with script and without; the buyer sees it at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from marketplace.catalog import queries
from marketplace.catalog.services import stock
from marketplace.core.actor import Grant, Role
from marketplace.core.db import transaction
from tests import make
from tests.serving import LiveServer

WHERE = "/penjual/stok/hari-ini"


@pytest.fixture
def meal(live_server: LiveServer) -> int:
    """Something that the shop of Ina cooks daily, until the end of the day; its variant."""
    with live_server.app.app_context():
        with transaction():
            made = make.daily(make.store("Dapur Mama Ina"), "Nasi Kuning", cutoff=None)
            store_id, variant_id = made.store_id, make.variant(made).id
            make.product(store_id, "Keripik Singkong", on_hand=4)
        make.person("Ina Rohi", email="ina@example.id", roles=[Grant(Role.STORE_OWNER, store_id)])
        return variant_id


def sign_in(page: Page) -> None:
    page.goto("/masuk?next=/penjual")
    page.get_by_label("E-mail atau nomor HP").fill("ina@example.id")
    page.get_by_label("Kata sandi", exact=True).fill(make.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", name="Ringkasan", exact=True)).to_be_visible()


def morning(page: Page, buyer: Page, server: LiveServer, meal: int, look: Callable[[], None]) -> None:
    """From the first tap to 'sold out'; `look` at each state of the page."""
    with server.app.app_context():
        address = queries.offers([meal])[meal].url
    buyer.goto(address)
    expect(buyer.get_by_text("Belum buka hari ini.")).to_be_visible()
    sign_in(page)
    page.get_by_role("main").get_by_role("link", name="Stok hari ini").click()
    look()
    page.get_by_label("Porsi Nasi Kuning").fill("12")
    page.get_by_role("button", name="Buka jualan hari ini").click()
    expect(page.get_by_text("sisa 12")).to_be_visible()
    look()
    buyer.reload()
    expect(buyer.get_by_text("Tersedia hari ini")).to_be_visible()
    with server.app.app_context(), transaction():
        stock.reserve({meal: 2})
    page.get_by_label("Tambah porsi Nasi Kuning").first.fill("3")
    page.get_by_role("button", name="Tambah porsi Nasi Kuning").click()
    expect(page.get_by_text("sisa 13")).to_be_visible()
    page.get_by_role("button", name="Tandai habis: Nasi Kuning").click()
    expect(page.get_by_text("habis untuk hari ini")).to_be_visible()
    look()
    buyer.reload()
    expect(buyer.get_by_text("Habis hari ini. Buka lagi besok pagi.")).to_be_visible()


def count(page: Page, look: Callable[[], None]) -> None:
    """The shelf is counted, and its history says so."""
    page.goto("/penjual/stok?cari=keripik")
    look()
    page.get_by_label("Stok Keripik Singkong").fill("2")
    page.get_by_role("button", name="Simpan stok").click()
    expect(page.get_by_text("1 stok tersimpan.")).to_be_visible()
    page.get_by_role("link", name="Keripik Singkong").click()
    expect(page.get_by_text("Dihitung ulang")).to_be_visible()
    look()
    page.get_by_label("Rusak atau basi").check()
    page.get_by_label("Jumlah").fill("9")
    page.get_by_role("button", name="Catat", exact=True).click()
    expect(page.get_by_text("Isi angka", exact=False).or_(page.locator(".field-error")).first).to_be_visible()
    expect(page.get_by_label("Jumlah")).to_have_value("9")
    look()


def test_the_morning_and_a_count_with_script(
    live_server: LiveServer, meal: int, open_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page, buyer = open_page(), open_page()

    def look() -> None:
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    morning(page, buyer, live_server, meal, look)
    count(page, look)
    page.goto("/penjual/stok")
    page.get_by_role("button", name="Tambah satu").first.click()
    page.get_by_role("button", name="Simpan stok").click()
    expect(page.get_by_text("1 stok tersimpan.")).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 640})
    for address in (WHERE, "/penjual/stok", "/penjual/stok/lembar"):
        page.goto(address)
        look()


def test_the_morning_and_a_count_without_script(
    live_server: LiveServer, meal: int, no_script_page: Page, open_page: Callable[..., Page]
) -> None:
    morning(no_script_page, open_page(java_script_enabled=False), live_server, meal, lambda: None)
    count(no_script_page, lambda: None)
