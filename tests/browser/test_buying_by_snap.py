"""From the cart to the stand-in for Midtrans and back, on a phone. No worker is at work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from marketplace.core.db import transaction
from tests import make
from tests.databases import SqliteSource, build
from tests.serving import LiveServer, serve
from tests.smtp import free_port
from tools.midtrans_standin.server import KEY, StandIn


@pytest.fixture
def live_server(sqlite_source: SqliteSource, midtrans_standin: StandIn, tmp_path: Path) -> Iterator[LiveServer]:
    """The real server, which sends its buyers to the stand-in."""
    port = free_port()
    settings = {
        "SITE_URL": f"http://127.0.0.1:{port}",
        "MIDTRANS_SERVER_KEY": KEY,
        "MIDTRANS_API_BASE": midtrans_standin.url,
        "MIDTRANS_SNAP_BASE": midtrans_standin.url,
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


def test_declined_then_paid_by_qris(live_server: LiveServer, page: Page) -> None:
    with live_server.app.app_context(), transaction():
        variant_id = make.variant(make.product(make.store("Dapur Mama"), "Sambal", price=30_000, on_hand=5)).id
    page.goto("/keranjang")
    sent: dict[str, str | float | bool] = {"variant_id": str(variant_id), "quantity": "1"}
    assert page.request.post("/keranjang", form=sent, headers={"Sec-Fetch-Site": "same-origin"}).ok
    page.goto("/checkout")
    page.get_by_label("Nama penerima").fill("Tamu Lestari")
    page.get_by_label("Nomor HP").fill("0812 3456 7890")
    page.get_by_role("radio", name="QRIS, virtual account, atau dompet digital").check()
    page.get_by_role("button", name="Pesan dan bayar · Rp30.000").click()
    expect(page.get_by_role("heading", name="Bayar Rp30.000")).to_be_visible()
    page.get_by_role("button", name="GoPay").click()
    page.get_by_role("button", name="Anggap ditolak").click()
    expect(page.get_by_role("alert")).to_contain_text("ditolak")
    page.get_by_role("link", name="Kembali ke toko").click()
    expect(page.get_by_text("Pembayaran itu ditolak")).to_be_visible()
    page.get_by_role("button", name="Coba bayar lagi").click()
    page.get_by_role("button", name="QRIS").click()
    page.get_by_role("button", name="Bayar Rp30.000").click()
    expect(page.get_by_text("Pembayaran Rp30.000 sudah kami terima")).to_be_visible()
