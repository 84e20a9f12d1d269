"""The seller's order desk: what a shop sees and does, what another shop never sees, and what it costs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.catalog.services import products
from marketplace.core.actor import SYSTEM, Grant, Role
from marketplace.core.clock import now
from marketplace.core.db import transaction
from marketplace.curation import services as curation
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from tests import make
from tests.counting import statements
from tests.orders.snapshots import snapshot

S = OrderStatus


@pytest.fixture
def basket(db: SQLAlchemy) -> Product:
    """A product of Ina's shop: 50,000 rupiah, 10 on hand."""
    with transaction():
        return make.product(make.store("Dapur Mama Ina"), "Sambal Lu’at", price=50_000, on_hand=10)


@pytest.fixture
def ina(client: FlaskClient, basket: Product) -> FlaskClient:
    make.sign_in_client(client, make.person("Ina Rohi", roles=[Grant(Role.STORE_OWNER, basket.store_id)]))
    return client


def _order(basket: Product, up_to: OrderStatus = S.WAITING, fee: int = 0) -> Order:
    with transaction():
        made = make.purchase([basket], up_to=S.READY if up_to is S.ON_THE_WAY else up_to, fee=fee)
    return make.orders_of(made)[0]


def _path(order: Order, act: str = "") -> str:
    return f"/penjual/pesanan/{order.code}" + (f"/{act}" if act else "")


def test_a_sale_from_the_first_look_to_cash_in_the_hand(ina: FlaskClient, basket: Product) -> None:
    order = _order(basket, fee=7_000)
    code = order.handover_code
    assert order.code in ina.get("/penjual").text
    assert order.code in ina.get("/penjual/pesanan").text
    for act, status in (("penerimaan", S.PROCESSING), ("kesiapan", S.ON_THE_WAY)):
        answer = ina.post(_path(order, act), follow_redirects=True)
        assert answer.status_code == 200
        assert order.status is status
    answer = ina.post(_path(order, "serah-terima"), data={"code": code}, follow_redirects=True)
    assert "Uang tunai tercatat" in answer.text
    assert order.status is S.DONE
    saldo = ina.get("/penjual/saldo").text
    assert order.code in saldo
    assert "Rp107.000" in saldo


def test_the_buyers_digits_are_on_no_page_of_the_seller(ina: FlaskClient, basket: Product) -> None:
    for up_to in (S.WAITING, S.PROCESSING, S.READY, S.DONE):
        order = _order(basket, up_to)
        with transaction():
            order.handover_code = "7391"
        for path in (_path(order), "/penjual", "/penjual/pesanan", "/penjual/pesanan?keadaan=siap"):
            page = re.sub(r"NTT-[0-9A-Z]{8}", "", ina.get(path).text)
            assert not re.search(r"(?<![\w.-])7391(?![\w.-])", page)


@pytest.mark.parametrize("up_to", [status for status in S if status not in (S.UNPAID, S.EXPIRED)])
def test_phone_and_street_are_shown_only_while_they_are_needed(
    ina: FlaskClient, basket: Product, up_to: OrderStatus
) -> None:
    page = ina.get(_path(_order(basket, up_to, fee=7_000))).text
    is_needed = up_to in (S.PROCESSING, S.READY, S.ON_THE_WAY, S.ARRIVED)
    assert ("Jalan Lalamentik 3" in page) is is_needed
    assert ("+6281234567890" in page) is is_needed
    assert "Tamu Lestari" in page


def test_an_address_is_not_shown_when_the_buyer_comes_by(ina: FlaskClient, basket: Product) -> None:
    page = ina.get(_path(_order(basket, S.PROCESSING))).text
    assert "Jalan Lalamentik 3" not in page
    assert "+6281234567890" in page


# --- declining --------------------------------------------------------------


def test_declining_tells_why(ina: FlaskClient, basket: Product) -> None:
    order = _order(basket)
    assert ina.post(_path(order, "penolakan"), data={"reason": " Oven rusak "}).status_code == 303
    assert (order.status, order.reason) == (S.DECLINED, "Oven rusak")


@pytest.mark.parametrize("typed", [{}, {"reason": "  "}, {"reason": "x" * 301}])
def test_declining_without_a_reason_is_shown_again(ina: FlaskClient, basket: Product, typed: dict[str, str]) -> None:
    order = _order(basket)
    before = snapshot()
    answer = ina.post(_path(order, "penolakan"), data=typed)
    assert answer.status_code == 422
    assert re.search(r"<details[^>]* open", answer.text)
    assert snapshot() == before


