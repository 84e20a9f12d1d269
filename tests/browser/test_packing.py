"""A morning of orders on a phone: three are answered, printed, packed in one go and handed over."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_selling import order, sign_in
from tests.browser.test_selling import shelf as shelf
from tests.serving import LiveServer

ROLL = {"width": 302, "height": 800}  # 80 mm


def pack_three(page: Page, server: LiveServer, product_id: int, look: Callable[[], None]) -> None:
    """From three new orders to three sold; `look` at each state of the list and at the paper."""
    digits = dict(order(server, product_id) for _ in range(3))
    for _ in digits:
        page.goto("/penjual/pesanan")
        look()
        page.locator("#baru").get_by_role("link", name="Barang").first.click()
        page.get_by_role("button", name="Terima pesanan").click()
        expect(page.get_by_text("Pesanan diterima.")).to_be_visible()
    page.goto("/penjual/pesanan")
    todo = page.locator("#diproses")
    for code in digits:
        todo.get_by_label(f"Pilih {code}").check()
    todo.get_by_role("button", name="Cetak slip").click()
    for code in digits:
        expect(page.get_by_role("heading", name=code)).to_be_visible()
    look()
    on_paper(page)
    page.go_back()
    for code in digits:
        todo.get_by_label(f"Pilih {code}").check()
    todo.get_by_role("button", name="Tandai siap").click()
    expect(page.get_by_text("3 pesanan siap.")).to_be_visible()
    look()
    for code, four in digits.items():
        page.goto(f"/penjual/pesanan/{code}")
        page.get_by_label("Kode dari pembeli").fill(four)
        page.get_by_role("button", name="Uang diterima").click()
        expect(page.get_by_text("Uang tunai tercatat")).to_be_visible()
    page.goto("/penjual/pesanan")
    expect(page.get_by_text("Tidak ada yang menunggu")).to_be_visible()


def on_paper(page: Page) -> None:
    """Nothing of the site is on the paper, and nothing is wider than the roll."""
    size = page.viewport_size
    page.emulate_media(media="print")
    page.set_viewport_size(ROLL)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    expect(page.get_by_role("button", name="Tampilkan")).to_be_hidden()
    expect(page.locator(".slip .qr").first).to_be_visible()
    page.emulate_media(media="screen")
    if size:
        page.set_viewport_size(size)


def test_three_orders_are_packed_on_a_phone(
    phone_page: Page, live_server: LiveServer, shelf: int, axe: Callable[[Page], list[str]]
) -> None:
    def look() -> None:
        assert axe(phone_page) == []
        assert phone_page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0

    sign_in(phone_page)
    pack_three(phone_page, live_server, shelf, look)


def test_three_orders_are_packed_without_script(no_script_page: Page, live_server: LiveServer, shelf: int) -> None:
    sign_in(no_script_page)
    pack_three(no_script_page, live_server, shelf, lambda: None)
