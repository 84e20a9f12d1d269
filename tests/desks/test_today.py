"""The morning stock: opened with one tap, added to, sold out, closed by the clock."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import handlers, queries
from marketplace.catalog.rules import MovementKind as K
from marketplace.catalog.services import stock, supply
from marketplace.core import revision
from marketplace.core.db import transaction
from tests import make
from tests.catalog.people import Shop, shop
from tests.counting import statements

WHERE = "/penjual/stok/hari-ini"


@pytest.fixture
def mine(db: SQLAlchemy) -> Shop:
    return shop()


def _meal(mine: Shop, name: str = "Nasi Kuning", cutoff: int | None = 600) -> int:
    with transaction():
        return make.variant(make.daily(mine.id, name, cutoff=cutoff)).id


def _fields(text: str, variant_id: int) -> dict[str, str]:
    found = re.search(rf'name="(t{variant_id}-form_key)"[^>]*value="([^"]+)"', text)
    assert found is not None
    return {found[1]: found[2]}


def test_a_day_from_the_first_tap_to_the_next_morning(client: FlaskClient, mine: Shop) -> None:
    meal = _meal(mine)
    with make.at(6):
        make.sign_in_client(client, mine.owner)
        assert "Buka jualan hari ini" in client.get(WHERE).text
        for _ in range(2):
            assert client.post(WHERE, data={f"porsi-{meal}": "20"}).status_code == 303
        assert "sisa 20" in client.get(WHERE).text
    with make.at(8):
        with transaction():
            stock.reserve({meal: 3})
        form = _fields(client.get(WHERE).text, meal) | {f"t{meal}-quantity": "5"}
        for _ in range(2):
            assert client.post(f"{WHERE}/{meal}/tambahan", data=form).status_code == 303
        assert make.shelf(meal) == (25, 3)
    with make.at(9):
        for _ in range(2):
            assert client.post(f"{WHERE}/{meal}/habis").status_code == 303
        assert "habis untuk hari ini" in client.get(WHERE).text
    with make.at(10, 1):
        handlers.close_days()
        assert "Sudah tutup hari ini" in client.get(WHERE).text
        assert client.post(f"{WHERE}/{meal}/habis", follow_redirects=True).status_code == 200
    with make.at(6, days=1):
        page = client.get(WHERE).text
        assert re.search(rf'id="porsi-{meal}"[^>]*value="25"', page)  # what was cooked the day before
        client.post(WHERE, data={f"porsi-{meal}": "25"})
    assert make.movements(meal) == [(K.RECEIVED, 20), (K.RECEIVED, 5), (K.CLOSING, -22), (K.RECEIVED, 25)]
    assert make.ledger_is_true()


def test_each_number_stands_for_itself(client: FlaskClient, mine: Shop) -> None:
    good, bad, none = _meal(mine), _meal(mine, "Bubur"), _meal(mine, "Kue Cucur")
    with make.at(6):
        make.sign_in_client(client, mine.owner)
        answer = client.post(WHERE, data={f"porsi-{good}": "8", f"porsi-{bad}": "banyak", f"porsi-{none}": "0"})
        assert answer.status_code == 422
        assert 'value="banyak"' in answer.text
        assert "Isi angka bulat" in answer.text
    assert [make.shelf(v)[0] for v in (good, bad, none)] == [8, 0, 0]


def test_after_the_cutoff_nothing_is_opened(client: FlaskClient, mine: Shop) -> None:
    meal = _meal(mine)
    with make.at(10):
        make.sign_in_client(client, mine.owner)
        answer = client.post(WHERE, data={f"porsi-{meal}": "8"})
        assert answer.status_code == 422
        assert "Jam pesan hari ini sudah lewat" in answer.text
        added = client.post(f"{WHERE}/{meal}/tambahan", data={f"t{meal}-quantity": "5"})
        assert added.status_code == 409
    assert make.movements(meal) == []


@pytest.mark.parametrize("quantity", ["0", "-3", "lima", "", "10000000"])
def test_a_bad_addition_is_refused(client: FlaskClient, mine: Shop, quantity: str) -> None:
    meal = _meal(mine)
    with make.at(6):
        make.sign_in_client(client, mine.owner)
        client.post(WHERE, data={f"porsi-{meal}": "8"})
        answer = client.post(f"{WHERE}/{meal}/tambahan", data={f"t{meal}-quantity": quantity})
        assert answer.status_code == 422
        assert "field-error" in answer.text
    assert make.shelf(meal) == (8, 0)


def test_the_kitchen_of_another_does_not_exist(client: FlaskClient, mine: Shop) -> None:
    meal = _meal(mine)
    other = shop("Tenun Mama Yuli", "Yuli Taneo")
    with make.at(6):
        make.sign_in_client(client, other.owner)
        assert client.post(WHERE, data={f"porsi-{meal}": "8"}).status_code == 404
        assert client.post(f"{WHERE}/{meal}/tambahan", data={f"t{meal}-quantity": "5"}).status_code == 404
        assert client.post(f"{WHERE}/{meal}/habis").status_code == 404
        assert "Belum ada masakan harian" in client.get(WHERE).text


def test_the_cost_of_the_page_does_not_grow(client: FlaskClient, mine: Shop, db: SQLAlchemy) -> None:
    with make.at(6):
        make.sign_in_client(client, mine.owner)
        _meal(mine)
        with statements(db) as few:
            client.get(WHERE)
        for number in range(8):
            _meal(mine, f"Menu {number}")
        with statements(db) as many:
            client.get(WHERE)
    assert len(many) == len(few)


# --- what the buyer reads --------------------------------------------------


def _address(meal: int) -> str:
    return queries.offers([meal])[meal].url


@pytest.mark.parametrize(
    ("hour", "is_opened", "words", "card"),
    [
        (7, False, "Belum buka hari ini", "Belum buka hari ini"),
        (8, True, "Tersedia hari ini, pesan sebelum 10.00", "Tersedia hari ini, pesan sebelum 10.00"),
        (10, True, "Buka lagi besok pagi", "Buka lagi besok pagi"),
    ],
)
def test_page_and_listing_say_when_it_can_be_had(
    client: FlaskClient, mine: Shop, hour: int, is_opened: bool, words: str, card: str
) -> None:
    meal = _meal(mine)
    if is_opened:
        with make.at(7), transaction():
            supply.open_day(mine.ina, {meal: 5})
    with make.at(hour):
        page = client.get(_address(meal)).text
        assert words in page
        assert ("Tambah ke keranjang" in page) is (hour == 8)
        assert card in client.get("/cari?q=nasi").text


def test_a_stale_page_does_not_sell(client: FlaskClient, mine: Shop) -> None:
    meal = _meal(mine)
    with make.at(10):
        put = {"variant_id": meal, "quantity": 1}
        answer = client.post("/keranjang", data=put, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 409
        assert "Pesanan hari ini sudah ditutup" in answer.text


def test_pages_are_made_afresh_when_a_cutoff_passes(client: FlaskClient, mine: Shop) -> None:
    _meal(mine)
    with make.at(9, 30):
        before = revision.current()
        handlers.close_days()
        assert revision.current() == before
    with make.at(10, 0):
        handlers.close_days()
        assert revision.current() == before + 1
    with make.at(0, 1, days=1):
        handlers.close_days()
        assert revision.current() == before + 2
