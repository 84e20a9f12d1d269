"""The album of a draft: it begins with the first picture, and its pictures become those of the product."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import queries
from marketplace.catalog.handlers import take_waiting_pictures
from marketplace.catalog.models import Product, ProductDraft
from marketplace.catalog.queries.albums import AlbumView, album_of
from marketplace.catalog.rules import cell_key
from marketplace.catalog.services import albums
from marketplace.core.db import db as db_
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.media import services as media
from tests import make
from tests.catalog.people import Shop, shop
from tests.make.drafts import KEY, draft
from tests.media.pictures import picture

NEW = "/penjual/produk/baru"
DRAFT = f"/penjual/produk/draf/{KEY}"


@pytest.fixture
def mine(client: FlaskClient, db: SQLAlchemy) -> Shop:
    """Ina's shop; the client is hers."""
    store = shop()
    make.sign_in_client(client, store.owner)
    return store


def photo(content: bytes | None = None) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content or picture()), "bakul.jpg"


def kept(mine: Shop) -> int:
    """A picture of Ina's."""
    prepared = media.prepare_picture(io.BytesIO(picture()))
    with transaction():
        return media.keep(mine.ina, prepared).id


def begin(mine: Shop, key: str = KEY, **more: str) -> str:
    """A draft that could be put up; its address."""
    shown = kept(mine)
    fields = {"name": "Bakul", "category_id": str(make.category_id()), "price": "45.000", "weight": "400"} | more
    with transaction():
        draft(mine.ina, mine.id, key, [shown], **{"on_hand": "6", **fields})
    return f"/penjual/produk/draf/{key}"


def rest(page: str) -> dict[str, Any]:
    """What a browser sends along of a page that nobody touched."""
    found = re.findall(r'name="(kunci|awal|tanda|product_id)" value="([^"]*)"', page)
    return {name: value.replace("&#34;", '"') for name, value in found}


def fields_of(db: SQLAlchemy) -> dict[str, list[str]]:
    db.session.expire_all()
    return db.session.scalars(sa.select(ProductDraft)).one().fields


def products_made(db: SQLAlchemy) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Product)) or 0


def the_album() -> AlbumView:
    found = db_.session.scalars(sa.select(ProductDraft.album_id)).one()
    return album_of(found or 0)


def test_the_first_picture_in_pieces_begins_the_draft(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    content = picture()
    assert client.get(f"{DRAFT}/foto").status_code == 404
    answer = make.begin_upload(client, DRAFT, len(content), store_id=mine.id)
    assert answer.status_code == 201
    assert make.send_piece(client, answer.headers["Location"], 0, content).status_code == 204
    (coming,) = the_album().items
    assert coming.is_waiting
    assert "sedang diolah" in client.get(DRAFT).text
    take_waiting_pictures()
    assert len(the_album().pictures) == 1


def test_pictures_still_worked_on_hold_a_product_back_and_nothing_is_lost(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    where, content = begin(mine), picture()
    upload = make.begin_upload(client, where, len(content), store_id=mine.id).headers["Location"]
    make.send_piece(client, upload, 0, content)
    answer = client.post(where, data={"aksi": "terbitkan", "name": "Bakul Besar"})
    assert answer.status_code == 422
    assert "1 foto masih dikirim atau diolah" in answer.text
    assert products_made(db) == 0
    take_waiting_pictures()
    assert client.post(where, data={"aksi": "terbitkan"}).status_code == 303
    made = db.session.scalars(sa.select(Product)).one()
    assert len(queries.revision(queries.latest_revision_id(made.id)).picture_ids) == 2


def test_the_service_itself_waits_for_pictures_on_their_way(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine)
    make.begin_upload(client, where, 10, store_id=mine.id)
    with pytest.raises(Invalid, match="pictures_on_their_way"), transaction():
        albums.settled(mine.ina, the_album().id)


def test_a_file_that_is_no_picture_is_named_at_its_place(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine)
    data = {"aksi": "simpan", "pictures": photo(b"<html>")}
    assert client.post(where, data=data, content_type="multipart/form-data").status_code == 303
    assert "album-refusal" in client.get(where).text
    assert client.post(where, data={"aksi": "terbitkan"}).status_code == 303


def test_a_picture_is_put_first_and_another_taken_off(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine)
    for _ in range(2):
        client.post(where, data={"aksi": "foto", "pictures": photo()}, content_type="multipart/form-data")
    first, second, third = the_album().pictures
    answer = client.post(where, data={"aksi": f"foto-{third.mark}-maju", "name": "Bakul Baru"})
    assert answer.location == f"{where}#foto"
    client.post(where, data={"aksi": f"foto-{second.mark}-hapus"})
    client.post(where, data={"aksi": f"foto-{second.mark}-hapus"})  # gone already
    assert [item.media_id for item in the_album().pictures] == [first.media_id, third.media_id]
    assert fields_of(db)["name"] == ["Bakul Baru"]


def test_the_sellers_own_description_reaches_the_product(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine)
    client.post(where, data={"aksi": "foto", "pictures": photo()}, content_type="multipart/form-data")
    first, _second = the_album().pictures
    edit = client.post(where, data={"aksi": f"foto-{first.mark}-atur"}).location
    assert edit.startswith(f"/penjual/album/{the_album().key}/{first.id}?")
    said = {"keterangan": "Bakul dari depan", "kembali": where}
    assert client.post(edit.split("?")[0] + "/keterangan", data=said).location == f"{where}#foto"
    assert "Bakul dari depan" in client.get(f"{where}/lihat").text
    client.post(where, data={"aksi": "terbitkan"})
    made = db.session.scalars(sa.select(Product)).one()
    shown = queries.revision(queries.latest_revision_id(made.id)).pictures
    assert [one.alt for one in shown] == ["Bakul dari depan", "Bakul, foto 2"]
    page = f"/penjual/produk/{made.id}"
    client.post(page, data={"name": "Bakul Besar", "aksi": "terbitkan"})
    shown = queries.revision(queries.latest_revision_id(made.id)).pictures
    assert [one.alt for one in shown] == ["Bakul dari depan", "Bakul Besar, foto 2"]


def test_the_form_of_a_product_follows_its_turned_picture(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine, axis_1="Ukuran", values_1="S, M")
    (first,) = the_album().pictures
    name = f"cell-{cell_key(('S', ''))}-picture_id"
    client.post(where, data={name: str(first.media_id), "aksi": "simpan"})
    at = f"/penjual/album/{the_album().key}/{first.id}"
    client.post(f"{at}/putar", data={"arah": "kanan", "dilihat": first.media_id})
    (turned,) = the_album().pictures
    assert turned.media_id != first.media_id
    assert fields_of(db)[name] == [str(turned.media_id)]
    client.post(where, data={"aksi": f"foto-{turned.mark}-hapus"})
    client.post(where, data={"aksi": "foto", "pictures": photo()}, content_type="multipart/form-data")
    assert client.post(where, data={"aksi": "terbitkan"}).status_code == 303
