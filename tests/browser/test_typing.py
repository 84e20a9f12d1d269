"""What is typed on the one screen outlives a session that ended, another tab, and another person on the same phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, Route, expect

from marketplace.core.actor import Grant, Role
from marketplace.core.db import db, transaction
from marketplace.stores.models import Store
from tests import make
from tests.serving import LiveServer

NEW = "/penjual/produk/baru"
STATE = "[data-save-state]"


@pytest.fixture
def makers(live_server: LiveServer) -> None:
    """Ina and Yuli, each with a shop and nothing in it."""
    with live_server.app.app_context():
        for shop, name, mail in (("Dapur Mama Ina", "Ina Rohi", "ina"), ("Tenun Mama Yuli", "Yuli Taneo", "yuli")):
            with transaction():
                store_id = make.store(shop).id
            make.person(name, email=f"{mail}@example.id", roles=[Grant(Role.STORE_OWNER, store_id)])


def sign_in(page: Page, name: str = "ina") -> None:
    """On a page that asks for it."""
    page.get_by_label("E-mail atau nomor HP").fill(f"{name}@example.id")
    page.get_by_label("Kata sandi", exact=True).fill(make.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Masuk")


def basket(server: LiveServer) -> int:
    """A product of Ina's; its id."""
    with server.app.app_context(), transaction():
        store_id = db.session.scalars(sa.select(Store.id).order_by(Store.id)).first()
        return make.product(store_id, "Bakul", category="anyaman").id


def wait_for(page: Page, held: list[Any]) -> None:
    """Until the network has something that is held back."""
    for _ in range(200):
        if held:
            return
        page.wait_for_timeout(50)
    raise AssertionError("nothing was asked for")


def begun(page: Page) -> str:
    """A draft with a name; its address."""
    page.goto(f"/masuk?next={NEW}")
    sign_in(page)
    page.get_by_label("Nama produk").fill("Bakul")
    expect(page.locator(STATE)).to_contain_text("Tersimpan")
    page.wait_for_url("**/draf/*")
    return page.url


def test_a_session_that_ended_while_typing_loses_nothing(
    phone_page: Page, makers: None, axe: Callable[[Page], list[str]]
) -> None:
    page = phone_page
    address = begun(page)
    page.context.clear_cookies()
    page.get_by_label("Harga", exact=True).fill("45.000")
    expect(page.locator(STATE)).to_have_text("Anda sudah keluar. Yang diketik tetap tersimpan di HP ini.")
    page.get_by_role("button", name="Terbitkan").click()
    expect(page.locator(STATE)).to_contain_text("Anda sudah keluar")
    assert axe(page) == []
    page.get_by_role("link", name="Masuk lagi").click()
    sign_in(page)
    expect(page).to_have_url(address)
    expect(page.get_by_label("Nama produk")).to_have_value("Bakul")
    expect(page.get_by_label("Harga", exact=True)).to_have_value("45.000")
    expect(page.locator(STATE)).to_contain_text("Tersimpan")
    page.reload()
    expect(page.get_by_label("Harga", exact=True)).to_have_value("45.000")


def test_a_draft_that_had_not_begun_goes_on_after_signing_in_again(phone_page: Page, makers: None) -> None:
    page = phone_page
    page.goto(f"/masuk?next={NEW}")
    sign_in(page)
    page.context.clear_cookies()
    page.get_by_label("Nama produk").fill("Bakul")
    page.get_by_role("link", name="Masuk lagi").click()
    sign_in(page)
    expect(page.get_by_label("Nama produk")).to_have_value("Bakul")
    expect(page.locator(STATE)).to_contain_text("Tersimpan")


def test_signing_in_again_in_another_tab_is_enough(phone_page: Page, makers: None) -> None:
    page = phone_page
    begun(page)
    page.context.clear_cookies()
    other = page.context.new_page()
    other.goto("/masuk")
    sign_in(other)
    page.bring_to_front()
    page.get_by_label("Harga", exact=True).fill("45.000")
    expect(page.locator(STATE)).to_contain_text("Tersimpan")
    page.get_by_role("button", name="Simpan dulu").click()
    expect(page.get_by_text("Draf tersimpan.")).to_be_visible()
    expect(page.get_by_label("Harga", exact=True)).to_have_value("45.000")


