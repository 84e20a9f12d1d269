"""From the cart to the stand-in for Stripe and back, on a phone, with script and without. No worker is at work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from marketplace.core.clock import now
from marketplace.core.db import db, transaction
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Payment
from tests import make
from tests.databases import SqliteSource, build
from tests.serving import LiveServer, serve
from tests.smtp import free_port
from tests.standin import KEY
from tools.stripe_standin.server import StandIn


@pytest.fixture
def live_server(sqlite_source: SqliteSource, stripe_standin: StandIn, tmp_path: Path) -> Iterator[LiveServer]:
    """The real server, whose cards are paid at the stand-in."""
    port = free_port()
    settings = {
        "SITE_URL": f"http://127.0.0.1:{port}",
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": stripe_standin.webhooks.secret,
        "STRIPE_API_BASE": stripe_standin.url,
    }
    market = build("sqlite", sqlite_source.fresh(), tmp_path / "instance", **settings)
    with serve(market, port) as server:
        yield server
    market.close()


@pytest.fixture(params=["script", "no script"])
def page(request: pytest.FixtureRequest) -> Page:
    """A phone."""
    found: Page = request.getfixturevalue("phone_page" if request.param == "script" else "no_script_page")
    return found


@pytest.fixture
def wares(live_server: LiveServer) -> list[int]:
    """Goods of two shops (their variants), Rp150.000 together."""
    with live_server.app.app_context(), transaction():
        sambal = make.product(make.store("Dapur Mama"), "Sambal lu’at", price=30_000, on_hand=5)
        cloth = make.product(make.store("Tenun Mama"), "Selendang", price=120_000, on_hand=5)
        return [make.variant(sambal).id, make.variant(cloth).id]


def choose_card(page: Page, wares: list[int]) -> None:
    """Everything up to the button."""
    page.goto("/keranjang")
    for variant_id in wares:
        sent: dict[str, str | float | bool] = {"variant_id": str(variant_id), "quantity": "1"}
        assert page.request.post("/keranjang", form=sent, headers={"Sec-Fetch-Site": "same-origin"}).ok
    page.goto("/checkout")
    page.get_by_label("Nama penerima").fill("Tamu Lestari")
    page.get_by_label("Nomor HP").fill("0812 3456 7890")
    page.get_by_role("radio", name="Kartu debit atau kredit").check()


def order_by_card(page: Page, wares: list[int]) -> None:
    """Everything up to the stand-in's page."""
    choose_card(page, wares)
    page.get_by_role("button", name="Pesan dan bayar · Rp150.000").click()
    expect(page.get_by_role("heading", name="Bayar Rp150.000")).to_be_visible()


def pay(page: Page, card: str = "4242 4242 4242 4242") -> None:
    page.get_by_role("radio", name=card).check()
    page.get_by_role("button", name="Bayar Rp150.000").click()


def back_to_the_market(page: Page) -> None:
    page.get_by_role("link", name="Kembali ke toko").click()
    expect(page.get_by_role("heading", name="Pembayaran", exact=True)).to_be_visible()


def states(server: LiveServer) -> set[OrderStatus]:
    with server.app.app_context():
        return set(db.session.scalars(sa.select(Order.status)))


def test_the_button_and_the_words_follow_the_choice(phone_page: Page, wares: list[int]) -> None:
    page = phone_page
    choose_card(page, wares)
    expect(page.get_by_role("button", name="Pesan dan bayar")).to_be_visible()
    expect(page.get_by_text("setelah ini Anda membayar di halaman Stripe")).to_be_visible()
    expect(page.get_by_text("belum ada yang dibayar sekarang")).to_be_hidden()
    page.get_by_role("radio", name="Bayar tunai").check()
    expect(page.get_by_role("button", name="Pesan sekarang")).to_be_visible()
    expect(page.get_by_text("belum ada yang dibayar sekarang")).to_be_visible()
    expect(page.get_by_text("setelah ini Anda membayar di halaman Stripe")).to_be_hidden()


