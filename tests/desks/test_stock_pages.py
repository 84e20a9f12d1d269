"""Counting, noting and looking back: the pages of the shelves."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import queries
from marketplace.catalog.models import Variant
from marketplace.catalog.rules import MovementKind as K
from marketplace.catalog.services import stock
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.orders.rules import OrderStatus
from tests import make
from tests.catalog.people import Shop, shop
from tests.counting import statements


@pytest.fixture
def mine(client: FlaskClient, db: SQLAlchemy) -> Shop:
    store = shop()
    make.sign_in_client(client, store.owner)
    return store


def _variant(mine: Shop, name: str = "Bakul Lontar", on_hand: int = 10, **more: str) -> int:
    with transaction():
        return make.variant(make.product(mine.id, name, on_hand=on_hand, **more)).id


def _key(text: str) -> str:
    found = re.search(r'name="form_key"[^>]*value="([^"]+)"', text)
    assert found is not None
    return found[1]


# --- counting --------------------------------------------------------------


def test_a_count_that_is_sent_twice_is_saved_once(client: FlaskClient, mine: Shop) -> None:
    variant_id = _variant(mine)
    for _ in range(2):
        answer = client.post("/penjual/stok", data={f"lihat-{variant_id}": "10", f"stok-{variant_id}": "7"})
        assert answer.status_code == 303
    assert make.movements(variant_id) == [(K.OPENING, 10), (K.COUNT, -3)]


def test_only_what_differs_is_written(client: FlaskClient, mine: Shop) -> None:
    same, other = _variant(mine, "Topi"), _variant(mine, "Tas")
    data = {f"lihat-{v}": "10" for v in (same, other)} | {f"stok-{same}": "10", f"stok-{other}": "4"}
    client.post("/penjual/stok", data=data)
    assert (len(make.movements(same)), len(make.movements(other))) == (1, 2)


def test_shelves_are_searched_and_the_scarce_ones_picked(client: FlaskClient, mine: Shop) -> None:
    _variant(mine, "Kain Buna", on_hand=9)
    _variant(mine, "Topi Tii Langga", on_hand=2)
    with transaction():
        make.to_order(mine.id, "Kursi Bambu")
    everything = client.get("/penjual/stok").text
    assert "Kain Buna" in everything
    assert "Kursi Bambu" not in everything
    found = client.get("/penjual/stok?cari=tii+LANGGA").text
    assert "Topi Tii Langga" in found
    assert "Kain Buna" not in found
    low = client.get("/penjual/stok?hanya=menipis").text
    assert "Topi Tii Langga" in low
    assert "Kain Buna" not in low
    assert "Tidak ada yang cocok" in client.get("/penjual/stok?cari=100%25").text


def test_the_search_stays_after_saving(client: FlaskClient, mine: Shop) -> None:
    variant_id = _variant(mine)
    data = {f"lihat-{variant_id}": "10", f"stok-{variant_id}": "7"}
    answer = client.post("/penjual/stok?cari=bakul&hanya=menipis", data=data)
    assert answer.location == "/penjual/stok?cari=bakul&hanya=menipis"


def test_two_thousand_shelves_cost_what_two_do(client: FlaskClient, mine: Shop, db: SQLAlchemy) -> None:
    _variant(mine)
    with statements(db) as few:
        client.get("/penjual/stok")
    with transaction():
        made = make.product(mine.id, "Kain")
        row = {"product_id": made.id, "store_id": mine.id, "price": 1000}
        db.session.execute(sa.insert(Variant), [{**row, "name": f"Warna {n}", "position": n} for n in range(2000)])
    with statements(db) as many:
        page = client.get("/penjual/stok").text
    assert len(many) == len(few)
    assert page.count('name="stok-') == 50
    assert 'rel="next"' in page
    assert client.get("/penjual/stok/lembar").text.count('class="shelf-box"') == 500


@pytest.mark.parametrize("address", ["stok?setelah=nbogus", "stok?cari=%00", "stok/lembar", "stok?hanya=x"])
def test_any_address_gives_a_page(client: FlaskClient, mine: Shop, address: str) -> None:
    assert client.get(f"/penjual/{address}").status_code == 200


# --- one shelf -------------------------------------------------------------


def test_what_came_and_spoiled_is_noted_with_who_and_why(client: FlaskClient, mine: Shop) -> None:
    variant_id = _variant(mine)
    where = f"/penjual/stok/{variant_id}"
    for kind, quantity, reason in (("masuk", 5, ""), ("rusak", 2, "kena hujan"), ("kurang", 1, "salah hitung")):
        data = {"kind": kind, "quantity": quantity, "reason": reason, "form_key": _key(client.get(where).text)}
        assert client.post(f"{where}/gerak", data=data).status_code == 303
    assert make.movements(variant_id)[1:] == [(K.RECEIVED, 5), (K.SPOILAGE, -2), (K.CORRECTION, -1)]
    page = client.get(where).text
    assert "kena hujan" in page
    assert "Ina Bere" in page
    assert make.ledger_is_true()


def test_a_note_that_is_sent_twice_counts_once(client: FlaskClient, mine: Shop) -> None:
    variant_id = _variant(mine)
    where = f"/penjual/stok/{variant_id}"
    data = {"kind": "masuk", "quantity": 5, "reason": "", "form_key": _key(client.get(where).text)}
    assert [client.post(f"{where}/gerak", data=data).status_code for _ in range(2)] == [303, 303]
    assert make.shelf(variant_id) == (15, 0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"kind": "tambah", "quantity": "3", "reason": " "}, "Tulis alasannya"),
        ({"kind": "masuk", "quantity": "0"}, "Isi angka dari 1"),
        ({"kind": "masuk", "quantity": "lima"}, "field-error"),
        ({"kind": "rusak", "quantity": "9"}, "tidak bisa kurang dari 4"),
        ({"kind": "hilang", "quantity": "1"}, "field-error"),
        ({"kind": "masuk", "quantity": "1000000"}, "field-error"),
    ],
)
def test_a_bad_note_is_answered_at_its_field(client: FlaskClient, mine: Shop, data: dict[str, str], words: str) -> None:
    variant_id = _variant(mine)
    with transaction():
        stock.reserve({variant_id: 4})
    answer = client.post(f"/penjual/stok/{variant_id}/gerak", data={"reason": "", **data})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{data["quantity"]}"' in answer.text
    assert len(make.movements(variant_id)) == 1


def test_the_line_of_warning_is_the_shelfs_own(client: FlaskClient, mine: Shop) -> None:
    variant_id = _variant(mine)
    where = f"/penjual/stok/{variant_id}/batas"
    assert client.post(where, data={"low_stock": "-1"}).status_code == 422
    assert client.post(where, data={"low_stock": "10"}).status_code == 303
    assert queries.shelf(variant_id, [mine.id]).low_stock == 10
    assert "Bakul Lontar" in client.get("/penjual/stok?hanya=menipis").text


def test_the_history_is_paged(client: FlaskClient, mine: Shop) -> None:
    variant_id = _variant(mine, on_hand=50)
    with transaction():
        for _ in range(31):
            stock.record_movements(SYSTEM, K.SPOILAGE, {variant_id: -1})
    page = client.get(f"/penjual/stok/{variant_id}").text
    assert page.count("Rusak atau basi") == 31  # thirty rows, and the choice in the form
    assert 'rel="next"' in page
    assert client.get(f"/penjual/stok/{variant_id}?setelah=zzz").status_code == 200


def test_the_history_of_another_does_not_exist(client: FlaskClient, mine: Shop) -> None:
    foreign = _variant(shop("Tenun Mama Yuli", "Yuli Taneo"))
    assert client.get(f"/penjual/stok/{foreign}").status_code == 404
    assert client.post(f"/penjual/stok/{foreign}/gerak", data={"kind": "masuk", "quantity": 1}).status_code == 404
    assert client.post(f"/penjual/stok/{foreign}/batas", data={"low_stock": 1}).status_code == 404
    assert make.shelf(foreign) == (10, 0)


# --- what came back --------------------------------------------------------


def test_what_came_back_is_laid_on_the_shelf_from_the_order(client: FlaskClient, mine: Shop) -> None:
    with transaction():
        placed = make.purchase([make.product(mine.id, on_hand=10)], quantity=3, up_to=OrderStatus.DONE)
    (order,) = make.orders_of(placed)
    variant_id = queries.stock_rows([mine.id]).items[0].variant_id
    where = f"/penjual/pesanan/{order.code}/barang-kembali"
    assert where in client.get(f"/penjual/pesanan/{order.code}").text
    assert "paling banyak 3" in client.get(where).text
    for wrong in ("4", "dua"):
        refused = client.post(where, data={f"kembali-{variant_id}": wrong})
        assert refused.status_code == 422
        assert f'value="{wrong}"' in refused.text
    assert make.shelf(variant_id) == (7, 0)
    for _ in range(2):
        client.post(where, data={f"kembali-{variant_id}": "2"})
    assert make.shelf(variant_id) == (9, 0)
    history = client.get(f"/penjual/stok/{variant_id}").text
    assert order.code in history
    other = shop("Tenun Mama Yuli", "Yuli Taneo")
    make.sign_in_client(client, other.owner)
    assert client.post(where, data={f"kembali-{variant_id}": "1"}).status_code == 404
