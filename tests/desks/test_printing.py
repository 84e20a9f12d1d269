"""What a shop prints."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.catalog.services import products
from marketplace.core.actor import SYSTEM, Grant, Role
from marketplace.core.db import transaction
from tests import make
from tests.counting import statements


@pytest.fixture
def goods(db: SQLAlchemy, client: FlaskClient) -> list[Product]:
    """Three public goods of Ina's, one hidden; the client is hers. Another shop sells too."""
    with transaction():
        store_id = make.store("Dapur Mama Ina").id
        made = [
            make.product(store_id, name, 10_000)
            for name in ("Sambal Lu’at", "Keripik", "Bakul <b>Lontar</b>", "Rahasia")
        ]
        products.hide(SYSTEM, made[3].id)
        make.product(None, "Milik Orang")
    make.sign_in_client(client, make.person("Ina Bere", roles=[Grant(Role.STORE_OWNER, store_id)]))
    return made


def test_the_price_list_holds_what_is_public_and_nothing_else(client: FlaskClient, goods: list[Product]) -> None:
    page = client.get("/penjual/toko/daftar-harga").text
    sheet = page[page.index('class="sheet sheet-a4"') :]
    assert all(
        name in sheet for name in ("Sambal Lu’at", "Keripik", "Bakul &lt;b&gt;Lontar", "Rp10.000", "Dapur Mama Ina")
    )
    assert "Rahasia" not in page
    assert "Milik Orang" not in page
    assert sheet.count('class="qr"') == 1


def test_only_the_chosen_goods_are_printed(client: FlaskClient, goods: list[Product]) -> None:
    page = client.get(f"/penjual/toko/daftar-harga?produk={goods[1].id}&ukuran=a5").text
    sheet = page[page.index('class="sheet sheet-a5"') :]
    assert "Keripik" in sheet
    assert "Sambal" not in sheet


def test_tags_come_in_the_copies_asked_for(client: FlaskClient, goods: list[Product]) -> None:
    first, second = (make.variant(product).id for product in goods[:2])
    page = client.get(f"/penjual/toko/label?l-{first}=3&l-{second}=1&ukuran=8").text
    assert 'class="tags tags-8"' in page
    assert page.count('class="shelf-tag"') == 4
    assert "Milik Orang" not in page


def test_a_search_keeps_the_copies_chosen_before(client: FlaskClient, goods: list[Product]) -> None:
    chosen = make.variant(goods[0]).id
    page = client.get(f"/penjual/toko/label?l-{chosen}=2&cari=KERI").text
    assert re.findall(r"name=\"l-\d+\"[^>]* value=\"(\w*)\"", page) == ["2", ""]
    assert "Bakul" not in page


@pytest.mark.parametrize("copies", ["-1", "0", "abc", "9" * 30, ""])
def test_strange_numbers_of_copies_print_nothing_strange(
    client: FlaskClient, goods: list[Product], copies: str
) -> None:
    page = client.get(f"/penjual/toko/label?l-{make.variant(goods[0]).id}={copies}&ukuran=%00")
    assert page.status_code == 200
    assert page.text.count('class="shelf-tag"') in {0, 48}


def test_too_many_tags_are_cut_and_said_so(client: FlaskClient, goods: list[Product]) -> None:
    with transaction():
        more = [make.product(goods[0].store_id, f"Kain {number}") for number in range(4)]
    asked = "&".join(f"l-{make.variant(product).id}=48" for product in (*more, *goods[:3]))
    page = client.get(f"/penjual/toko/label?{asked}").text
    assert page.count('class="shelf-tag"') == 240
    assert "96 label tidak ikut" in page


def test_another_shop_is_not_there(client: FlaskClient, goods: list[Product]) -> None:
    with transaction():
        other = make.store("Toko Lain").id
    for path in ("daftar-harga", "label"):
        assert client.get(f"/penjual/toko/{path}?toko={other}").status_code == 404


def test_printing_costs_the_same_for_any_number_of_goods(
    client: FlaskClient, db: SQLAlchemy, goods: list[Product]
) -> None:
    def cost() -> int:
        with statements(db) as seen:
            assert client.get("/penjual/toko/daftar-harga").status_code == 200
        return len(seen)

    before = cost()
    with transaction():
        for number in range(5):
            make.product(goods[0].store_id, f"Kain {number}")
    assert cost() == before


def test_a_shop_without_goods_is_told_what_to_do(client: FlaskClient, db: SQLAlchemy) -> None:
    with transaction():
        store_id = make.store("Toko Baru").id
    make.sign_in_client(client, make.person("Ina Bere", roles=[Grant(Role.STORE_OWNER, store_id)]))
    assert "Belum ada yang bisa dicetak" in client.get("/penjual/toko/daftar-harga").text
    assert "Belum ada yang bisa dicetak" in client.get("/penjual/toko/label").text


def test_what_is_chosen_is_printed_however_many_goods_there_are(
    client: FlaskClient, goods: list[Product], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketplace.desks.views.printing.SHOWN", 1)
    chosen = make.variant(goods[0]).id  # the last of its category by name
    page = client.get(f"/penjual/toko/label?l-{chosen}=2").text
    assert page.count('class="shelf-tag"') == 2
    assert f'name="l-{chosen}"' in page
