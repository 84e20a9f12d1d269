"""Prices, forms and stock at the desk: free, and guarded."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import queries
from marketplace.catalog.services import stock
from marketplace.core.db import transaction
from marketplace.curation.models import Submission
from tests import make
from tests.catalog.people import Shop, shop


@pytest.fixture
def mine(client: FlaskClient, db: SQLAlchemy) -> Shop:
    store = shop()
    make.sign_in_client(client, store.owner)
    return store


def _product(mine: Shop, on_hand: int = 10) -> tuple[int, int]:
    with transaction():
        made = make.live(make.product(mine.id, on_hand=on_hand), curated=True).id
    return made, queries.variants(made)[0].id


def _sent(variant_id: int, **more: str) -> dict[str, str]:
    parts = {"name": "", "price": "60.000", "weight": "500", "on_hand": "10", "seen_on_hand": "10", **more}
    return {f"v{variant_id}-{key}": value for key, value in parts.items()}


def test_a_price_changes_without_the_curators(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id, variant_id = _product(mine)
    before = queries.product(product_id)
    answer = client.post(f"/penjual/produk/{product_id}/varian/{variant_id}", data=_sent(variant_id, on_hand="12"))
    assert answer.status_code == 303
    row, after = queries.variants(product_id)[0], queries.product(product_id)
    assert (row.price, row.on_hand) == (60_000, 12)
    assert (after.live_revision_id, after.curated_at) == (before.live_revision_id, before.curated_at)
    assert db.session.query(Submission).count() == 0


def test_price_and_stock_are_saved_together_or_not_at_all(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id, variant_id = _product(mine)
    with transaction():
        stock.reserve({variant_id: 3})
    with transaction():
        stock.hand_over({variant_id: 3})
    where = f"/penjual/produk/{product_id}/varian/{variant_id}"
    answer = client.post(where, data=_sent(variant_id, on_hand="20"))
    assert answer.status_code == 409
    assert "sekarang 7" in answer.text
    row = queries.variants(product_id)[0]
    assert (row.price, row.on_hand) == (50_000, 7)
    assert f'name="v{variant_id}-seen_on_hand" type="hidden" value="7"' in answer.text
    assert client.post(where, data=_sent(variant_id, on_hand="20", seen_on_hand="7")).status_code == 303


def test_fewer_than_are_promised_is_refused(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id, variant_id = _product(mine)
    with transaction():
        stock.reserve({variant_id: 4})
    answer = client.post(f"/penjual/produk/{product_id}/varian/{variant_id}", data=_sent(variant_id, on_hand="3"))
    assert answer.status_code == 422
    assert "tidak bisa kurang dari 4" in answer.text


def test_a_count_that_says_not_what_was_seen_is_refused(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id, variant_id = _product(mine)
    data = _sent(variant_id, on_hand="3", seen_on_hand="")
    assert client.post(f"/penjual/produk/{product_id}/varian/{variant_id}", data=data).status_code == 409
    assert queries.variants(product_id)[0].on_hand == 10


def test_variants_are_added_stopped_and_sold_again(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id, variant_id = _product(mine)
    where = f"/penjual/produk/{product_id}/varian"
    new = {"baru-name": "Besar", "baru-price": "90.000", "baru-weight": "900", "baru-on_hand": "2"}
    assert client.post(where, data={**new, "baru-price": ""}).status_code == 422
    assert client.post(where, data=new).status_code == 303
    assert client.post(where, data=new).status_code == 422
    assert [row.name for row in queries.variants(product_id)] == ["", "Besar"]
    client.post(f"{where}/{variant_id}/penghentian")
    assert [row.is_active for row in queries.variants(product_id)] == [False, True]
    large = queries.variants(product_id)[1].id
    answer = client.post(f"{where}/{large}/penghentian")
    assert answer.status_code == 422
    assert "Setidaknya satu varian" in answer.text
    client.post(f"{where}/{variant_id}/pemulihan")
    assert all(row.is_active for row in queries.variants(product_id))


def test_the_whole_shelf_is_counted_at_once_each_row_for_itself(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    (one, v1), (two, v2), (three, v3), (four, v4) = (_product(mine) for _ in range(4))
    with transaction():
        stock.reserve({v2: 5})
    assert client.get("/penjual/stok").status_code == 200
    data = {f"lihat-{v}": "10" for v in (v1, v2, v3, v4)}
    data |= {f"stok-{v1}": "25", f"stok-{v2}": "4", f"stok-{v3}": "sepuluh", f"stok-{v4}": "10"}
    answer = client.post("/penjual/stok", data=data)
    assert answer.status_code == 422
    assert "1 stok tersimpan." in answer.text
    assert "2 stok belum tersimpan" in answer.text
    assert 'value="sepuluh"' in answer.text
    assert [queries.variants(made)[0].on_hand for made in (one, two, three, four)] == [25, 10, 10, 10]
    answer = client.post("/penjual/stok", data={f"lihat-{v1}": "10", f"stok-{v1}": "11"})
    assert answer.status_code == 409
    answer = client.post("/penjual/stok", data={f"lihat-{v1}": "25", f"stok-{v1}": "11"})
    assert answer.status_code == 303
    assert queries.variants(one)[0].on_hand == 11


def test_the_shelf_of_another_store_cannot_be_counted(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    other = shop("Tenun Mama Yuli", "Yuli Taneo")
    foreign, variant_id = _product(other)
    client.post("/penjual/stok", data={f"lihat-{variant_id}": "10", f"stok-{variant_id}": "99"})
    assert queries.variants(foreign)[0].on_hand == 10