def test_what_one_person_typed_is_not_sent_nor_lost_by_another(phone_page: Page, makers: None) -> None:
    page = phone_page
    address = begun(page)
    page.context.clear_cookies()
    page.get_by_label("Harga", exact=True).fill("45.000")
    expect(page.locator(STATE)).to_contain_text("Anda sudah keluar")
    page.goto(f"/masuk?next={NEW}")
    sign_in(page, "yuli")
    page.get_by_label("Nama produk").fill("Kain")
    expect(page.locator(STATE)).to_contain_text("Tersimpan")
    page.context.clear_cookies()
    page.goto(f"/masuk?next={urlsplit(address).path}")
    sign_in(page)
    expect(page.get_by_label("Nama produk")).to_have_value("Bakul")
    expect(page.get_by_label("Harga", exact=True)).to_have_value("45.000")


def test_two_tabs_of_a_draft_keep_the_last_word_on_each_field(phone_page: Page, makers: None) -> None:
    first = phone_page
    address = begun(first)
    second = first.context.new_page()
    second.goto(address)
    second.get_by_label("Nama produk").fill("Bakul Besar")
    second.get_by_label("Berat dengan kemasan").fill("400")
    expect(second.locator(STATE)).to_contain_text("Tersimpan")
    first.bring_to_front()
    first.get_by_label("Harga", exact=True).fill("45.000")
    expect(first.locator(STATE)).to_contain_text("Tersimpan")
    first.get_by_role("button", name="Simpan dulu").click()
    expect(first.get_by_text("Draf tersimpan.")).to_be_visible()
    for label, value in (("Nama produk", "Bakul Besar"), ("Berat dengan kemasan", "400")):
        expect(first.get_by_label(label)).to_have_value(value)
    expect(first.get_by_label("Harga", exact=True)).to_have_value("45.000")


def test_another_category_asks_its_questions_in_place(
    phone_page: Page, live_server: LiveServer, makers: None, axe: Callable[[Page], list[str]]
) -> None:
    page = phone_page
    with live_server.app.app_context(), transaction():
        store_id = db.session.scalars(sa.select(Store.id).order_by(Store.id)).first()
        answers = {"teknik": "Buna", "motif": "Kaif"}
        made = make.product(store_id, "Kain", category="kain-tenun-lembaran", attributes=answers).id
    page.goto(f"/masuk?next=/penjual/produk/{made}")
    sign_in(page)
    expect(page.locator("#attr-motif")).to_have_value("Kaif")
    page.get_by_label("Nama produk").fill("Kain Besar")
    page.get_by_label("Kategori").select_option(label="Selendang & syal")
    expect(page.locator("#attr-teknik")).to_have_value("Buna")
    page.get_by_label("Kategori").select_option(label="Camilan")
    expect(page.get_by_text("Tidak ditanyakan di kategori ini")).to_be_visible()
    expect(page.get_by_text("Teknik: Buna")).to_be_visible()
    expect(page.locator("#attr-teknik")).to_have_count(0)
    expect(page.get_by_label("Nama produk")).to_have_value("Kain Besar")
    assert axe(page) == []


def test_the_last_of_two_choices_counts_whichever_answer_comes_first(
    phone_page: Page, live_server: LiveServer, makers: None
) -> None:
    page, held, made = phone_page, [], basket(live_server)
    page.goto(f"/masuk?next=/penjual/produk/{made}")
    sign_in(page)

    def hold_the_first(route: Route) -> None:
        if route.request.method == "GET" and not held:
            held.append((route, route.fetch()))  # answered now, told later
        else:
            route.continue_()

    page.route("**/penjual/produk/**", hold_the_first)
    page.get_by_label("Kategori").select_option(label="Selendang & syal")
    wait_for(page, held)
    page.get_by_label("Kategori").select_option(label="Kain tenun lembaran")
    expect(page.locator("#attr-teknik")).to_have_attribute("required", "")
    route, answer = held[0]
    route.fulfill(response=answer)
    page.wait_for_timeout(300)
    expect(page.locator("#attr-teknik")).to_have_attribute("required", "")


def test_a_category_chosen_before_the_script_has_come_asks_its_questions(
    phone_page: Page, live_server: LiveServer, makers: None
) -> None:
    page, held, made = phone_page, [], basket(live_server)
    page.goto("/masuk?next=/penjual")
    sign_in(page)

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/js/screen*.js", hold)
    page.goto(f"/penjual/produk/{made}", wait_until="commit")
    page.get_by_label("Kategori").select_option(label="Kain tenun lembaran")
    wait_for(page, held)
    for route in held:
        route.continue_()
    expect(page.locator("#attr-teknik")).to_have_attribute("required", "")
