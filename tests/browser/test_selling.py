"""A sale from the seller's side, on a phone, with script and without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from marketplace.catalog.models import Product
from marketplace.core.actor import Grant, Role
from marketplace.core.db import db, transaction
from marketplace.orders import queries
from tests import make
from tests.serving import LiveServer


@pytest.fixture
def shelf(live_server: LiveServer) -> int:
    """A product of the shop of Ina, who can sign in; its id."""
    with live_server.app.app_context():
        with transaction():
            sambal = make.product(make.store("Dapur Mama Ina"), "Sambal lu’at", price=28_000, on_hand=9)
        make.person("Ina Rohi", email="ina@example.id", roles=[Grant(Role.STORE_OWNER, sambal.store_id)])
        return sambal.id


def order(server: LiveServer, product_id: int) -> tuple[str, str]:
    """Somebody orders two pieces; the order's code, and the digits that the buyer sees."""
    with server.app.app_context():
        with transaction():
            made = make.purchase([db.session.get_one(Product, product_id)])
        found = queries.order_by_code(make.orders_of(made)[0].code)
        assert found is not None
        return found.code, found.handover_code


def sign_in(page: Page) -> None:
    page.goto("/masuk?next=/penjual")
    page.get_by_label("E-mail atau nomor HP").fill("ina@example.id")
    page.get_by_label("Kata sandi", exact=True).fill(make.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", name="Ringkasan", exact=True)).to_be_visible()


def sell(page: Page, code: str, digits: str, look: Callable[[], None]) -> None:
    """From the list to cash in the hand; `look` at each state of the page."""
    page.goto("/penjual/pesanan")
    look()
    page.get_by_role("main").get_by_role("link", name="Barang").click()
    expect(page.get_by_role("heading", name=code)).to_be_visible()
    look()
    page.get_by_role("button", name="Terima pesanan").click()
    look()
    page.get_by_role("button", name="Siap diambil").click()
    digit = page.get_by_label("Kode dari pembeli")
    digit.fill(f"{(int(digits) + 1) % 10_000:04d}")
    page.get_by_role("button", name="Uang diterima").click()
    expect(page.get_by_text("Sisa percobaan: 4")).to_be_visible()
    look()
    digit.fill(digits)
    page.get_by_role("button", name="Uang diterima").click()
    expect(page.get_by_text("Uang tunai tercatat")).to_be_visible()
    look()
    page.goto("/penjual/saldo")
    expect(page.get_by_role("link", name=code)).to_be_visible()
    look()


def test_a_new_order_is_seen_at_once_and_sold(
    phone_page: Page, live_server: LiveServer, shelf: int, axe: Callable[[Page], list[str]]
) -> None:
    page = phone_page
    page.clock.install()
    sign_in(page)
    expect(page.get_by_text("Tidak ada yang menunggu")).to_be_visible()
    title = page.title()
    code, digits = order(live_server, shelf)
    page.clock.run_for(31_000)
    told = page.get_by_role("link", name="Ada pesanan baru (1)")
    expect(told).to_be_visible()
    assert page.title() == f"(1) {title}"

    def look() -> None:
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0

    look()
    told.click()
    sell(page, code, digits, look)


def test_an_order_is_sold_without_script(no_script_page: Page, live_server: LiveServer, shelf: int) -> None:
    page = no_script_page
    sign_in(page)
    code, digits = order(live_server, shelf)
    page.get_by_role("link", name="Muat ulang").click()
    sell(page, code, digits, lambda: None)


def test_an_order_is_declined_without_script(no_script_page: Page, live_server: LiveServer, shelf: int) -> None:
    page = no_script_page
    sign_in(page)
    code, _ = order(live_server, shelf)
    page.goto(f"/penjual/pesanan/{code}")
    page.get_by_text("Tolak", exact=True).click()
    page.get_by_role("button", name="Tolak pesanan").click()
    expect(page.get_by_text("Tulis alasannya")).to_be_visible()
    page.get_by_label("Alasan untuk pembeli").fill("Cabai habis sampai Jumat.")
    page.get_by_role("button", name="Tolak pesanan").click()
    expect(page.get_by_text("Pesanan ditolak.")).to_be_visible()
    page.goto("/penjual/pesanan?keadaan=batal")
    expect(page.get_by_text(code)).to_be_visible()


def test_the_open_part_of_the_menu_is_in_view(phone_page: Page, shelf: int) -> None:
    """The menu is wider than a phone; whoever opens a part far right sees where she is."""
    sign_in(phone_page)
    phone_page.goto("/penjual/toko")
    expect(
        phone_page.get_by_role("navigation", name="Menu penjual").get_by_role("link", name="Toko")
    ).to_be_in_viewport()