# --- handing over -----------------------------------------------------------


@pytest.mark.parametrize("typed", ["", "12", "12345", "abcd", "١٢٣٤"])
def test_what_is_no_code_is_not_counted(ina: FlaskClient, basket: Product, typed: str) -> None:
    order = _order(basket, S.READY)
    answer = ina.post(_path(order, "serah-terima"), data={"code": typed})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert order.handover_tries == 0


def test_guessing_is_counted_and_locked(ina: FlaskClient, basket: Product) -> None:
    order = _order(basket, S.READY)
    wrong = f"{(int(order.handover_code) + 1) % 10_000:04d}"
    for left in (4, 3, 2, 1):
        answer = ina.post(_path(order, "serah-terima"), data={"code": wrong})
        assert answer.status_code == 422
        assert f"Sisa percobaan: {left}" in answer.text
    for code in (wrong, order.handover_code):
        answer = ina.post(_path(order, "serah-terima"), data={"code": code})
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
    assert order.status is S.READY


def test_the_code_field_is_made_for_a_phone(ina: FlaskClient, basket: Product) -> None:
    page = ina.get(_path(_order(basket, S.READY))).text
    field = re.search(r'<input id="kode"[^>]*>', page)
    assert field is not None
    assert 'inputmode="numeric"' in field[0]
    assert 'autocomplete="off"' in field[0]


# --- a lost race ------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "data"),
    [("penerimaan", {}), ("penolakan", {"reason": "Habis"}), ("kesiapan", {}), ("serah-terima", {"code": "0000"})],
)
def test_a_second_tab_is_told_and_changes_nothing(
    ina: FlaskClient, basket: Product, act: str, data: dict[str, str]
) -> None:
    order = _order(basket, S.DONE)
    before = snapshot()
    answer = ina.post(_path(order, act), data=data)
    assert answer.status_code == 409
    assert "sudah berubah sejak Anda membukanya" in answer.text
    assert "Selesai" in answer.text
    assert snapshot() == before


# --- other shops ------------------------------------------------------------


@pytest.mark.parametrize("act", ["", "penerimaan", "penolakan", "kesiapan", "serah-terima"])
@pytest.mark.parametrize("up_to", [S.WAITING, S.PROCESSING, S.READY])
def test_another_shops_order_does_not_exist(client: FlaskClient, basket: Product, act: str, up_to: OrderStatus) -> None:
    order = _order(basket, up_to)
    with transaction():
        other = make.store("Tenun Mama Yuli")
    make.sign_in_client(client, make.person("Yuli", roles=[Grant(Role.STORE_OWNER, other.id)]))
    before = snapshot()
    path, data = _path(order, act), {"code": order.handover_code, "reason": "Habis"}
    answer = client.post(path, data=data) if act else client.get(path)
    assert answer.status_code == 404
    assert snapshot() == before
    for page in ("/penjual", "/penjual/pesanan", "/penjual/saldo", "/penjual/pesanan?keadaan=siap"):
        assert order.code not in client.get(page).text
    assert client.get("/penjual/pesanan/jumlah").json == {"waiting": 0}


PAGES = ["/penjual", "/penjual/pesanan", "/penjual/saldo", "/penjual/pesanan/jumlah"]


@pytest.mark.parametrize("path", PAGES)
def test_only_sellers_have_a_desk(client: FlaskClient, db: SQLAlchemy, path: str) -> None:
    assert client.get(path).status_code == 302
    make.sign_in_client(client, make.person("Ratna", roles=[Role.CURATOR, Role.OPERATOR]))
    assert client.get(path).status_code == 404


def test_staff_do_the_daily_work(client: FlaskClient, basket: Product) -> None:
    order = _order(basket)
    make.sign_in_client(client, make.person("Dodi", roles=[Grant(Role.STORE_STAFF, basket.store_id)]))
    assert client.post(_path(order, "penerimaan")).status_code == 303
    assert order.status is S.PROCESSING


def test_answers_carry_a_token(strict_client: FlaskClient, basket: Product) -> None:
    order = _order(basket)
    make.sign_in_client(strict_client, make.person("Ina", roles=[Grant(Role.STORE_OWNER, basket.store_id)]))
    assert strict_client.post(_path(order, "penerimaan")).status_code == 400
    assert order.status is S.WAITING


# --- lists and sums ---------------------------------------------------------


TABS = {"baru": S.WAITING, "diproses": S.PROCESSING, "siap": S.READY, "selesai": S.DONE, "batal": S.DECLINED}


