"""A walk over every page that each kind of person can reach in the demo market, on a phone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from tests.browser.scenes import OVER, open_up
from tests.databases import SqliteSource, build
from tests.make.byhand import QRIS
from tests.serving import LiveServer, serve
from tests.smtp import free_port
from tests.standin import KEY
from tools.stripe_standin.server import StandIn

PASSWORD = "beli-ntt-demo"
PAGES_OF_A_KIND = 2
WALKERS_OF_COMMON_PAGES = 2
SMALLEST = {"width": 320, "height": 640}
WALKERS = {
    "guest": ("/",),
    "budi": ("/akun",),
    "ina": ("/penjual", "/penjual/harga-menunggu", "/penjual/pesanan/cetak/daftar-ambil"),
    "yuli": ("/penjual/pesanan?keadaan=selesai", "/penjual/tim"),
    "lurah": ("/pendamping",),
    "nus": ("/putaran",),
    "ratna": ("/kurasi",),
    "mince": ("/penjual/daftar",),
    "admin": ("/admin",),
}
# Answers that are no pages, and pages whose address comes by mail or after a form.
NO_PAGES = {
    "admin.batch_file",
    "admin.payment_proof",
    "admin.claim_picture",
    "admin.talk_picture",
    "buyer_claims.picture",
    "buyer_messages.picture",
    "checkout.come_back",
    "checkout.payment",
    "checkout.proof",
    "checkout.qris_picture",
    "curation.certificate_file",
    "imports.bad_rows",
    "imports.export",
    "imports.progress",
    "imports.template",
    "media.picture",
    "onboarding.paper_file",
    "openings.paper_file",
    "places.children",
    "product_drafts.places",
    "purchases.receipt",
    "seller_claims.picture",
    "seller_messages.picture",
    "seller_orders.count",
    "seller_orders.receipt",
    "seller_payouts.statement_csv",
    "seller_payouts.statement_pdf",
    "seller_payouts.year_csv",
    "seller_payouts.year_pdf",
    "seller_store.certificate_file",
    "static",
    "web.asset",
    "web.healthz",
    "web.manifest",
    "web.readyz",
    "web.robots",
}


@pytest.fixture(scope="module")
def demo_server(sqlite_source: SqliteSource, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The real server with the whole demo market, where neighbours have paid by card and by hand."""
    port = free_port()
    folder = tmp_path_factory.mktemp("demo") / "instance"
    stripe = StandIn()
    stripe.start()
    cards = {"STRIPE_SECRET_KEY": KEY, "STRIPE_API_BASE": stripe.url}
    cards |= {"BANK_NAME": "Bank NTT", "BANK_ACCOUNT": "0010123456789", "BANK_HOLDER": "BeliNTT", "QRIS_PAYLOAD": QRIS}
    market = build("sqlite", sqlite_source.fresh(), folder, SITE_URL=f"http://127.0.0.1:{port}", **cards)
    market.flask("demo", "load")
    with serve(market, port) as server:
        yield server
    market.close()
    stripe.stop()


