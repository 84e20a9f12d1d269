"""Pictures from a phone on a line that breaks, and from a tab that was closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, Route, expect

from marketplace.catalog.handlers import take_waiting_pictures
from marketplace.core.actor import SYSTEM, Grant, Role
from marketplace.core.db import db, transaction
from marketplace.media.models import Upload
from tests import make
from tests.make.drafts import KEY, draft
from tests.serving import LiveServer


@pytest.fixture
def album_url(live_server: LiveServer) -> str:
    """The screen of a draft of the shop of Ina, who can sign in."""
    with live_server.app.app_context():
        with transaction():
            store_id = make.store("Dapur Mama Ina").id
        make.person("Ina Rohi", email="ina@example.id", roles=[Grant(Role.STORE_OWNER, store_id)])
        with transaction():
            draft(SYSTEM, store_id, name="Sambal lu’at")
        return f"/penjual/produk/draf/{KEY}"


@pytest.fixture
def photo(tmp_path: Path) -> str:
    """A picture that stays large when it is shrunk: several pieces."""
    path = tmp_path / "kain.jpg"
    Image.effect_noise((1600, 1200), 90).convert("RGB").save(path, "JPEG", quality=90)
    return str(path)


def enter(page: Page, url: str) -> None:
    page.goto(f"/masuk?next={url}")
    page.get_by_label("E-mail atau nomor HP").fill("ina@example.id")
    page.get_by_label("Kata sandi", exact=True).fill(make.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", name="Foto", exact=True)).to_be_visible()


def work(server: LiveServer) -> None:
    with server.app.app_context():
        take_waiting_pictures()


def sent(server: LiveServer) -> list[tuple[int, int]]:
    """How many bytes of each upload are here."""
    with server.app.app_context():
        db.session.rollback()
        return [(row.offset, row.length) for row in db.session.query(Upload).order_by(Upload.id)]


@contextmanager
def cut_after(context: BrowserContext, pieces: int) -> Iterator[None]:
    """A line that breaks after so many pieces."""
    passed = 0

    def pass_some(route: Route) -> None:
        nonlocal passed
        if route.request.method == "PATCH" and passed >= pieces:
            route.abort("connectionreset")
            return
        passed += route.request.method == "PATCH"
        route.continue_()

    context.route("**/unggahan/*", pass_some)
    try:
        yield
    finally:
        context.unroute("**/unggahan/*")


def test_a_broken_line_loses_nothing(
    phone_page: Page, live_server: LiveServer, album_url: str, photo: str, axe: Callable[[Page], list[str]]
) -> None:
    enter(phone_page, album_url)
    with cut_after(phone_page.context, 2):
        phone_page.get_by_label("Tambah foto").set_input_files(photo)
        expect(phone_page.get_by_text("Menunggu sinyal").first).to_be_visible(timeout=15_000)
        assert axe(phone_page) == []
        ((offset, length),) = sent(live_server)
        assert 0 < offset < length
    expect(phone_page.get_by_text("sedang diolah")).to_be_visible(timeout=30_000)
    assert sent(live_server) == [(length, length)]
    work(live_server)
    expect(phone_page.locator(".album-face")).to_be_visible(timeout=15_000)
    assert phone_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(phone_page) == []


def test_a_closed_tab_goes_on_at_the_next_visit(
    phone_page: Page, live_server: LiveServer, album_url: str, photo: str
) -> None:
    enter(phone_page, album_url)
    with cut_after(phone_page.context, 1):
        phone_page.get_by_label("Tambah foto").set_input_files(photo)
        expect(phone_page.get_by_text("Menunggu sinyal").first).to_be_visible(timeout=15_000)
        again = phone_page.context.new_page()
        phone_page.close()
    again.goto(album_url)
    expect(again.get_by_text("sedang diolah")).to_be_visible(timeout=30_000)
    assert [offset == length for offset, length in sent(live_server)] == [True]


def test_a_picture_is_cropped_by_its_frame(
    phone_page: Page, live_server: LiveServer, album_url: str, photo: str, axe: Callable[[Page], list[str]]
) -> None:
    enter(phone_page, album_url)
    phone_page.get_by_label("Tambah foto").set_input_files(photo)
    expect(phone_page.get_by_text("sedang diolah")).to_be_visible(timeout=30_000)
    work(live_server)
    phone_page.locator(".album-face").click(timeout=15_000)
    phone_page.get_by_label("Bebas").check()
    frame = phone_page.locator(".crop-frame")
    frame.focus()
    for _ in range(5):
        phone_page.keyboard.press("Shift+ArrowLeft")
    expect(phone_page.get_by_label("Lebar (persen)")).to_have_value("95")
    assert axe(phone_page) == []
    phone_page.get_by_role("button", name="Potong foto").click()
    expect(phone_page.get_by_role("heading", name="Atur foto")).to_be_visible()


def test_without_script_a_plain_form_sends_pictures(
    no_script_page: Page, live_server: LiveServer, album_url: str, photo: str
) -> None:
    enter(no_script_page, album_url)
    no_script_page.get_by_label("Tambah foto").set_input_files([photo, photo])
    no_script_page.get_by_role("button", name="Kirim foto").click()
    expect(no_script_page.locator(".album-face").or_(no_script_page.get_by_text("sedang diolah"))).to_have_count(2)
    work(live_server)  # what is more than the page takes at once
    no_script_page.reload()
    expect(no_script_page.locator(".album-face")).to_have_count(2)


def test_a_picture_from_another_phone_appears(
    phone_page: Page, no_script_page: Page, live_server: LiveServer, album_url: str, photo: str
) -> None:
    enter(phone_page, album_url)
    phone_page.get_by_role("button", name="Pakai HP lain").click()
    expect(phone_page.locator(".album-code svg")).to_be_visible()
    link = phone_page.locator(".album-link a").get_attribute("href") or ""
    no_script_page.goto("/foto/" + link.rsplit("/", 1)[1])
    no_script_page.get_by_label("Tambah foto").set_input_files(photo)
    no_script_page.get_by_role("button", name="Kirim foto").click()
    expect(no_script_page.get_by_text("Foto masuk.")).to_be_visible()
    expect(phone_page.locator(".album-face")).to_be_visible(timeout=15_000)
    phone_page.get_by_role("button", name="Tutup tautan").click()
    expect(phone_page.get_by_role("button", name="Pakai HP lain")).to_be_visible()
    expect(phone_page.locator(".album-face")).to_be_visible()


def test_pictures_keep_the_order_they_were_chosen_in_and_are_moved_in_place(
    phone_page: Page, live_server: LiveServer, album_url: str, photo: str, tmp_path: Path
) -> None:
    small = tmp_path / "kecil.jpg"
    Image.new("RGB", (300, 300), "red").save(small)
    enter(phone_page, album_url)
    phone_page.get_by_label("Nama produk").fill("Sambal baru")
    phone_page.get_by_label("Tambah foto").set_input_files([photo, str(small)])
    expect(phone_page.get_by_text("sedang diolah")).to_have_count(2, timeout=30_000)
    assert phone_page.locator("[data-album-places] .album-name").all_inner_texts() == ["kain.jpg", "kecil.jpg"]
    work(live_server)
    expect(phone_page.locator(".album-face")).to_have_count(2, timeout=15_000)
    before = phone_page.locator("[data-picture]").nth(1).get_attribute("data-picture") or ""
    phone_page.get_by_role("button", name="Majukan foto 2").click()
    expect(phone_page.locator("[data-picture]").first).to_have_attribute("data-picture", before)
    expect(phone_page.get_by_label("Nama produk")).to_have_value("Sambal baru")
