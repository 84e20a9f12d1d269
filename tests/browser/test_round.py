"""Two shops, one parcel: from the cart to the door, on the phones of a buyer and a runner."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from playwright.sync_api import Page, expect

from marketplace.core.actor import SYSTEM
from marketplace.core.db import db, transaction
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from tests import make
from tests.make import rounds as build
from tests.serving import LiveServer


def test_two_shops_reach_the_door_as_one_parcel(
    open_page: Callable[..., Page], live_server: LiveServer, axe: Callable[[Page], list[str]]
) -> None:
    with live_server.app.app_context():
        with transaction():
            stores = [make.store("Dapur Mama"), make.store("Tenun Mama")]
            goods = [make.product(store, price=50_000, on_hand=5) for store in stores]
            found = build.collection_round(stores, starts=24 * 60 - 1, ends=24 * 60, closes_before=0)
            variants = [make.variant(product).id for product in goods]
        email = build.runner_person(found).email or ""
    buyer = open_page(has_touch=True, is_mobile=True)
    _buy(buyer, variants, axe)
    codes = _pack(live_server)
    runner = open_page(has_touch=True, is_mobile=True)
    _sign_in(runner, email)
    runner.get_by_role("main").get_by_role("table").get_by_role("link").first.click()
    assert axe(runner) == []
    assert runner.evaluate("document.documentElement.scrollWidth") <= runner.viewport_size["width"]  # type: ignore[index]
    for _ in codes:
        runner.get_by_role("button", name="Sudah diambil").first.click()
    expect(runner.get_by_text("Terima uang tunai Rp110.000")).to_be_visible()
    buyer.reload()
    expect(buyer.locator("[data-handover-code]").first).to_have_text(codes[0])
    runner.get_by_label("Kode dari pembeli").fill(codes[1])
    runner.get_by_role("button", name="Sudah diantar").click()
    expect(runner.get_by_text("Paket sudah diantar. Terima kasih!")).to_be_visible()
    buyer.reload()
    expect(buyer.get_by_text("Selesai", exact=True)).to_have_count(2)


def _buy(buyer: Page, variants: list[int], axe: Callable[[Page], list[str]]) -> None:
    buyer.goto("/keranjang")
    for variant_id in variants:
        sent: dict[str, str | float | bool] = {"variant_id": str(variant_id), "quantity": "1"}
        assert buyer.request.post("/keranjang", form=sent, headers={"Sec-Fetch-Site": "same-origin"}).ok
    buyer.goto("/checkout")
    buyer.get_by_label("Nama penerima").fill("Tamu Lestari")
    buyer.get_by_label("Nomor HP").fill("0812 3456 7890")
    buyer.get_by_label("Jalan dan nomor rumah").fill("Jalan Lalamentik 3")
    choices = buyer.get_by_role("radio", name="Putaran Fatululi")
    expect(choices).to_have_count(2)
    for n in range(2):
        choices.nth(n).check()
    expect(buyer.locator("[data-parcels]")).to_have_text("1")
    expect(buyer.locator("[data-delivery-total]")).to_have_text("Rp10.000")
    assert axe(buyer) == []
    buyer.get_by_role("button", name="Pesan sekarang").click()
    expect(buyer.get_by_role("heading", name="Terima kasih, Tamu Lestari!")).to_be_visible()
    expect(buyer.get_by_text("1 paket untuk seluruh pembelian ini.")).to_be_visible()


def _pack(server: LiveServer) -> list[str]:
    """The shops say yes and pack; the codes of the orders."""
    with server.app.app_context():
        held = list(db.session.scalars(sa.select(Order.id).order_by(Order.id)))
        db.session.rollback()
        for order_id in held:
            with transaction():
                orders.accept(SYSTEM, order_id)
                orders.mark_ready(SYSTEM, order_id)
        return list(db.session.scalars(sa.select(Order.handover_code).order_by(Order.id)))


def _sign_in(page: Page, email: str) -> None:
    page.goto("/masuk?next=/putaran")
    page.get_by_label("E-mail atau nomor HP").fill(email)
    page.get_by_label("Kata sandi", exact=True).fill(make.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", name="Putaran Anda")).to_be_visible()
