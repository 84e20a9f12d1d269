"""The desk of many orders: what is urgent, finding one, packing, telling the buyer."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.core import outbox
from marketplace.core.actor import Actor, Grant, Role
from marketplace.core.clock import now, today, travel
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.core.errors import NotAllowed
from marketplace.notifications.models import Message
from marketplace.orders import services
from marketplace.orders.models import Order, OrderLine, OrderShare
from marketplace.orders.rules import OrderStatus as S
from marketplace.orders.rules import ShareKind
from tests import make
from tests.counting import statements
from tests.orders.snapshots import snapshot

LIST = "/penjual/pesanan"


@pytest.fixture
def sambal(db: SQLAlchemy) -> Product:
    with transaction():
        return make.product(make.store("Dapur Mama Ina"), "Sambal Lu’at", price=50_000, on_hand=500)


@pytest.fixture
def ina(client: FlaskClient, sambal: Product) -> FlaskClient:
    make.sign_in_client(client, make.person("Ina Rohi", roles=[Grant(Role.STORE_OWNER, sambal.store_id)]))
    return client


def order(product: Product, up_to: S = S.WAITING, hours_ago: int = 0, fee: int = 0, **more: object) -> Order:
    with travel(now() - timedelta(hours=hours_ago)), transaction():
        made = make.purchase([product], up_to=up_to, fee=fee, **more)  # type: ignore[arg-type]
    return make.orders_of(made)[0]


def codes_in(client: FlaskClient, address: str) -> list[str]:
    """The codes of the orders that a list shows, in their order."""
    soup = BeautifulSoup(client.get(address).text, "html.parser")
    links = [str(link["href"]) for link in soup.select(".workspace-work a[href*='/penjual/pesanan/NTT-']")]
    return list(dict.fromkeys(urlsplit(link).path.rpartition("/")[2] for link in links if "cetak" not in link))


# --- what is urgent, and finding ---------------------------------------------


def test_what_waits_comes_first_and_the_most_urgent_of_it(ina: FlaskClient, sambal: Product) -> None:
    ready, late = order(sambal, S.READY, 30), order(sambal, hours_ago=20)
    soon, packing = order(sambal, hours_ago=1), order(sambal, S.PROCESSING, 5)
    order(sambal, S.DONE)
    order(sambal, S.CANCELLED)
    assert codes_in(ina, LIST) == [late.code, soon.code, packing.code, ready.code]


@pytest.mark.parametrize("words", ["tamu", "LESTARI", "luat sambal", "Lu'at"])
def test_an_order_is_found_by_words(ina: FlaskClient, sambal: Product, words: str) -> None:
    with transaction():
        other = make.product(sambal.store_id, "Kain Tenun")
    found = order(sambal, S.DONE)
    with transaction():
        handle.session.execute(
            sa.update(Order).where(Order.id == found.id).values(search_text="tamu lestari sambal luat")
        )
    kain = order(other, S.DONE)
    assert found.code in codes_in(ina, f"{LIST}?q={words}")
    assert (kain.code in codes_in(ina, f"{LIST}?q={words}")) is (words in {"tamu", "LESTARI"})


def test_names_of_buyer_and_goods_are_searched(ina: FlaskClient, sambal: Product) -> None:
    found = order(sambal)
    assert codes_in(ina, f"{LIST}?q=lestari+barang+{sambal.id}") == [found.code]
    assert codes_in(ina, f"{LIST}?q=lestari+100%25") == []
    assert codes_in(ina, f"{LIST}?q=tidakada") == []


@pytest.mark.parametrize("typed", ["{code}", "{bare}", " {lower} "])
def test_an_order_is_found_by_its_code_however_it_is_typed(ina: FlaskClient, sambal: Product, typed: str) -> None:
    found = order(sambal, S.DONE)
    order(sambal, S.DONE)
    bare = found.code.removeprefix("NTT-")
    asked = typed.format(code=found.code, bare=bare, lower=found.code.lower())
    assert codes_in(ina, f"{LIST}?q={asked}") == [found.code]


def test_filters_are_combined(ina: FlaskClient, sambal: Product) -> None:
    brought, fetched = order(sambal, S.DONE, fee=7_000), order(sambal, S.DONE)
    old = order(sambal, S.DONE, hours_ago=24 * 40)
    assert codes_in(ina, f"{LIST}?cara=own_delivery") == [brought.code]
    assert set(codes_in(ina, f"{LIST}?bayar=cash")) == {brought.code, fetched.code, old.code}
    assert codes_in(ina, f"{LIST}?bayar=card") == []
    assert old.code not in codes_in(ina, f"{LIST}?dari={today() - timedelta(days=7)}")
    assert codes_in(ina, f"{LIST}?sampai={today() - timedelta(days=7)}&keadaan=selesai") == [old.code]


@pytest.mark.parametrize(
    "query", ["keadaan=apa", "cara=unta", "bayar=utang", "dari=besok", "sampai=2026-99-99", "q=%00", "setelah=xyz"]
)
def test_a_strange_search_is_no_failure(ina: FlaskClient, sambal: Product, query: str) -> None:
    order(sambal)
    assert ina.get(f"{LIST}?{query}").status_code == 200


def test_a_search_never_finds_another_shops_order(ina: FlaskClient, sambal: Product) -> None:
    with transaction():
        other = make.product(None, "Sambal Lain")
    order(other)
    assert codes_in(ina, f"{LIST}?q=lestari") == []


def test_a_person_who_left_is_no_longer_found(db: SQLAlchemy, sambal: Product) -> None:
    from_budi = make.person("Budi Lado")
    made = order(sambal, S.DONE, buyer=from_budi)
    assert "budi" in made.search_text
    with transaction():
        from marketplace.accounts.services.closing import Leaving  # noqa: PLC0415

        services.forget_buyer(Leaving(from_budi.id, from_budi.email, from_budi.phone))
    assert handle.session.scalar(sa.select(Order.search_text).where(Order.id == made.id)) == ""


def test_the_lists_cost_the_same_for_any_number_of_orders(ina: FlaskClient, sambal: Product, db: SQLAlchemy) -> None:
    def cost(address: str) -> int:
        with statements(db) as seen:
            assert ina.get(address).status_code == 200
        return len(seen)

    addresses = (LIST, f"{LIST}?keadaan=semua", f"{LIST}?q=lestari")
    for status in (S.WAITING, S.PROCESSING, S.READY):
        order(sambal, status)
    before = [cost(address) for address in addresses]
    for status in (S.WAITING, S.PROCESSING, S.READY) * 3:
        order(sambal, status)
    assert [cost(address) for address in addresses] == before


# --- several at once ----------------------------------------------------------


def test_several_orders_are_made_ready_in_one_go(ina: FlaskClient, sambal: Product) -> None:
    made = [order(sambal, S.PROCESSING) for _ in range(3)]
    answer = ina.post(f"{LIST}/kesiapan", data={"kode": [one.code for one in made]})
    assert answer.status_code == 303
    assert {one.status for one in made} == {S.READY}


def test_one_that_has_moved_on_is_named_and_the_others_go_on(ina: FlaskClient, sambal: Product) -> None:
    packing, gone = order(sambal, S.PROCESSING), order(sambal, S.DONE)
    answer = ina.post(f"{LIST}/kesiapan", data={"kode": [gone.code, packing.code, packing.code]})
    assert answer.status_code == 409
    assert gone.code in answer.text
    assert packing.status is S.READY
    assert gone.status is S.DONE


def test_another_shops_order_among_them_changes_nothing(ina: FlaskClient, sambal: Product) -> None:
    mine = order(sambal, S.PROCESSING)
    with transaction():
        other = make.product(None, "Sambal Lain")
    theirs = order(other, S.PROCESSING)
    before = snapshot()
    answer = ina.post(f"{LIST}/kesiapan", data={"kode": [mine.code, theirs.code]})
    assert answer.status_code == 404
    assert snapshot() == before


def test_nothing_chosen_is_said_so(ina: FlaskClient, sambal: Product) -> None:
    assert "Pilih dulu" in ina.post(f"{LIST}/kesiapan", follow_redirects=True).text


# --- paper -----------------------------------------------------------------------


def test_a_slip_holds_what_is_needed_to_pack(ina: FlaskClient, sambal: Product) -> None:
    made = order(sambal, S.PROCESSING, fee=7_000)
    with transaction():
        handle.session.execute(sa.update(OrderLine).values(allergens=["peanut"]))
        made.handover_code = "7391"  # a drawn one may be the end of the buyer's number
    page = ina.get(f"{LIST}/cetak/slip?kode={made.code}").text
    for words in (made.code, "Tamu Lestari", "samping gereja", "Kacang tanah", "Rp107.000", "+6281234567890"):
        assert words in page
    assert 'class="qr"' in page
    assert made.handover_code not in BeautifulSoup(page, "html.parser").select_one(".slips").get_text()  # type: ignore[union-attr]


def test_a_gift_shows_no_price(ina: FlaskClient, sambal: Product) -> None:
    made = order(sambal, S.PROCESSING)
    page = ina.get(f"{LIST}/cetak/slip?kode={made.code}&harga=0&kertas=58").text
    assert "Rp" not in BeautifulSoup(page, "html.parser").select_one(".slips-58").get_text()  # type: ignore[union-attr]


@pytest.mark.parametrize("status", [S.WAITING, S.DONE])
def test_a_slip_tells_no_more_of_the_buyer_than_the_desk_does(ina: FlaskClient, sambal: Product, status: S) -> None:
    made = order(sambal, status, fee=7_000)
    page = ina.get(f"{LIST}/cetak/slip?kode={made.code}").text
    assert "+6281234567890" not in page
    assert "Lalamentik" not in page


def test_the_pick_list_adds_the_same_goods_up(ina: FlaskClient, sambal: Product) -> None:
    first, second = order(sambal, S.PROCESSING, quantity=2), order(sambal, S.PROCESSING, quantity=3)
    page = ina.get(f"{LIST}/cetak/daftar-ambil?kode={first.code}&kode={second.code}").text
    assert "<b>5 ×</b>" in page
    assert page.count("tick-box") == 1
    assert f"{first.code}, {second.code}" in page


@pytest.mark.parametrize("paper", ["slip", "daftar-ambil"])
def test_another_shops_order_is_not_printed(ina: FlaskClient, sambal: Product, paper: str) -> None:
    with transaction():
        other = make.product(None, "Sambal Lain")
    assert ina.get(f"{LIST}/cetak/{paper}?kode={order(other).code}").status_code == 404
    assert ina.get(f"{LIST}/cetak/{paper}?kode=NTT-00000000").status_code == 404
    assert ina.get(f"{LIST}/cetak/{paper}").status_code == 200


def test_printing_many_costs_the_same(ina: FlaskClient, sambal: Product, db: SQLAlchemy) -> None:
    codes = [order(sambal, S.PROCESSING).code for _ in range(4)]

    def cost(number: int) -> int:
        with statements(db) as seen:
            ina.get(f"{LIST}/cetak/slip?" + "&".join(f"kode={code}" for code in codes[:number]))
        return len(seen)

    assert cost(1) == cost(4)


# --- telling -----------------------------------------------------------------------


def test_the_desk_says_which_letters_left(ina: FlaskClient, sambal: Product, db: SQLAlchemy) -> None:
    made = order(sambal, S.PROCESSING)
    outbox.deliver_all()
    page = ina.get(f"{LIST}/{made.code}").text
    assert "Surel ke pembeli, terkirim" in page
    with transaction():
        handle.session.execute(sa.update(Message).values(sent_at=None, failures=0))
    assert "menunggu dikirim" in ina.get(f"{LIST}/{made.code}").text
    with transaction():
        handle.session.execute(sa.update(Message).values(failures=2))
    assert "sudah dicoba 2 kali" in ina.get(f"{LIST}/{made.code}").text


def test_without_an_address_the_desk_says_so(ina: FlaskClient, sambal: Product) -> None:
    made = order(sambal, S.PROCESSING, email="")
    assert "tidak memberi alamat surel" in ina.get(f"{LIST}/{made.code}").text


@pytest.mark.parametrize(
    ("status", "fee", "words"),
    [(S.PROCESSING, 0, "sedang disiapkan"), (S.READY, 0, "siap diambil"), (S.ON_THE_WAY, 7_000, "sedang diantar")],
)
def test_a_ready_message_fits_the_state(ina: FlaskClient, sambal: Product, status: S, fee: int, words: str) -> None:
    made = order(sambal, S.READY if status is S.ON_THE_WAY else status, fee=fee)
    soup = BeautifulSoup(ina.get(f"{LIST}/{made.code}").text, "html.parser")
    link = str(soup.select_one("[data-share] a")["href"])  # type: ignore[index]
    said = parse_qs(urlsplit(link).query)["text"][0]
    assert link.startswith("https://wa.me/6281234567890?")
    assert words in said
    assert made.code in said
    assert made.handover_code not in said.replace(made.code, "")


@pytest.mark.parametrize("status", [S.WAITING, S.DONE])
def test_no_message_is_offered_where_the_number_is_not_shown(ina: FlaskClient, sambal: Product, status: S) -> None:
    assert "wa.me/6281234567890" not in ina.get(f"{LIST}/{order(sambal, status).code}").text


def test_passing_a_message_on_is_noted_once(ina: FlaskClient, sambal: Product) -> None:
    made = order(sambal, S.PROCESSING)
    for _ in range(2):
        assert ina.post(f"{LIST}/{made.code}/kabar", data={"jenis": "accepted"}).status_code == 303
    assert handle.session.scalar(sa.select(sa.func.count()).select_from(OrderShare)) == 1
    page = ina.get(f"{LIST}/{made.code}").text
    assert "dibagikan Ina Rohi" in page
    assert "Tandai sudah dibagikan" not in page
    quiet = ina.post(f"{LIST}/{made.code}/kabar", data={"jenis": "ready"}, headers={"Accept": "application/json"})
    assert quiet.status_code == 204
    assert ina.post(f"{LIST}/{made.code}/kabar", data={"jenis": "salam"}).status_code == 404


def test_nobody_else_notes_it(client: FlaskClient, sambal: Product) -> None:
    made = order(sambal, S.PROCESSING)
    with pytest.raises(NotAllowed), transaction():
        services.note_shared(Actor(), made.id, ShareKind.READY)
    with transaction():
        other = make.store("Toko Lain").id
    make.sign_in_client(client, make.person("Yuli", roles=[Grant(Role.STORE_OWNER, other)]))
    assert client.post(f"{LIST}/{made.code}/kabar", data={"jenis": "ready"}).status_code == 404


def test_the_way_from_one_open_order_to_the_next(ina: FlaskClient, sambal: Product) -> None:
    first, done, last = order(sambal), order(sambal, S.DONE), order(sambal, S.READY)
    page = ina.get(f"{LIST}/{first.code}").text
    assert f'/{last.code}" rel="next"' in page
    assert 'rel="prev"' not in page
    assert f'/{first.code}" rel="prev"' in ina.get(f"{LIST}/{done.code}").text