def test_each_tab_has_its_orders(ina: FlaskClient, basket: Product) -> None:
    orders = {tab: _order(basket, status).code for tab, status in TABS.items()}
    for tab in TABS:
        page = ina.get(f"/penjual/pesanan?keadaan={tab}").text
        assert [other for other, code in orders.items() if code in page] == [tab]
    assert orders["baru"] in ina.get("/penjual/pesanan?keadaan=apa-saja").text
    assert ina.get("/penjual/pesanan/jumlah").json == {"waiting": 1}


def test_the_most_urgent_order_comes_first_on_the_first_page(ina: FlaskClient, basket: Product) -> None:
    first, second = _order(basket).code, _order(basket).code
    page = ina.get("/penjual").text
    assert page.index(first) < page.index(second)


def test_an_empty_desk_says_what_to_do(ina: FlaskClient) -> None:
    assert "Tidak ada yang menunggu" in ina.get("/penjual/pesanan").text
    assert "Belum ada penjualan" in ina.get("/penjual/saldo").text
    assert "Rp0" in ina.get("/penjual").text


def test_low_stock_is_on_the_first_page(ina: FlaskClient, basket: Product) -> None:
    assert "Stok menipis" not in ina.get("/penjual").text
    with transaction():
        make.product(basket.store_id, "Teh Kelor", on_hand=2)
        make.product(basket.store_id, "Keripik Pisang", on_hand=0)
    page = ina.get("/penjual").text
    assert page.index("Keripik Pisang") < page.index("Teh Kelor")
    assert "sisa 2" in page


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/penjual", 15),
        ("/penjual/pesanan", 7),
        ("/penjual/pesanan?keadaan=selesai", 7),
        ("/penjual/saldo", 13),
        ("/penjual/pesanan/jumlah", 2),
        ("order", 17),
    ],
)
def test_the_pages_cost_the_same_however_many_orders(
    ina: FlaskClient, db: SQLAlchemy, basket: Product, path: str, most: int
) -> None:
    counted = []
    for _ in range(2):
        for up_to in (S.WAITING, S.DONE):
            order = _order(basket, up_to)
        address = _path(order) if path == "order" else path
        ina.get(address)
        with statements(db) as seen:
            assert ina.get(address).status_code == 200
        counted.append(len(seen))
    assert counted[0] == counted[1] <= most, seen


# --- what needs the seller now ----------------------------------------------


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=3, minutes=1), "sisa 3 hari"),
        (timedelta(hours=47, minutes=59, seconds=50), "sisa 47 jam"),
        (timedelta(minutes=59, seconds=50), "sisa 59 menit"),
        (timedelta(seconds=59), "waktu habis"),
        (timedelta(hours=-1), "waktu habis"),
    ],
)
def test_the_time_left_is_told_wherever_an_answer_is_due(
    ina: FlaskClient, basket: Product, left: timedelta, words: str
) -> None:
    order = _order(basket)
    with transaction():
        order.answer_by = now() + left
    for page in ("/penjual", "/penjual/pesanan", _path(order)):
        assert words in ina.get(page).text


def test_goods_with_the_curators_are_on_the_first_page(ina: FlaskClient, basket: Product) -> None:
    assert "Menunggu kurasi" not in ina.get("/penjual").text
    ratna = make.actor_of(make.person("Ratna", roles=[Role.CURATOR]))
    with transaction():
        waits, comes_back, passes = (make.submission(basket.store_id, name) for name in ("Teh", "Kopi", "Madu"))
        make.submission(make.store("Tenun Mama Yuli"), "Selai")
        archived, mended = waits.product_id, comes_back.product_id
        curation.ask_changes(ratna, comes_back.id, "unclear_photo", "Mohon foto yang lebih terang.")
        curation.pass_submission(ratna, passes.id, {})
    page = ina.get("/penjual").text
    assert _counted(page, "Perlu perbaikan") == _counted(page, "Menunggu kurasi") == 1
    with transaction():
        products.archive(SYSTEM, archived)
    page = ina.get("/penjual").text
    assert _counted(page, "Perlu perbaikan") == 1
    assert "Menunggu kurasi" not in page
    with transaction():
        curation.submit(SYSTEM, mended, make.revise(mended, make.draft("Kopi Baru")))
    page = ina.get("/penjual").text
    assert _counted(page, "Menunggu kurasi") == 1
    assert "Perlu perbaikan" not in page


def _counted(page: str, words: str) -> int:
    found = re.search(rf'<span>{words}</span><b class="number">(\d+)</b>', page)
    assert found is not None
    return int(found[1])