class Walk:
    """One person's way through the site: breadth first, a few pages of each kind."""

    def __init__(self, page: Page, server: LiveServer, axe: Callable[[Page], list[str]], known: Counter[str]) -> None:
        self.page, self.url, self.axe, self.known = page, server.url, axe, known
        self.views = server.app.view_functions
        self.routes: MapAdapter = server.app.url_map.bind("127.0.0.1")
        self.seen: Counter[str] = Counter()
        self.opened: set[str] = set()
        self.wrong: list[str] = []
        page.on("response", self._note)
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))

    def _note(self, response: Response) -> None:
        if not response.url.startswith((self.url, "data:")):
            self.wrong.append(f"{self.page.url} asks another host: {response.url}")
        elif response.status >= 400 and urlsplit(response.url).path not in OVER:
            self.wrong.append(f"{self.page.url}: {response.url} answered {response.status}")

    def kind_of(self, path: str) -> str:
        try:
            return str(self.routes.match(urlsplit(path).path, method="GET")[0])
        except HTTPException:
            return "no such page"

    def from_page(self, start: str) -> None:
        waiting, known = [start], {start}
        while waiting:
            path = waiting.pop(0)
            kind = self.kind_of(path)
            if kind in NO_PAGES or self.seen[kind] >= self.enough_of(kind):
                continue
            self.visit(path)
            for target in self.links():
                if target not in known:
                    known.add(target)
                    waiting.append(target)

    def enough_of(self, kind: str) -> int:
        """How many pages of a kind to look at: fewer where others have looked, in the end none of what all may see."""
        is_public = getattr(self.views.get(kind), "access", "") == "public"
        if (is_public or kind.startswith("accounts.")) and self.known[kind] >= WALKERS_OF_COMMON_PAGES:
            return 0
        return 1 if self.known[kind] else PAGES_OF_A_KIND

    def visit(self, path: str) -> None:
        """Open one page and look at it."""
        kind = self.kind_of(path)
        self.seen[kind] += 1
        self.opened.add(kind)
        self.page.goto(self.url + path)
        self.look_at(path)

    def look_at(self, path: str) -> None:
        self.wrong += [f"{path}: {line}" for line in self.axe(self.page)]
        size = self.page.viewport_size
        self.page.set_viewport_size(SMALLEST)
        too_wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if too_wide > 0:
            self.wrong.append(f"{path}: {too_wide} px too wide at 320 px")
        if self.page.get_by_role("heading", level=1).count() != 1:
            self.wrong.append(f"{path}: not one h1")
        if size:
            self.page.set_viewport_size(size)

    def links(self) -> list[str]:
        found = self.page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
        targets = []
        for href in found:
            parts = urlsplit(urljoin(self.page.url, href))
            if f"{parts.scheme}://{parts.netloc}" == self.url:
                targets.append(parts.path + (f"?{parts.query}" if parts.query else ""))
        return targets


def sign_in(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/masuk")
    page.get_by_label("E-mail atau nomor HP").fill(f"{name}@demo.belintt.id")
    page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Masuk").click()


def fill_cart(page: Page, url: str) -> None:
    """Put the first thing on the home page's shelf into the cart, so that there is something to check out."""
    page.goto(url)
    page.locator("main a[href^='/produk/']").first.click()
    page.get_by_role("button", name="keranjang").first.click()


def pages_of(app: Flask) -> set[str]:
    """The endpoints of all pages."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if rule.methods and "GET" in rule.methods} - NO_PAGES


def test_every_page_is_sound(
    demo_server: LiveServer, new_context: Callable[..., BrowserContext], axe: Callable[[Page], list[str]]
) -> None:
    """No axe violation, nothing wider than 320 px, no broken link or picture, no other host, and no page left out."""
    known: Counter[str] = Counter()
    reached: set[str] = set()
    wrong: list[str] = []
    scenes = open_up(demo_server)
    for name in [*WALKERS, *(scenes.keys() - WALKERS.keys())]:
        page = new_context(viewport={"width": 360, "height": 740}, service_workers="block").new_page()
        if name != "guest":
            sign_in(page, demo_server.url, name)
        if name in ("guest", "budi"):
            fill_cart(page, demo_server.url)
        walk = Walk(page, demo_server, axe, known)
        for path in scenes.get(name, ()):
            walk.visit(path)
        walk.seen.clear()  # what was opened by hand does not stand for what links lead to
        for start in WALKERS.get(name, ()):
            walk.from_page(start)
        known.update(walk.seen.keys())
        reached |= walk.opened
        wrong += [f"{name}: {line}" for line in walk.wrong]
        page.context.close()
    assert not wrong, "\n".join(wrong)
    assert pages_of(demo_server.app) - reached == set()


def test_the_list_of_no_pages_is_up_to_date(demo_server: LiveServer) -> None:
    assert {rule.endpoint for rule in demo_server.app.url_map.iter_rules()} >= NO_PAGES
