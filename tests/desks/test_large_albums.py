"""Large pictures do not hold up the pages of others: they are stored as they came, and the worker makes them ready."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from PIL import Image

from marketplace.catalog.handlers import take_waiting_pictures
from marketplace.catalog.models import Album
from marketplace.catalog.services import albums
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.media.models import MediaFile, Upload
from marketplace.media.rules import LARGEST_UPLOAD, UploadState
from marketplace.media.services import uploads
from tests import make
from tests.desks.albums import album as album
from tests.desks.albums import base, filled, press, view
from tests.make.drafts import draft


def heavy(megabytes: int = 3) -> bytes:
    """A good picture of a few thousand pixels, with so much behind it that it is large."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (200, 30, 30)).save(out, "JPEG")
    return out.getvalue() + b"\0" * (megabytes * 1024 * 1024)


def test_a_large_picture_of_a_plain_form_waits_for_the_worker(
    client: FlaskClient, album: Album, db: SQLAlchemy
) -> None:
    files = [(io.BytesIO(heavy()), "besar.jpg"), (io.BytesIO(heavy()), "besar-2.jpg")]
    assert press(client, album, "foto", pictures=files).status_code == 303
    assert "sedang diolah" in client.get(base(album)).text
    assert db.session.query(MediaFile).count() == 0
    assert client.post(base(album), data={"name": "Kain", "aksi": "terbitkan"}).status_code == 422
    take_waiting_pictures()
    assert [item.name for item in view(album).pictures] == ["besar.jpg", "besar-2.jpg"]


def test_small_ones_beside_it_are_there_at_once(client: FlaskClient, album: Album) -> None:
    files = [(io.BytesIO(heavy(0)), "kecil.jpg"), (io.BytesIO(heavy()), "besar.jpg")]
    press(client, album, "foto", pictures=files)
    assert [item.name for item in view(album).pictures] == ["kecil.jpg"]
    assert [item.name for item in view(album).waiting] == ["besar.jpg"]


def test_a_large_file_that_is_no_picture_is_told_at_its_place(client: FlaskClient, album: Album) -> None:
    press(client, album, "foto", pictures=(io.BytesIO(b"<html>" * 500_000), "kain.jpg"))
    take_waiting_pictures()
    assert "bukan foto JPEG" in client.get(base(album)).text


def test_one_above_the_limit_is_refused_and_nothing_of_it_is_kept(
    client: FlaskClient, album: Album, db: SQLAlchemy
) -> None:
    press(client, album, "foto", pictures=(io.BytesIO(b"x" * (LARGEST_UPLOAD + 1)), "kain.jpg"))
    assert "Berkas lebih besar dari 12 MB" in client.get(base(album)).text
    assert db.session.query(Upload).count() == 0


def test_a_full_album_takes_no_large_one_either(client: FlaskClient, album: Album) -> None:
    filled(client, album, 8)
    press(client, album, "foto", pictures=(io.BytesIO(heavy()), "kain.jpg"))
    assert "Paling banyak 8 foto" in client.get(base(album)).text
    assert len(view(album).items) == 8


def test_a_large_picture_from_another_phone_waits_too(client: FlaskClient, album: Album, db: SQLAlchemy) -> None:
    with transaction():
        token = albums.share(SYSTEM, album.id)
    answer = client.post(f"/foto/{token}", data={"foto": [(io.BytesIO(heavy()), "besar.jpg")]})
    assert answer.status_code == 303
    assert db.session.query(MediaFile).count() == 0
    take_waiting_pictures()
    assert [item.name for item in view(album).pictures] == ["besar.jpg"]


def test_pages_are_answered_while_twenty_large_ones_wait(
    client: FlaskClient, album: Album, db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = heavy(2)
    with transaction():
        others = [draft(SYSTEM, album.store_id, f"kunci-draf-nomor-{n:04}").album_id for n in range(2)]
    album_ids = [album.id, *(each for each in others if each)]
    for number in range(20):
        whole = uploads.store_whole(io.BytesIO(content))
        with transaction():
            albums.hand_over(SYSTEM, album_ids[number // 8], whole, f"foto-{number}.jpg")
    held, go = threading.Event(), threading.Event()
    stop_at_first(monkeypatch, held, go)
    worker = threading.Thread(target=in_app(client, take_waiting_pictures))
    worker.start()
    try:
        assert held.wait(20), "the worker has begun"
        for address in (base(album), "/penjual/produk", "/"):
            assert client.get(address).status_code == 200
        assert db.session.query(Upload).filter(Upload.state == UploadState.RECEIVED).count() == 19
        db.session.rollback()
    finally:
        go.set()
        worker.join(60)
    assert db.session.query(MediaFile).count() == 20


def stop_at_first(monkeypatch: pytest.MonkeyPatch, held: threading.Event, go: threading.Event) -> None:
    """Let the worker stand still in the middle of its first picture, as a slow machine would."""
    ready = uploads.content

    def slowly(chunks: list[str]) -> bytes:
        held.set()
        assert go.wait(30)
        return ready(chunks)

    monkeypatch.setattr(uploads, "content", slowly)


def in_app(client: FlaskClient, work: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        with client.application.app_context():
            work()

    return run


def test_a_piece_is_written_down_unread(client: FlaskClient, album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    def unpack(*_: object) -> None:
        raise AssertionError("the web server unpacked a picture")

    monkeypatch.setattr(Image, "open", unpack)
    content = heavy()
    begun = make.begin_upload(client, base(album), len(content))
    assert make.send_piece(client, begun.headers["Location"], 0, content).status_code == 204
    assert view(album).waiting[0].percent == 100
