"""The album of a draft: it begins with the first picture, and its pictures become those of the product."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import queries
from marketplace.catalog.handlers import take_waiting_pictures
from marketplace.catalog.models import Album, AlbumPicture, Product, ProductDraft
from marketplace.catalog.queries.albums import AlbumView, album_of
from marketplace.catalog.rules import cell_key
from marketplace.catalog.services import albums
from marketplace.core.db import db as db_
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from tests import make
from tests.catalog.people import Shop
from tests.desks.drafts import DRAFT, begin, fields_of, photo, products_made
from tests.desks.drafts import mine as mine
from tests.media.pictures import picture


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


def test_the_link_for_another_phone_ends_with_the_draft(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine)
    client.post(where, data={"aksi": "foto-hp-lain"})
    link = db.session.scalars(sa.select(Album.link_key)).one()
    page = client.application.test_client().get(f"/foto/{link}")
    assert page.status_code == 200
    assert [words for words in ("Dapur Mama Ina", "Bakul", "45.000") if words in page.text] == []
    assert client.post(where, data={"aksi": "terbitkan"}).status_code == 303
    guest = client.application.test_client()
    assert guest.get(f"/foto/{link}").status_code == 410
    assert guest.post(f"/foto/{link}", data={"foto": photo()}).status_code == 410
    assert make.begin_upload(guest, f"/foto/{link}", 10).status_code == 404
    assert len(db.session.scalars(sa.select(AlbumPicture)).all()) == 1


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
