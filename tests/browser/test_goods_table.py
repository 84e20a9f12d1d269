"""Ten prices typed into the table of goods on a phone, with script and without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from marketplace.catalog.models import Variant
from marketplace.core.actor import Grant, Role
from marketplace.core.db import db, transaction
from tests import make
from tests.serving import LiveServer


@pytest.fixture
def shop(live_server: LiveServer) -> None:
    """Twelve baskets and a shirt of Ina, who can sign in."""
    with live_server.app.app_context():
        with transaction():
            store = make.store("Dapur Mama Ina")
            for number in range(1, 13):
                make.product(store, f"Bakul {number}", price=1000 * number)
            make.shirt(store)
            make.to_order(store)
            person_of = store.id
        make.person("Ina Rohi", email="ina@example.id", roles=[Grant(Role.STORE_OWNER, person_of)])


def enter(page: Page) -> None:
    page.goto("/masuk?next=/penjual/produk")
    page.get_by_label("E-mail atau nomor HP").fill("ina@example.id")
    page.get_by_label("Kata sandi", exact=True).fill(make.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Masuk").click()
    page.get_by_role("link", name="Ubah di tabel").click()
    expect(page.get_by_role("heading", name="Ubah di tabel")).to_be_visible()


def prices(server: LiveServer) -> list[int]:
    with server.app.app_context():
        db.session.rollback()
        return list(db.session.scalars(sa.select(Variant.price).order_by(Variant.id).limit(12)))


def test_ten_prices_from_a_phone(
    phone_page: Page, live_server: LiveServer, shop: None, axe: Callable[[Page], list[str]]
) -> None:
    page = phone_page

    def look() -> None:
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0

    enter(page)
    look()
    for number in range(1, 11):
        page.get_by_label(f"Bakul {number}: Harga", exact=True).fill(f"{number + 20}.000")
    save = page.get_by_role("button", name="Simpan 10 perubahan")
    expect(save).to_be_in_viewport()
    expect(page.locator("[data-goods-row].is-changed")).to_have_count(10)
    page.get_by_label("Bakul 3: Harga", exact=True).fill("murah")
    look()
    save.click()
    expect(page.get_by_text("9 perubahan tersimpan")).to_be_visible()
    wrong = page.get_by_label("Bakul 3: Harga", exact=True)
    expect(wrong).to_have_value("murah")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    look()
    wrong.fill("23000")
    page.get_by_role("button", name="Simpan 1 perubahan").click()
    expect(page.get_by_text("1 perubahan tersimpan")).to_be_visible()
    assert prices(live_server) == [*(1000 * number for number in range(21, 31)), 11_000, 12_000]
    page.get_by_role("button", name="Batalkan perubahan ini").click()
    expect(page.get_by_text("1 perubahan dikembalikan")).to_be_visible()
    assert prices(live_server)[2] == 3000


def test_prices_and_stock_without_script(no_script_page: Page, live_server: LiveServer, shop: None) -> None:
    page = no_script_page
    enter(page)
    page.get_by_label("Bakul 1: Harga", exact=True).fill("Rp 21.000")
    page.get_by_label("Bakul 1: Stok", exact=True).fill("4")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_text("2 perubahan tersimpan")).to_be_visible()
    assert prices(live_server)[0] == 21_000
