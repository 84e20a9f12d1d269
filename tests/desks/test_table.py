"""Prices and stock typed into the table of goods: each cell for itself, nothing overwritten that moved meanwhile."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from werkzeug.test import TestResponse

from marketplace.accounts.services import helping
from marketplace.catalog.models import BulkChange, PendingPrice, Product, StockMovement, Variant
from marketplace.catalog.queries import table as queries
from marketplace.catalog.queries.keeping import Search
from marketplace.catalog.rules import MovementKind
from marketplace.catalog.rules.keeping import BulkField
from marketplace.catalog.services import products, stock, table, variants
from marketplace.catalog.services.table import Typed
from marketplace.core.actor import Grant, Right, Role, village_scope
from marketplace.core.db import transaction
from marketplace.core.errors import NotFound
from tests import make
from tests.catalog.people import Shop, shop
from tests.counting import statements

TABLE = "/penjual/produk/tabel"


@pytest.fixture
def mine(client: FlaskClient, db: SQLAlchemy) -> Shop:
    """Ina's shop; the client is hers."""
    store = shop()
    make.sign_in_client(client, store.owner)
    return store


def goods(mine: Shop, number: int) -> list[int]:
    """Products with one form each (ids of the forms): 1.000, 2.000 … rupiah, ten pieces."""
    with transaction():
        made = [make.product(mine.id, f"Bakul {i:04}", price=1000 * i) for i in range(1, number + 1)]
        return [make.variant(each).id for each in made]


def cells(page: str) -> dict[str, str]:
    """What the form of the table would send as it stands."""
    form = BeautifulSoup(page, "html5lib").select_one("form[data-goods-table]")
    assert form is not None
    return {str(field["name"]): str(field["value"]) for field in form.select("input[name]")}


def send(client: FlaskClient, typed: Mapping[str, object], where: str = TABLE) -> TestResponse:
    """Open the table, type into some cells ("harga-12"), send it."""
    said = {name: str(value) for name, value in typed.items()}
    return client.post(where, data={**cells(client.get(where).text), **said})


def error_at(answer: TestResponse, name: str) -> str:
    """What is said at a cell."""
    found = BeautifulSoup(answer.text, "html5lib").select_one(f"#galat-{name}")
    return found.get_text() if isinstance(found, Tag) else ""


def shelf(db: SQLAlchemy) -> list[tuple[int, int]]:
    """Price and pieces of each form."""
    rows = db.session.execute(sa.select(Variant.price, Variant.on_hand).order_by(Variant.id))
    return [(row.price, row.on_hand) for row in rows]


# --- saving ----------------------------------------------------------------


