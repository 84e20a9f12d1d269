"""Choosing a form of a product on a phone, with script and without."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from marketplace.core.db import transaction
from tests import make
from tests.serving import LiveServer

PRICE = ".price-large"


@pytest.fixture
def goods(live_server: LiveServer) -> LiveServer:
    with live_server.app.app_context(), transaction():
        store = make.store("Tenun Mama")
        make.shirt(store)
        box = make.form(15_000, 60, min_quantity=5, tiers=make.tiers((10, 13_000), (50, 12_000)))
        make.product(store, "Snack Box", variants=[box])
    return live_server


def test_choosing_needs_no_reload(phone_page: Page, goods: LiveServer, axe: Callable[[Page], list[str]]) -> None:
    page = phone_page
    page.goto("/produk/kemeja-tenun")
    page.evaluate("window.sama = true")
    expect(page.get_by_role("radio", name=re.compile("^S "))).to_be_checked()
    page.get_by_role("radio", name=re.compile("^L ")).check()
    expect(page.locator(PRICE)).to_contain_text("Rp380.000")
    page.get_by_role("link", name="Biru").click()
    expect(page.get_by_role("radio", name=re.compile("^L "))).to_be_checked()
    expect(page.get_by_role("radio", name=re.compile("^S "))).to_be_disabled()
    expect(page.get_by_role("link", name="Biru")).to_have_attribute("aria-current", "true")
    assert page.evaluate("window.sama"), "the page was loaded again"
    assert axe(page) == []
    address = page.url
    assert "?varian=" in address
    page.goto(address)
    expect(page.get_by_role("link", name="Biru")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("radio", name=re.compile("^L "))).to_be_checked()
    page.get_by_role("button", name="Tambah ke keranjang").click()
    expect(page.get_by_text("Biru / L")).to_be_visible()


def test_the_price_follows_the_quantity(phone_page: Page, goods: LiveServer, axe: Callable[[Page], list[str]]) -> None:
    page = phone_page
    page.goto("/produk/snack-box")
    box = page.get_by_role("spinbutton", name="Jumlah")
    expect(box).to_have_value("5")
    expect(page.get_by_role("button", name="Kurangi satu")).to_be_disabled()
    box.fill("12")
    expect(page.locator(PRICE)).to_contain_text("Rp13.000")
    expect(page.locator(".price-tiers .is-current")).to_contain_text("10–49")
    assert axe(page) == []
    page.get_by_role("button", name="Tambah ke keranjang").click()
    expect(page.get_by_text("Beli 38 lagi, harga jadi Rp12.000 per buah.")).to_be_visible()
    expect(page.get_by_text("Rp156.000").first).to_be_visible()
    assert axe(page) == []


def test_choosing_without_script(no_script_page: Page, goods: LiveServer) -> None:
    page = no_script_page
    page.goto("/produk/kemeja-tenun")
    page.get_by_role("link", name="Biru").click()
    expect(page.locator(PRICE)).to_contain_text("Rp380.000")
    expect(page.get_by_role("radio", name=re.compile("^L "))).to_be_checked()
    expect(page.get_by_role("radio", name=re.compile("^S "))).to_be_disabled()
    page.get_by_role("button", name="Tambah ke keranjang").click()
    expect(page.get_by_text("Biru / L")).to_be_visible()
