"""By transfer and QRIS on a phone, with script and without: order, see where to pay, show the proof."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from marketplace.core.db import db, transaction
from marketplace.payments.models import Payment
from tests import make
from tests.databases import SqliteSource, build
from tests.make.byhand import ACCOUNT, QRIS
from tests.media.pictures import picture
from tests.serving import LiveServer, serve
from tests.smtp import free_port


@pytest.fixture
def live_server(sqlite_source: SqliteSource, tmp_path: Path) -> Iterator[LiveServer]:
    """The real server of a market with an account and a QRIS code."""
    port = free_port()
    settings = {name.upper(): value for name, value in ACCOUNT.items()}
    settings |= {"SITE_URL": f"http://127.0.0.1:{port}", "QRIS_PAYLOAD": QRIS}
    market = build("sqlite", sqlite_source.fresh(), tmp_path / "instance", **settings)
    with serve(market, port) as server:
        yield server
    market.close()


@pytest.fixture(params=["script", "no script"])
def page(request: pytest.FixtureRequest) -> Page:
    """A phone."""
    found: Page = request.getfixturevalue("phone_page" if request.param == "script" else "no_script_page")
    return found


def order(page: Page, server: LiveServer, way: str) -> None:
    with server.app.app_context(), transaction():
        product = make.live(make.product(make.store("Dapur Mama"), "Sambal lu’at", price=30_000, on_hand=5))
        variant_id = make.variant(product).id
    page.goto("/keranjang")
    sent: dict[str, str | float | bool] = {"variant_id": str(variant_id), "quantity": "1"}
    assert page.request.post("/keranjang", form=sent, headers={"Sec-Fetch-Site": "same-origin"}).ok
    page.goto("/checkout")
    page.get_by_label("Nama penerima").fill("Tamu Lestari")
    page.get_by_label("Nomor HP").fill("0812 3456 7890")
    page.get_by_role("radio", name=way).check()
    page.get_by_role("button", name=re.compile("^Pesan")).click()
    expect(page.get_by_role("heading", name="Pembayaran", exact=True)).to_be_visible()


def test_a_transfer_is_shown_and_its_proof_taken(page: Page, live_server: LiveServer) -> None:
    order(page, live_server, "Transfer bank")
    expect(page.get_by_text(ACCOUNT["bank_account"])).to_be_visible()
    with live_server.app.app_context():
        to_pay = db.session.scalars(sa.select(Payment.amount - Payment.rounding)).one()
    said = f"Rp{to_pay:,}".replace(",", ".")
    expect(page.locator("data", has_text=said)).to_have_attribute("value", str(to_pay))
    page.get_by_label("Foto atau tangkapan layar").set_input_files(
        {"name": "bukti.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    page.get_by_role("button", name="Kirim bukti").click()
    expect(page.get_by_role("heading", name="Sedang kami periksa")).to_be_visible()
    expect(page.get_by_role("link", name="Bukti 1")).to_be_visible()


def test_account_and_sum_are_copied(
    phone_page: Page, live_server: LiveServer, axe: Callable[[Page], list[str]]
) -> None:
    page = phone_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    order(page, live_server, "Transfer bank")
    assert axe(page) == []
    buttons = page.get_by_role("button", name="Salin")
    expect(buttons).to_have_count(2)
    buttons.first.click()
    expect(page.get_by_role("button", name="Tersalin")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == ACCOUNT["bank_account"]


def test_a_qris_code_is_shown_and_can_be_saved(page: Page, live_server: LiveServer) -> None:
    order(page, live_server, "QRIS")
    expect(page.locator("svg.qr")).to_be_visible()
    expect(page.get_by_text("TOKO CONTOH SATU")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Simpan gambar QR").click()
    assert saved.value.suggested_filename.endswith(".png")
