"""The stand-in's payment page as a browser shows it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import stripe
from playwright.sync_api import BrowserContext, Page, expect

from tests.standin import asked
from tools.stripe_standin.server import StandIn

SIZES = [{"width": 360, "height": 740}, {"width": 1280, "height": 800}]


@pytest.fixture(params=SIZES, ids=["phone", "desktop"])
def bill(
    request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext], stripe_client: stripe.StripeClient
) -> Page:
    """The page of an open session."""
    session = stripe_client.v1.checkout.sessions.create(asked())
    page = new_context(viewport=request.param).new_page()
    page.goto(str(session.url))
    return page


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def test_a_buyer_is_declined_refuses_and_pays_in_the_end(
    bill: Page, stripe_standin: StandIn, axe: Callable[[Page], list[str]]
) -> None:
    bill.route("http://127.0.0.1:9/**", lambda route: route.fulfill(body="selesai"))
    assert axe(bill) == []
    bill.get_by_label("Ditolak, saldo tidak cukup").check()
    _press(bill, "Bayar")
    expect(bill.get_by_role("alert")).to_have_text("Saldo kartu tidak cukup. Coba kartu lain.")
    assert axe(bill) == []
    bill.get_by_label("Berhasil setelah disetujui (3-D Secure)", exact=False).first.check()
    _press(bill, "Bayar")
    assert axe(bill) == []
    _press(bill, "Tolak")
    expect(bill.get_by_role("alert")).to_contain_text("Persetujuan ditolak")
    bill.get_by_label("Nomor kartu", exact=True).fill("4242 4242 4242 4242")
    bill.get_by_label("Masa berlaku", exact=True).fill("12/34")
    bill.get_by_label("CVC", exact=True).fill("123")
    _press(bill, "Bayar")
    session = stripe_standin.all("checkout.session")[0]
    expect(bill).to_have_url(f"http://127.0.0.1:9/selesai?sesi={session['id']}")
    assert session["payment_status"] == "paid"


def test_no_page_is_wider_than_the_screen(
    bill: Page, stripe_standin: StandIn, axe: Callable[[Page], list[str]]
) -> None:
    session_id = stripe_standin.all("checkout.session")[0]["id"]
    assert bill.evaluate("document.documentElement.scrollWidth <= innerWidth")
    stripe_standin.pay(session_id)
    bill.reload()
    expect(bill.get_by_role("heading", level=1)).to_have_text("Sudah dibayar")
    assert bill.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(bill) == []
