"""Pictures from a phone: in pieces over a bad line, by a plain form, and from another phone."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from PIL import Image

from marketplace.catalog.handlers import forget_unused_pictures, sweep_uploads, take_waiting_pictures
from marketplace.catalog.models import Album
from marketplace.catalog.services import albums
from marketplace.core.clock import now
from marketplace.core.db import transaction
from marketplace.core.ports import port
from marketplace.media.adapters.store import MediaStore
from marketplace.media.models import MediaFile, Upload
from marketplace.media.rules import UploadState, names_of
from tests import make
from tests.counting import statements
from tests.desks.albums import KAIN, base, filled, one, press, uploaded, view
from tests.desks.albums import album as album
from tests.media.pictures import RED, animated, picture, png_of

# --- taken in by the worker ------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "JPEG, PNG"),
        (b"GIF89a/*" + b"*/=1;alert(1)//" * 20, "JPEG, PNG"),
        (animated("PNG"), "bergerak"),
        (KAIN[:4000], "foto"),
        (png_of(50_000, 50_000), "megapiksel"),
        (picture(size=(120, 400)), "200"),
    ],
)
def test_a_hostile_file_gets_words_at_its_place(client: FlaskClient, album: Album, content: bytes, words: str) -> None:
    uploaded(client, album, content)
    uploaded(client, album)
    take_waiting_pictures()
    first, second = view(album).items
    assert first.refusal
    assert second.picture is not None
    page = client.get(f"{base(album)}/foto").text
    assert words.lower() in page.lower()


def test_a_place_taken_away_meanwhile_stays_away(client: FlaskClient, album: Album, db: SQLAlchemy) -> None:
    uploaded(client, album)
    press(client, album, f"foto-{view(album).items[0].mark}-hapus")
    take_waiting_pictures()
    assert view(album).items == ()
    assert db.session.query(MediaFile).count() == 0


def test_what_a_killed_worker_left_is_taken_on_again(client: FlaskClient, album: Album, db: SQLAlchemy) -> None:
    uploaded(client, album)
    with transaction():
        db.session.query(Upload).update({"state": UploadState.WORKING, "claimed_at": now()})
    sweep_uploads()
    assert view(album).is_busy
    with time_machine.travel(now() + timedelta(minutes=6)):
        sweep_uploads()
    assert len(view(album).pictures) == 1


# --- the album -------------------------------------------------------------


def test_good_pictures_of_a_form_stay_when_others_fail(client: FlaskClient, album: Album) -> None:
    files = [(io.BytesIO(KAIN), "baik.jpg"), (io.BytesIO(b"bukan foto"), "rusak.txt"), (io.BytesIO(KAIN), "juga.jpg")]
    assert press(client, album, "foto", pictures=files).status_code == 303
    page = client.get(base(album)).text
    assert "rusak.txt: Berkas ini bukan foto" in page
    (refused,) = view(album).waiting
    assert (refused.name, refused.refusal) == ("rusak.txt", "media.not_a_picture")
    assert "album-refusal" in page
    press(client, album, f"foto-{refused.mark}-hapus")
    assert view(album).waiting == ()
    assert [item.name for item in view(album).pictures] == ["baik.jpg", "juga.jpg"]


def test_no_more_than_eight_are_taken(client: FlaskClient, album: Album) -> None:
    filled(client, album, 8)
    press(client, album, "foto", pictures=(io.BytesIO(KAIN), "kain.jpg"))
    assert "Paling banyak 8 foto" in client.get(base(album)).text
    assert make.begin_upload(client, base(album), 10).status_code == 422
    assert len(view(album).items) == 8


def test_a_picture_moves_and_is_described(client: FlaskClient, album: Album) -> None:
    first, second = filled(client, album).items
    press(client, album, f"foto-{second.mark}-maju")
    press(client, album, f"foto-{second.mark}-maju")  # at the front already
    client.post(f"{one(album, first)}/keterangan", data={"keterangan": "  Kain  merah "})
    assert albums.pictures(album.id) == [(second.media_id, ""), (first.media_id, "Kain merah")]


def test_a_description_that_is_too_long_stays_in_the_field(client: FlaskClient, album: Album) -> None:
    (item,) = filled(client, album, 1).items
    answer = client.post(f"{one(album, item)}/keterangan", data={"keterangan": "m" * 201})
    assert answer.status_code == 422
    assert "m" * 201 in answer.text


def test_turning_and_cropping_make_a_new_file_each(client: FlaskClient, album: Album) -> None:
    (item,) = filled(client, album, 1).items
    at = one(album, item)
    client.post(f"{at}/putar", data={"arah": "kanan", "dilihat": item.media_id})
    (turned,) = view(album).items
    assert turned.media_id != item.media_id
    assert turned.picture is not None
    assert turned.picture.height > turned.picture.width
    shown = Image.open(io.BytesIO(client.get(turned.picture.url(160)).data)).convert("RGB")
    red = shown.getpixel((80, 10))
    assert isinstance(red, tuple)
    assert all(abs(a - b) < 30 for a, b in zip(red, RED, strict=True))
    client.post(f"{at}/potong", data={"bentuk": "persegi", "dilihat": turned.media_id})
    (square,) = view(album).items
    assert square.picture is not None
    assert abs(square.picture.width - square.picture.height) <= 2


def test_a_page_that_is_out_of_date_changes_nothing(client: FlaskClient, album: Album) -> None:
    (item,) = filled(client, album, 1).items
    client.post(f"{one(album, item)}/putar", data={"dilihat": "999999"})
    assert view(album).items[0].media_id == item.media_id


@pytest.mark.parametrize(
    "box", [("0", "0", "101", "50"), ("-1", "0", "50", "50"), ("nan", "0", "9", "9"), ("", "", "", "")]
)
def test_a_box_outside_of_the_picture_is_refused(client: FlaskClient, album: Album, box: str) -> None:
    (item,) = filled(client, album, 1).items
    data = {
        "bentuk": "bebas",
        "dilihat": item.media_id,
        **dict(zip(("kiri", "atas", "lebar", "tinggi"), box, strict=True)),
    }
    assert client.post(f"{one(album, item)}/potong", data=data).status_code == 422
    assert view(album).items[0].media_id == item.media_id


def test_the_source_of_a_picture_has_no_public_address(client: FlaskClient, album: Album) -> None:
    (item,) = filled(client, album, 1).items
    assert item.picture is not None
    assert port(MediaStore).exists(f"{item.picture.key}.source")
    assert client.get(f"/media/{item.picture.key}.source").status_code == 404


def test_an_album_of_another_store_does_not_exist(client: FlaskClient, album: Album) -> None:
    (item,) = filled(client, album, 1).items
    other = make.person("Yuli Tenun")
    with transaction():
        make.store("Tenun Mama Yuli", owner=other)
    make.sign_in_client(client, other)
    assert client.get(base(album)).status_code == 404
    assert client.get(f"{base(album)}/foto").status_code == 404
    assert make.begin_upload(client, base(album), 10).status_code == 404
    for act in ("putar", "potong", "keterangan"):
        assert client.post(f"{one(album, item)}/{act}").status_code == 404
    assert client.get(one(album, item)).status_code == 404
    for act in ("foto", "foto-hp-lain", "foto-tutup-hp", f"foto-{item.mark}-hapus"):
        assert press(client, album, act).status_code == 404
    assert len(view(album).pictures) == 1
    assert view(album).link_key is None


def test_a_larger_album_asks_no_more_questions(client: FlaskClient, album: Album, db: SQLAlchemy) -> None:
    filled(client, album, 1)
    with statements(db) as few:
        client.get(f"{base(album)}/foto")
    filled(client, album, 6)
    with statements(db) as many:
        client.get(f"{base(album)}/foto")
    assert len(many) == len(few)


# --- another phone ---------------------------------------------------------


def shared(client: FlaskClient, album: Album) -> str:
    press(client, album, "foto-hp-lain")
    return f"/foto/{view(album).link_key}"


def test_another_phone_adds_pictures_without_signing_in(client: FlaskClient, album: Album) -> None:
    link = shared(client, album)
    page = client.get(base(album)).text
    assert link in page
    assert "album-qr" in page
    guest = client.application.test_client()
    seen = guest.get(link).text
    assert "Dapur Mama Ina" not in seen
    assert "Sambal" not in seen
    assert len(seen.encode()) < 30_000
    guest.post(link, data={"foto": (io.BytesIO(KAIN), "form.jpg")})
    url = make.begin_upload(guest, link, len(KAIN)).headers["Location"]
    assert make.send_piece(guest, url, 0, KAIN).status_code == 204
    take_waiting_pictures()
    assert [item.name for item in view(album).pictures] == ["form.jpg", "kain.jpg"]


def test_a_link_ends_in_time_and_by_hand(client: FlaskClient, album: Album) -> None:
    link = shared(client, album)
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert client.get(link).status_code == 410
        assert client.post(link, data={"foto": (io.BytesIO(KAIN), "a.jpg")}).status_code == 410
        assert make.begin_upload(client, link, 10).status_code == 404
    second = shared(client, album)
    assert client.get(link).status_code == 410
    assert client.get(second).status_code == 200
    press(client, album, "foto-tutup-hp")
    assert client.get(second).status_code == 410
    assert client.get("/foto/bukan-apa-apa").status_code == 410


# --- what is never used ----------------------------------------------------


def test_files_that_nothing_refers_to_are_forgotten(client: FlaskClient, album: Album, db: SQLAlchemy) -> None:
    kept, dropped = filled(client, album).items
    gone = db.session.get_one(MediaFile, dropped.media_id)
    names = [name for name in names_of(gone.key, gone.kind) if port(MediaStore).exists(name)]
    assert names
    press(client, album, f"foto-{dropped.mark}-hapus")
    forget_unused_pictures()
    assert db.session.get(MediaFile, dropped.media_id)
    with transaction():
        db.session.query(MediaFile).update({"created_at": now() - timedelta(days=31)})
    forget_unused_pictures()
    assert [row.id for row in db.session.query(MediaFile)] == [kept.media_id]
    assert not any(port(MediaStore).exists(name) for name in names)


def test_the_album_of_an_open_draft_is_never_forgotten(client: FlaskClient, album: Album, db: SQLAlchemy) -> None:
    filled(client, album, 1)
    with time_machine.travel(now() + timedelta(days=40)):
        forget_unused_pictures()
    assert len(view(album).pictures) == 1
