"""Somebody of the shop with few rights sees a product's fields as text, is told who may change them, and is refused."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import queries
from marketplace.core.actor import Grant, Right, Role
from marketplace.core.db import transaction
from tests import make
from tests.catalog.people import Shop
from tests.desks.drafts import NEW, begin, photo, products_made, rest
from tests.desks.drafts import mine as mine


def staff(client: FlaskClient, shop: Shop, *rights: Right, name: str = "Dodi Bere") -> None:
    """Sign somebody in who may do these things in the shop."""
    make.sign_in_client(client, make.person(name, roles=[Grant(Role.STORE_STAFF, shop.id, frozenset(rights))]))


def product(shop: Shop, **more: int) -> tuple[int, int, str]:
    """A public basket of 50.000 with ten in stock: its id, that of its form, and its address."""
    with transaction():
        made = make.live(make.product(shop.id, description="Dari lontar.", **more)).id
    return made, queries.variants(made)[0].id, f"/penjual/produk/{made}"


def asked(page: str) -> set[str]:
    """The fields that the page asks, without those of the form's own housekeeping."""
    main = page[page.index("<main") : page.index("</main>")]
    names = re.findall(r'<(?:input|select|textarea)[^>]*\bname="([^"]+)"', main)
    return {re.sub(r"^v\d+-", "", name) for name in names} - {"csrf_token", "seen_on_hand"}


def state(product_id: int) -> tuple[int, int, int]:
    row = queries.variants(product_id)[0]
    return row.price, row.on_hand, row.weight


def test_prices_alone(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id, variant_id, where = product(mine)
    staff(client, mine, Right.PRICES)
    page = client.get(where).text
    assert asked(page) == {"price"}
    assert "Dari lontar." in page
    assert "Foto dan keterangan diubah oleh: Ina Bere (pemilik)." in page
    assert "Stok dihitung oleh: Ina Bere (pemilik)." in page
    change = f"{where}/varian/{variant_id}"
    assert client.post(change, data={f"v{variant_id}-price": "60.000"}).status_code == 303
    assert state(product_id) == (60_000, 10, 500)
    for part, value in (("on_hand", "99"), ("weight", "7"), ("name", "Lain")):
        sent = {f"v{variant_id}-{part}": value, f"v{variant_id}-seen_on_hand": "10"}
        assert client.post(change, data=sent).status_code == 404, part
    assert client.post(where, data={"name": "Lain", "aksi": "terbitkan"}).status_code == 404
    assert state(product_id) == (60_000, 10, 500)


def test_stock_alone(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id, variant_id, where = product(mine)
    staff(client, mine, Right.STOCK)
    page = client.get(where).text
    assert asked(page) == {"on_hand"}
    assert "Harga diubah oleh: Ina Bere (pemilik)." in page
    change, mark = f"{where}/varian/{variant_id}", f"v{variant_id}-"
    sent = {f"{mark}on_hand": "4", f"{mark}seen_on_hand": "10"}
    assert client.post(change, data=sent).status_code == 303
    assert state(product_id) == (50_000, 4, 500)
    assert client.post(change, data={f"{mark}price": "1"}).status_code == 404
    answer = client.post(change, data={**sent, f"{mark}on_hand": "-3"})
    assert answer.status_code == 422
    assert asked(answer.text) == {"on_hand"}
    assert state(product_id) == (50_000, 4, 500)


def test_products_alone_on_one_that_is_there(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id, _variant_id, where = product(mine)
    staff(client, mine, Right.PRICES, name="Maria Bere")
    staff(client, mine, Right.PRODUCTS)
    page = client.get(where).text
    assert not {"price", "on_hand", "tier-1-price"} & asked(page)
    assert {"name", "weight"} <= asked(page)
    assert "Harga diubah oleh: Ina Bere (pemilik), Maria Bere." in page
    assert "50.000" in page
    send = {"aksi": "foto"}
    client.post(where, data={**rest(page), **send, "pictures": photo()})
    for wrong in ({"price": "1"}, {"on_hand": "99", "seen_on_hand": "10"}, {"tier-1-from": "2", "tier-1-price": "1"}):
        answer = client.post(where, data={**rest(client.get(where).text), **wrong, "aksi": "terbitkan"})
        assert answer.status_code == 422, wrong
        assert "Anda tidak punya hak" in answer.text
        assert state(product_id) == (50_000, 10, 500)
        found = queries.draft_of_product(product_id)
        assert found is not None
        client.post(f"/penjual/produk/draf/{found.key}/buang")
        client.post(where, data={**rest(client.get(where).text), **send, "pictures": photo()})
    answer = client.post(where, data={**rest(client.get(where).text), "name": "Bakul Baru", "aksi": "terbitkan"})
    assert answer.status_code == 303
    assert make.newest_words(product_id).name == "Bakul Baru"
    assert state(product_id) == (50_000, 10, 500)


def test_products_alone_begins_what_another_publishes(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    staff(client, mine, Right.PRODUCTS)
    page = client.get(NEW).text
    assert not {"price", "on_hand"} & asked(page)
    assert "Yang menulis harga dan menerbitkan: Ina Bere (pemilik)." in page
    assert 'value="terbitkan"' not in page
    where = begin(mine)
    answer = client.post(where, data={"aksi": "terbitkan"})
    assert answer.status_code == 422
    assert products_made(db) == 0


@pytest.mark.parametrize("forms", [1, 3])
def test_forms_of_many_kinds_are_shown_with_what_may_be_changed(
    client: FlaskClient, db: SQLAlchemy, mine: Shop, forms: int
) -> None:
    with transaction():
        made = make.product(mine.id, variants=[make.form(50_000 + n, name=f"Ukuran {n}") for n in range(forms)]).id
    staff(client, mine, Right.PRICES, Right.STOCK)
    page = client.get(f"/penjual/produk/{made}").text
    assert asked(page) == {"price", "on_hand"}
    assert page.count("/varian/") == forms
