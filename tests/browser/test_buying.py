"""From the cart to the thank-you on a phone, with script and without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from marketplace.core.db import db, transaction
from marketplace.shipping.models import DeliveryZone
from tests import make
from tests.serving import LiveServer


@pytest.fixture
def basket(live_server: LiveServer) -> list[int]:
    """Goods of two shops (their variants); the second shop delivers in Kupang for Rp8.000."""
    with live_server.app.app_context(), transaction():
        sambal = make.product(make.store("Dapur Mama"), "Sambal lu’at", price=28_000, on_hand=5, is_not_halal=True)
        cloth = make.product(make.store("Tenun Mama"), "Selendang motif Kaif", price=385_000, on_hand=5)
        db.session.add(DeliveryZone(store_id=cloth.store_id, region_code="53.71.04", fee=8_000))
        return [make.variant(sambal).id, make.variant(cloth).id]


def fill(page: Page, basket: list[int]) -> None:
    """Put one of each into the cart, as product pages do."""
    page.goto("/keranjang")
    for variant_id in basket:
        sent: dict[str, str | float | bool] = {"variant_id": str(variant_id), "quantity": "1"}
        assert page.request.post("/keranjang", form=sent, headers={"Sec-Fetch-Site": "same-origin"}).ok
    page.goto("/keranjang")


def tell_who(page: Page) -> None:
    page.get_by_label("Nama penerima").fill("Tamu Lestari")
    page.get_by_label("Nomor HP").fill("0812 3456 7890")
    page.get_by_label("Jalan dan nomor rumah").fill("Jalan Lalamentik 3")


def test_a_guest_buys_with_script(phone_page: Page, basket: list[int], axe: Callable[[Page], list[str]]) -> None:
    page = phone_page
    fill(page, basket)
    assert axe(page) == []
    page.get_by_role("button", name="Tambah").first.click()
    expect(page.get_by_role("definition").filter(has_text="Rp441.000").first).to_be_visible()
    page.get_by_role("link", name="Lanjut ke checkout").click()
    assert axe(page) == []
    tell_who(page)
    page.get_by_role("radio", name="Diantar toko").check()
    order = page.get_by_role("button", name="Pesan sekarang")
    expect(order).to_contain_text("Rp449.000")
    page.get_by_label("Kecamatan").select_option(label="Kelapa Lima")
    page.get_by_label("Kelurahan").select_option(label="Oesapa")
    expect(page.get_by_role("radio", name="Diantar toko")).to_have_count(0)
    expect(order).to_contain_text("Rp441.000")
    order.dblclick()
    expect(page.get_by_role("heading", name="Terima kasih, Tamu Lestari!")).to_be_visible()
    assert axe(page) == []
    page.goto("/pesanan")
    expect(page.locator("a.code")).to_have_count(1)
    assert axe(page) == []
    page.locator("a.code").click()
    page.get_by_text("Batalkan pembelian").click()
    page.get_by_role("button", name="Ya, batalkan").click()
    expect(page.get_by_text("Pembelian dibatalkan")).to_be_visible()


def test_a_guest_buys_without_script(no_script_page: Page, basket: list[int]) -> None:
    page = no_script_page
    fill(page, basket)
    page.get_by_role("spinbutton", name="Jumlah Selendang motif Kaif").fill("2")
    page.get_by_role("button", name="Ubah jumlah Selendang motif Kaif").click()
    page.get_by_role("link", name="Lanjut ke checkout").click()
    tell_who(page)
    page.get_by_label("Kecamatan").select_option(label="Kelapa Lima")
    page.get_by_role("button", name="Tampilkan kelurahan").click()
    page.get_by_label("Kelurahan").select_option(label="Oesapa")
    page.get_by_role("button", name="Perbarui ongkos").click()
    expect(page.get_by_role("radio", name="Diantar toko")).to_have_count(0)
    page.get_by_label("Kecamatan").select_option(label="Oebobo")
    page.get_by_role("button", name="Tampilkan kelurahan").click()
    page.get_by_label("Kelurahan").select_option(label="Fatululi")
    page.get_by_role("button", name="Perbarui ongkos").click()
    page.get_by_role("radio", name="Diantar toko").check()
    page.get_by_role("button", name="Pesan sekarang").click()
    expect(page.get_by_role("heading", name="Terima kasih, Tamu Lestari!")).to_be_visible()
    expect(page.get_by_text("Rp806.000").first).to_be_visible()
    expect(page.get_by_text("Kode serah terima")).to_have_count(2)
