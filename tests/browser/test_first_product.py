"""A product from a phone: on a line that comes and goes, and without script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, Route, expect

from marketplace.catalog import queries
from marketplace.catalog.handlers import take_waiting_pictures
from marketplace.catalog.models import Product, ProductDraft
from marketplace.core.actor import Grant, Role
from marketplace.core.db import db, transaction
from marketplace.stores.models import Store
from tests import make
from tests.media.pictures import picture
from tests.serving import LiveServer

NEW = "/penjual/produk/baru"


@pytest.fixture
def maker(live_server: LiveServer) -> None:
    """Ina, who has a shop and nothing in it."""
    with live_server.app.app_context():
        with transaction():
            store_id = make.store("Dapur Mama Ina").id
        make.person("Ina Rohi", email="ina@example.id", roles=[Grant(Role.STORE_OWNER, store_id)])


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Three pictures as a phone takes them."""
    found = [tmp_path / f"foto-{number}.jpg" for number in range(3)]
    for number, path in enumerate(found):
        path.write_bytes(picture(size=(640 + number, 480)))
    return found


def sign_in(page: Page, to: str) -> None:
    page.goto(f"/masuk?next={to}")
    page.get_by_label("E-mail atau nomor HP").fill("ina@example.id")
    page.get_by_label("Kata sandi", exact=True).fill(make.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Produk baru")


def made(server: LiveServer) -> tuple[Any, int]:
    """The words of the only product, and how many drafts wait."""
    with server.app.app_context():
        product_id = db.session.scalars(sa.select(Product.id)).one()
        waiting = sa.select(sa.func.count()).where(ProductDraft.submitted_at.is_(None))
        return queries.revision(queries.latest_revision_id(product_id)), db.session.scalar(waiting) or 0


def drafts(server: LiveServer) -> list[int]:
    """How many pictures each draft holds."""
    with server.app.app_context():
        db.session.rollback()
        return [row.pictures for row in queries.open_drafts(db.session.scalars(sa.select(Store.id)).all()).items]


def work(server: LiveServer) -> None:
    """What the worker does meanwhile."""
    with server.app.app_context():
        take_waiting_pictures()


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_a_first_product_on_a_line_that_is_cut_half_way(
    phone_page: Page, live_server: LiveServer, maker: None, photos: list[Path], axe: Callable[[Page], list[str]]
) -> None:
    page = phone_page
    sign_in(page, NEW)
    state = page.locator("[data-save-state]")
    page.get_by_label("Nama produk").fill("Bakul Lontar")
    expect(state).to_contain_text("Tersimpan")
    page.locator("#pictures").set_input_files(photos[0])
    expect(page.get_by_text("sedang diolah")).to_be_visible()
    expect(state).to_have_text("Foto masih diolah…")
    work(live_server)
    expect(page.locator("#foto img")).to_have_count(1)
    expect(state).to_contain_text("Tersimpan")
    page.context.set_offline(True)
    page.locator("#pictures").set_input_files(photos[1:])
    page.get_by_label("Kategori").select_option(label="Anyaman")
    page.get_by_label("Harga", exact=True).fill("45.000")
    page.get_by_label("Berat dengan kemasan").fill("400")
    page.get_by_label("Stok", exact=True).fill("6")
    expect(state).to_have_text("Belum terkirim, menunggu sinyal")
    expect(page.get_by_text("Menunggu sinyal").first).to_be_visible()
    page.get_by_role("button", name="Terbitkan").click()
    expect(state).to_have_text("Belum terkirim, menunggu sinyal")
    assert axe(page) == []
    fits(page)
    page.context.set_offline(False)
    expect(page.get_by_text("sedang diolah")).to_have_count(2, timeout=30_000)
    page.get_by_role("button", name="Terbitkan").click()
    expect(state).to_have_text("Foto masih diolah…")
    assert axe(page) == []
    work(live_server)
    expect(page.get_by_text("Produk sudah tayang")).to_be_visible(timeout=15_000)
    words, waiting = made(live_server)
    assert (words.name, len(words.pictures), waiting) == ("Bakul Lontar", 3, 0)
    assert axe(page) == []
    fits(page)


def test_what_was_typed_without_a_line_is_sent_from_the_next_page(
    phone_page: Page, live_server: LiveServer, maker: None
) -> None:
    page = phone_page
    sign_in(page, NEW)
    page.route("**/isian", lambda route: route.abort())
    page.get_by_label("Nama produk").fill("Keripik Pisang")
    expect(page.locator("[data-save-state]")).to_have_text("Belum terkirim, menunggu sinyal")
    page.unroute("**/isian")
    with page.expect_response("**/isian"):
        page.goto("/penjual/produk")
    page.reload()
    page.get_by_role("link", name="Keripik Pisang").click()
    expect(page.get_by_label("Nama produk")).to_have_value("Keripik Pisang")


def test_a_photo_a_name_and_a_price_are_all_it_takes_to_be_saved(
    phone_page: Page, live_server: LiveServer, maker: None, photos: list[Path], axe: Callable[[Page], list[str]]
) -> None:
    page = phone_page
    sign_in(page, NEW)
    with page.expect_file_chooser() as chooser:
        page.get_by_label("Tambah foto").click()
    chooser.value.set_files(photos[0])
    page.get_by_label("Nama produk").fill("Bakul Lontar")
    page.get_by_label("Harga", exact=True).fill("45.000")
    expect(page.get_by_text("sedang diolah")).to_be_visible()
    work(live_server)
    expect(page.locator("#foto img")).to_have_count(1, timeout=15_000)
    expect(page.locator("[data-save-state]")).to_contain_text("Tersimpan")
    assert axe(page) == []
    page.goto("/penjual/produk")
    expect(page.get_by_text("Belum ada: kategori, berat")).to_be_visible()
    assert drafts(live_server) == [1]


def test_what_is_typed_while_a_save_is_on_its_way_is_sent_too(
    phone_page: Page, live_server: LiveServer, maker: None
) -> None:
    page = phone_page
    sign_in(page, NEW)
    held: list[Route] = []
    page.route("**/isian", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/isian"):
        page.get_by_label("Nama produk").fill("Bakul")
    page.get_by_label("Kategori").select_option(label="Anyaman")
    page.get_by_label("Berat dengan kemasan").fill("400")
    page.wait_for_timeout(1_000)
    held[0].continue_()
    expect(page.locator("[data-save-state]")).to_contain_text("Tersimpan")
    page.reload()
    expect(page.get_by_label("Berat dengan kemasan")).to_have_value("400")


def test_photos_of_a_draft_that_never_reached_the_market_go_on_at_the_next_visit(
    phone_page: Page, live_server: LiveServer, maker: None, photos: list[Path]
) -> None:
    sign_in(phone_page, NEW)
    context = phone_page.context
    context.set_offline(True)
    phone_page.locator("#pictures").set_input_files(photos)
    expect(phone_page.get_by_text("Menunggu sinyal").first).to_be_visible()
    expect(phone_page.locator("[data-album]")).to_have_attribute("data-kept", "3")
    away = context.new_page()
    phone_page.close()
    context.set_offline(False)
    away.goto(NEW)
    expect(away.get_by_text("sedang diolah")).to_have_count(3, timeout=30_000)
    work(live_server)
    expect(away.locator("#foto img")).to_have_count(3, timeout=15_000)
    away.goto(NEW)
    expect(away.get_by_text("Belum ada foto.")).to_be_visible()
    assert drafts(live_server) == [3]


def test_an_empty_form_beside_one_that_is_open_stays_empty(
    phone_page: Page, live_server: LiveServer, maker: None, photos: list[Path]
) -> None:
    sign_in(phone_page, NEW)
    phone_page.context.route("**/unggahan*", lambda route: route.abort())
    phone_page.locator("#pictures").set_input_files(photos)
    expect(phone_page.locator("[data-album]")).to_have_attribute("data-kept", "3")
    beside = phone_page.context.new_page()
    beside.goto(NEW)
    beside.wait_for_timeout(2_000)
    expect(beside.get_by_text("Belum ada foto.")).to_be_visible()
    assert "kunci=" not in beside.url


def test_choices_on_two_axes_fit_a_narrow_phone(
    open_page: Callable[..., Page], maker: None, axe: Callable[[Page], list[str]]
) -> None:
    page = open_page(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    sign_in(page, NEW)
    page.get_by_text("Pilihan ukuran, warna, rasa").click()
    for field, text in (("axis_1", "Ukuran"), ("values_1", "S, M"), ("axis_2", "Warna"), ("values_2", "Merah, Hitam")):
        page.locator(f"#{field}").fill(text)
    page.get_by_role("button", name="Susun daftar pilihan").click()
    expect(page.get_by_role("group", name="M / Hitam")).to_be_visible()
    page.get_by_role("group", name="S / Merah").get_by_label("Harga").fill("60.000")
    page.get_by_role("group", name="S / Merah").get_by_label("Stok").fill("7")
    page.get_by_role("group", name="M / Hitam").get_by_label("Tidak dijual").check()
    page.get_by_role("button", name="Salin harga dan stok ini ke semua").click()
    expect(page.get_by_role("group", name="M / Merah").get_by_label("Harga")).to_have_value("60.000")
    expect(page.locator("[data-save-state]")).to_contain_text("Tersimpan")
    page.reload()
    expect(page.get_by_role("group", name="S / Merah").get_by_label("Harga")).to_have_value("60.000")
    expect(page.get_by_role("group", name="S / Hitam").get_by_label("Stok")).to_have_value("7")
    expect(page.get_by_role("group", name="M / Hitam").get_by_label("Tidak dijual")).to_be_checked()
    assert axe(page) == []
    fits(page)


def test_a_first_product_without_script(
    no_script_page: Page, live_server: LiveServer, maker: None, photos: list[Path]
) -> None:
    page = no_script_page
    sign_in(page, NEW)
    page.get_by_label("Nama produk").fill("Keripik Pisang")
    page.get_by_label("Kategori").select_option(label="Camilan")
    page.get_by_role("button", name="Pakai kategori ini").click()
    page.get_by_label("Komposisi atau bahan").fill("Pisang, gula, minyak")
    page.get_by_label("Harga", exact=True).fill("25.000")
    page.get_by_role("button", name="Simpan dulu").click()
    expect(page.get_by_text("Draf tersimpan.")).to_be_visible()
    page.get_by_label("Berat dengan kemasan").fill("200")
    page.get_by_role("button", name="Terbitkan").click()
    expect(page.get_by_text("Tambahkan setidaknya satu foto.").first).to_be_visible()
    page.locator("#pictures").set_input_files(photos)
    page.get_by_role("button", name="Kirim foto").click()
    expect(page.locator("#foto img")).to_have_count(3)
    page.get_by_text("Pilihan ukuran, warna, rasa").click()
    page.locator("#axis_1").fill("Rasa")
    page.locator("#values_1").fill("Cokelat, Keju")
    page.get_by_role("button", name="Susun daftar pilihan").click()
    page.get_by_role("group", name="Keju").get_by_label("Stok").fill("4")
    page.get_by_role("button", name="Terbitkan").click()
    expect(page.get_by_text("Produk tayang setelah lolos").first).to_be_visible()
    words, waiting = made(live_server)
    assert (words.name, len(words.pictures), waiting) == ("Keripik Pisang", 3, 0)
