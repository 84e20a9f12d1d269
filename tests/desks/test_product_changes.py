"""Changes to a product that is there: price, stock and forms at once, words to the curators, all in one save."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import queries
from marketplace.catalog.rules import cell_key
from marketplace.catalog.services import products, stock, variants
from marketplace.core.db import transaction
from marketplace.curation.models import Submission
from marketplace.media import services as media
from tests import make
from tests.catalog.people import Shop, shop
from tests.media.pictures import picture


@pytest.fixture
def mine(client: FlaskClient, db: SQLAlchemy) -> Shop:
    """Ina's shop; the client is hers."""
    store = shop()
    make.sign_in_client(client, store.owner)
    return store


def passed(mine: Shop) -> int:
    """A basket with a picture of Ina's that the curators passed; its id."""
    shown = pictured(mine)
    with transaction():
        draft = make.draft("Bakul", picture_ids=((shown, "Bakul"),))
        made = products.create(mine.ina, mine.id, make.category_id(), draft, [make.form()]).id
        products.put_live(made, queries.latest_revision_id(made), curated=True)
    return made


def count(db: SQLAlchemy, model: type[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def untouched(page: str) -> dict[str, Any]:
    """What a browser sends of a page that nobody touched, besides the visible fields."""
    found = re.findall(r'name="(kunci|awal|tanda|product_id|seen_on_hand)" (?:type="hidden" )?value="([^"]*)"', page)
    return {name: value.replace("&#34;", '"') for name, value in found}


def test_price_and_words_change_in_one_save(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id = passed(mine)
    where = f"/penjual/produk/{product_id}"
    live = queries.product(product_id).live_revision_id
    sent = {**untouched(client.get(where).text), "name": "Bakul Besar", "price": "75.000", "on_hand": "12"}
    answer = client.post(where, data=sent)
    assert answer.status_code == 303
    assert "Harga dan stok langsung berlaku. Perubahan foto dan keterangan" in client.get(where).text
    row, product = queries.variants(product_id)[0], queries.product(product_id)
    assert (row.price, row.on_hand) == (75_000, 12)
    assert product.live_revision_id == live
    assert queries.draft_of_product(product_id) is None


def test_a_price_alone_does_not_trouble_the_curators(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id = passed(mine)
    where = f"/penjual/produk/{product_id}"
    client.post(where, data={**untouched(client.get(where).text), "price": "75.000"})
    assert "langsung berlaku, tanpa kurasi" in client.get(where).text
    assert count(db, Submission) == 0


def test_stock_that_moved_meanwhile_is_not_counted_back_in(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id = passed(mine)
    where = f"/penjual/produk/{product_id}"
    sent = {**untouched(client.get(where).text), "on_hand": "20", "price": "75.000"}
    variant_id = queries.variants(product_id)[0].id
    with transaction():
        stock.reserve({variant_id: 3})
    with transaction():
        stock.hand_over({variant_id: 3})
    answer = client.post(where, data=sent)
    assert answer.status_code == 409
    assert "sekarang 7" in answer.text
    row = queries.variants(product_id)[0]
    assert (row.price, row.on_hand) == (50_000, 7)
    assert client.post(where, data={**untouched(answer.text), "on_hand": "20"}).status_code == 303
    row = queries.variants(product_id)[0]
    assert (row.price, row.on_hand) == (75_000, 20)


def test_a_page_left_open_undoes_no_sale(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id = passed(mine)
    where = f"/penjual/produk/{product_id}"
    sent = {**untouched(client.get(where).text), "on_hand": "10", "price": "75.000"}
    variant_id = queries.variants(product_id)[0].id
    with transaction():
        stock.reserve({variant_id: 3})
    with transaction():
        stock.hand_over({variant_id: 3})
    assert client.post(where, data=sent).status_code == 303
    row = queries.variants(product_id)[0]
    assert (row.price, row.on_hand) == (75_000, 7)


def test_forms_that_somebody_changed_meanwhile_are_not_overwritten(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    product_id = passed(mine)
    where = f"/penjual/produk/{product_id}"
    sent = {**untouched(client.get(where).text), "price": "75.000"}
    with transaction():
        variants.change_variant(mine.ina, queries.variants(product_id)[0].id, price=60_000)
    answer = client.post(where, data=sent)
    assert answer.status_code == 409
    assert 'value="75.000"' in answer.text
    assert queries.variants(product_id)[0].price == 60_000
    assert client.post(where, data=untouched(answer.text)).status_code == 303
    assert queries.variants(product_id)[0].price == 75_000


def test_forms_called_freely_keep_their_ids_on_the_screen(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    with transaction():
        forms = [make.form(50_000, name="Kecil"), make.form(90_000, name="Besar, kuat")]
        product_id = make.live(make.product(mine.id, variants=forms)).id
    ids = [row.id for row in queries.variants(product_id)]
    where = f"/penjual/produk/{product_id}"
    page = client.get(where).text
    cell = f"cell-{cell_key(('Besar, kuat', ''))}-price"
    assert f'name="{cell}"' in page
    client.post(where, data={"aksi": "foto", "pictures": (io.BytesIO(picture()), "bakul.jpg")})
    answer = client.post(where, data={**untouched(page), cell: "95.000"})
    assert answer.status_code == 303
    rows = queries.variants(product_id)
    assert [(row.id, row.name, row.price) for row in rows] == [
        (ids[0], "Kecil", 50_000),
        (ids[1], "Besar, kuat", 95_000),
    ]


def test_changes_are_kept_while_they_are_put_right_and_can_be_thrown_away(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    product_id = passed(mine)
    where = f"/penjual/produk/{product_id}"
    answer = client.post(where, data={**untouched(client.get(where).text), "name": "Bakul Baru", "price": "gratis"})
    assert answer.status_code == 422
    page = client.get(where).text
    assert 'value="Bakul Baru"' in page
    assert "Ada perubahan yang belum disimpan" in page
    assert queries.revision(queries.latest_revision_id(product_id)).name == "Bakul"
    found = queries.draft_of_product(product_id)
    assert found is not None
    client.post(f"/penjual/produk/draf/{found.key}/buang")
    assert 'value="Bakul Baru"' not in client.get(where).text


def pictured(mine: Shop) -> int:
    """A picture of Ina's."""
    prepared = media.prepare_picture(io.BytesIO(picture()))
    with transaction():
        return media.keep(mine.ina, prepared).id