def test_a_guest_pays_two_shops_at_once(page: Page, wares: list[int], live_server: LiveServer) -> None:
    order_by_card(page, wares)
    pay(page)
    expect(page.get_by_role("heading", name="Terima kasih, Tamu Lestari!")).to_be_visible()
    expect(page.get_by_text("Pembayaran Rp150.000 sudah kami terima.")).to_be_visible()
    expect(page.get_by_text("Kode serah terima")).to_have_count(2)
    expect(page.get_by_text("tunai")).to_have_count(0)
    assert states(live_server) == {OrderStatus.WAITING}


def test_a_declined_card_and_then_another(page: Page, wares: list[int], live_server: LiveServer) -> None:
    order_by_card(page, wares)
    pay(page, "4000 0000 0000 9995")
    back_to_the_market(page)
    expect(page.get_by_text("Saldo atau limit kartu itu tidak cukup. Tidak ada uang yang diambil.")).to_be_visible()
    expect(page.get_by_role("timer")).to_contain_text("menit")
    assert states(live_server) == {OrderStatus.UNPAID}
    page.get_by_role("button", name="Coba bayar lagi").click()
    pay(page)
    expect(page.get_by_role("heading", name="Terima kasih, Tamu Lestari!")).to_be_visible()


def test_the_pages_on_the_way_are_sound(phone_page: Page, wares: list[int], axe: Callable[[Page], list[str]]) -> None:
    page = phone_page
    choose_card(page, wares)
    assert axe(page) == []
    page.get_by_role("button", name="Pesan dan bayar").click()
    pay(page, "4000 0000 0000 0002")
    back_to_the_market(page)
    assert axe(page) == []
    page.get_by_role("button", name="Coba bayar lagi").click()
    pay(page)
    expect(page.get_by_role("heading", name="Terima kasih, Tamu Lestari!")).to_be_visible()
    assert axe(page) == []


def test_an_approval_that_the_buyer_refuses(page: Page, wares: list[int], live_server: LiveServer) -> None:
    order_by_card(page, wares)
    pay(page, "4000 0000 0000 3220")
    page.get_by_role("button", name="Tolak").click()
    back_to_the_market(page)
    expect(page.get_by_text("Bank tidak mendapat persetujuan Anda (3-D Secure).")).to_be_visible()
    assert states(live_server) == {OrderStatus.UNPAID}


def test_the_goods_go_back_into_the_cart(
    page: Page, wares: list[int], live_server: LiveServer, stripe_standin: StandIn
) -> None:
    order_by_card(page, wares)
    back_to_the_market(page)
    page.get_by_text("Kembalikan barang ke keranjang").click()
    page.get_by_role("button", name="Ya, kembalikan").click()
    expect(page.get_by_role("heading", name="Keranjang")).to_be_visible()
    for name in ("Sambal lu’at", "Selendang"):
        expect(page.get_by_role("link", name=name)).to_be_visible()
    assert states(live_server) == {OrderStatus.CANCELLED}
    assert [session["status"] for session in stripe_standin.all("checkout.session")] == ["expired"]


def test_a_hold_that_ends_while_the_buyer_looks(
    phone_page: Page, wares: list[int], live_server: LiveServer, axe: Callable[[Page], list[str]]
) -> None:
    page = phone_page
    order_by_card(page, wares)
    back_to_the_market(page)
    with live_server.app.app_context(), transaction():
        db.session.execute(sa.update(Payment).values(hold_until=now() + timedelta(seconds=5)))
    page.get_by_role("link", name="Lihat pembelian").click()
    expect(page.get_by_role("timer")).to_have_text("kurang dari 1 menit lagi")
    expect(page.get_by_role("heading", name="Waktu bayar sudah habis")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("timer")).to_have_count(0)
    assert axe(page) == []
    page.get_by_role("button", name="Kembalikan barang ke keranjang").click()
    expect(page.get_by_role("link", name="Selendang")).to_be_visible()
