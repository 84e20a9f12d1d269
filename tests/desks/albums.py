"""An album on the product screen of Ina, for tests."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from werkzeug.test import TestResponse

from marketplace.catalog.models import Album
from marketplace.catalog.queries.albums import AlbumItem, AlbumView
from marketplace.catalog.queries.albums import album as look
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from tests import make
from tests.make.drafts import KEY, draft
from tests.media.pictures import picture

KAIN = picture(size=(800, 600))


@pytest.fixture
def album(db: SQLAlchemy, client: FlaskClient) -> Album:
    """The album of a draft of Ina's store; the client is signed in as her."""
    ina = make.person("Ina Rohi")
    with transaction():
        store_id = make.store("Dapur Mama Ina", owner=ina).id
        album_id = draft(SYSTEM, store_id, name="Sambal lu’at").album_id
    make.sign_in_client(client, ina)
    return db.session.get_one(Album, album_id)


def base(album: Album) -> str:
    return f"/penjual/produk/draf/{KEY}"


def one(album: Album, item: AlbumItem) -> str:
    """The address of one picture."""
    return f"/penjual/album/{album.key}/{item.id}"


def press(client: FlaskClient, album: Album, button: str, **more: Any) -> TestResponse:
    """Press a button of the album on the screen."""
    return client.post(base(album), data={"aksi": button, **more})


def view(album: Album) -> AlbumView:
    return look(SYSTEM, album.key)


def begun(client: FlaskClient, album: Album, length: int = len(KAIN)) -> str:
    answer = make.begin_upload(client, base(album), length)
    assert answer.status_code == 201
    return answer.headers["Location"]


def uploaded(client: FlaskClient, album: Album, content: bytes = KAIN) -> None:
    url = begun(client, album, len(content))
    assert make.send_piece(client, url, 0, content).status_code == 204


def filled(client: FlaskClient, album: Album, count: int = 2) -> AlbumView:
    files = [(io.BytesIO(KAIN), f"kain-{number}.jpg") for number in range(count)]
    assert press(client, album, "foto", pictures=files).status_code == 303
    return view(album)