def test_ten_prices_at_once_and_back_again(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    ids = goods(mine, 12)
    answer = send(client, {f"harga-{one}": f"Rp {i + 50}.500" for i, one in enumerate(ids[:10])})
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "10 perubahan tersimpan" in page
    assert shelf(db)[:10] == [(50_500 + 1000 * i, 10) for i in range(10)]
    assert shelf(db)[10:] == [(11_000, 10), (12_000, 10)]
    first = db.session.get_one(Product, db.session.get_one(Variant, ids[0]).product_id)
    assert (first.price_from, first.price_to) == (50_500, 50_500)
    undo = BeautifulSoup(page, "html5lib").select_one("form[action$=batalkan]")
    assert undo is not None
    client.post(str(undo["action"]))
    assert shelf(db) == [(1000 * i, 10) for i in range(1, 13)]


def test_stock_is_counted_with_its_reason(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    (one,) = goods(mine, 1)
    assert send(client, {f"stok-{one}": 4}).status_code == 303
    moved = db.session.scalars(sa.select(StockMovement).order_by(StockMovement.id.desc())).first()
    assert moved is not None
    assert (moved.kind, moved.change, moved.on_hand) == (MovementKind.COUNT, -6, 4)
    assert "Diubah di daftar produk" in client.get(f"/penjual/stok/{one}").text


def test_a_table_sent_twice_is_saved_once(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    (one,) = goods(mine, 1)
    sent = {**cells(client.get(TABLE).text), f"harga-{one}": "7000", f"stok-{one}": "3"}
    for _ in range(2):
        assert client.post(TABLE, data=sent).status_code == 303
    assert shelf(db) == [(7000, 3)]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(BulkChange)) == 2


def test_bad_cells_keep_what_was_typed_and_the_good_ones_are_saved(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    one, two, three = goods(mine, 3)
    answer = send(client, {f"harga-{one}": "murah", f"harga-{two}": "0", f"stok-{two}": "1,5", f"harga-{three}": 9})
    assert answer.status_code == 422
    assert "bukan harga" in error_at(answer, f"harga-{one}")
    assert error_at(answer, f"harga-{two}")
    assert "angka bulat" in error_at(answer, f"stok-{two}")
    assert not error_at(answer, f"harga-{three}")
    kept = cells(answer.text)
    assert (kept[f"harga-{one}"], kept[f"harga-{two}"], kept[f"stok-{two}"]) == ("murah", "0", "1,5")
    assert shelf(db) == [(1000, 10), (2000, 10), (9, 10)]


def test_what_moved_meanwhile_is_told_and_not_overwritten(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    one, two = goods(mine, 2)
    sent = {**cells(client.get(TABLE).text), f"harga-{one}": "7000", f"stok-{two}": "9", f"harga-{two}": "2500"}
    with transaction():
        variants.change_variant(mine.ina, one, price=1500)
        stock.reserve({two: 2})
        stock.hand_over({two: 2})
    answer = client.post(TABLE, data=sent)
    assert answer.status_code == 409
    assert "Rp1.500" in error_at(answer, f"harga-{one}")
    assert "sekarang 8" in error_at(answer, f"stok-{two}")
    assert shelf(db) == [(1500, 10), (2500, 8)]
    again = cells(answer.text)
    assert (again[f"harga-{one}"], again[f"lihat-harga-{one}"]) == ("7000", "1500"), "held to what is there now"
    assert client.post(TABLE, data=again).status_code == 303
    assert shelf(db) == [(7000, 10), (2500, 9)]


def test_a_count_that_happens_to_be_the_number_of_now_is_still_told(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    (one,) = goods(mine, 1)
    sent = {**cells(client.get(TABLE).text), f"stok-{one}": "8"}
    with transaction():
        stock.reserve({one: 2})
        stock.hand_over({one: 2})
    assert client.post(TABLE, data=sent).status_code == 409


def test_a_form_that_is_sold_no_more_is_named(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    one, two = goods(mine, 2)
    sent = {**cells(client.get(TABLE).text), f"harga-{one}": "7000", f"harga-{two}": "8000"}
    with transaction():
        products.archive(mine.ina, db.session.get_one(Variant, one).product_id)
    answer = client.post(TABLE, data=sent)
    assert answer.status_code == 409
    assert "Bakul 0001 tidak dijual lagi" in answer.text
    assert shelf(db) == [(1000, 10), (8000, 10)]


def test_no_fewer_than_are_promised_and_no_price_below_the_dozens(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    with transaction():
        made = make.product(mine.id, variants=[make.form(price=9000, tiers=make.tiers((10, 8000)))])
        one = make.variant(made).id
    with transaction():
        stock.reserve({one: 3})
    answer = send(client, {f"harga-{one}": "8.000", f"stok-{one}": 2})
    assert answer.status_code == 422
    assert "harga grosir" in error_at(answer, f"harga-{one}")
    assert "sudah dipesan" in error_at(answer, f"stok-{one}")
    assert shelf(db) == [(9000, 10)]


# --- what there is to type -------------------------------------------------


def test_what_lies_on_no_shelf_has_no_stock_field(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    with transaction():
        to_order, daily = make.to_order(mine.id), make.daily(mine.id)
        ids = [make.variant(each).id for each in (to_order, daily)]
    shown = cells(client.get(TABLE).text)
    for one in ids:
        assert f"harga-{one}" in shown
        assert f"stok-{one}" not in shown
        assert client.post(TABLE, data={f"stok-{one}": "5", f"lihat-stok-{one}": "0"}).status_code == 422


@pytest.mark.parametrize("right", [Right.PRICES, Right.STOCK])
def test_staff_type_what_they_may_and_read_the_rest(
    client: FlaskClient, db: SQLAlchemy, mine: Shop, right: Right
) -> None:
    (one,) = goods(mine, 1)
    staff = make.person("Dodi", roles=[Grant(Role.STORE_STAFF, mine.id, frozenset({right}))])
    make.sign_in_client(client, staff)
    hers, other = ("harga", "stok") if right is Right.PRICES else ("stok", "harga")
    shown = cells(client.get(TABLE).text)
    assert f"{hers}-{one}" in shown
    assert f"{other}-{one}" not in shown
    assert send(client, {f"{hers}-{one}": 12}).status_code == 303
    refused = client.post(TABLE, data={f"{other}-{one}": "13", f"lihat-{other}-{one}": "10"})
    assert refused.status_code == 404
    assert shelf(db) == ([(12, 10)] if right is Right.PRICES else [(1000, 12)])


def test_a_helpers_prices_wait_for_the_owner(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    one, two = goods(mine, 2)
    lurah = make.person("Lurah", roles=[Grant(Role.FACILITATOR, village_scope(make.FATULULI))])
    token = make.sign_in_client(client, lurah)
    with transaction():
        asked = helping.ask(mine.ina, mine.id, make.FATULULI, lurah.id, 1, "harga")
        helping.begin(make.actor_of(lurah), asked.id, token)
    for _ in range(2):  # a double click
        assert send(client, {f"harga-{one}": "7.000", f"stok-{two}": 4}).status_code == 303
    assert shelf(db) == [(1000, 10), (2000, 4)]
    assert [row.price for row in db.session.scalars(sa.select(PendingPrice))] == [7000]
    page = client.get(TABLE).text
    assert "menunggu pemilik: Rp7.000" in page
    assert "menunggu persetujuan pemilik" in page


def test_another_shops_cells_do_not_exist(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    (one,) = goods(mine, 1)
    other = shop("Toko Lain", "Yuli")
    make.sign_in_client(client, other.owner)
    assert "Bakul" not in client.get(TABLE).text
    for word in ("harga", "stok"):
        sent = {f"{word}-{one}": "5", f"lihat-{word}-{one}": "10"}
        assert client.post(TABLE, data=sent).status_code == 404
    with pytest.raises(NotFound), transaction():
        table.save(other.ina, {(one, BulkField.PRICE): Typed(1000, 5)})
    assert shelf(db) == [(1000, 10)]


@pytest.mark.parametrize("name", ["harga-x", "harga-", "stok-99999999999999999999", "harga-999999", "lihat-harga-1"])
def test_odd_cells_are_no_error(client: FlaskClient, db: SQLAlchemy, mine: Shop, name: str) -> None:
    goods(mine, 1)
    assert client.post(TABLE, data={name: "5"}).status_code in (303, 404)


# --- many ------------------------------------------------------------------


def test_the_table_costs_the_same_for_five_and_fifty_rows(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    def cost(number: int) -> tuple[int, int]:
        with transaction():
            forms = [make.form(name=f"Ukuran {i}") for i in range(number)]
            make.product(mine.id, f"Kemeja {number}", variants=forms)
        where = f"{TABLE}?cari=kemeja+{number}"
        with statements(db) as shown:
            page = client.get(where).text
        sent = cells(page)
        for name in list(sent):
            if name.startswith(("harga-", "stok-")):
                sent[name] = "77"
        with statements(db) as saved:
            assert client.post(where, data=sent).status_code == 303
        return len(shown), len(saved)

    assert cost(5) == cost(50)


def test_products_with_many_forms_make_shorter_pages_that_hold_all(db: SQLAlchemy, mine: Shop) -> None:
    with transaction():
        for i in range(7):
            make.product(mine.id, f"Kemeja {i}", variants=[make.form(name=f"U{j}") for j in range(50)])
    seen: list[int] = []
    cursor = None
    while True:
        page, forms = queries.table_page([mine.id], Search(), cursor)
        seen += [row.id for row in page.items]
        assert sum(len(forms[row.id]) for row in page.items) <= queries.MOST_FORMS
        if page.next is None:
            break
        cursor = page.next
    assert len(seen) == len(set(seen)) == 7
    back, _forms = queries.table_page([mine.id], Search(), page.prev)
    assert len(back.items) == 2


def test_filters_and_the_place_in_the_list_are_kept(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    ids = goods(mine, 35)
    first = client.get("/penjual/produk?urut=harga").text
    link = BeautifulSoup(first, "html5lib").select_one("a[href*='/tabel']")
    assert link is not None
    assert "urut=harga" in str(link["href"])
    pages = BeautifulSoup(client.get(str(link["href"])).text, "html5lib").select(".pagination a")
    second = str(pages[-1]["href"])
    answer = send(client, {f"harga-{ids[-1]}": 99_000}, second)
    assert "urut=harga" in answer.location
    assert "setelah=" in answer.location
    assert shelf(db)[-1] == (99_000, 10)
