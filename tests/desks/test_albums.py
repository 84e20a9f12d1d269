"""Pictures from a phone: in pieces over a bad line, by a plain form, and from another phone."""

from __future__ import annotations

import base64
import hashlib
import io
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from PIL import Image

from marketplace.catalog.handlers import forget_unused_pictures, sweep_uploads, take_waiting_pictures
from marketplace.catalog.models import Album
from marketplace.catalog.queries.albums import AlbumView
from marketplace.catalog.queries.albums import album as look
from marketplace.catalog.services import albums
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now
from marketplace.core.db import transaction
from marketplace.core.ports import port
from marketplace.media.adapters.store import MediaStore
from marketplace.media.models import MediaFile, Upload
from marketplace.media.rules import LARGEST_UPLOAD, UploadState, names_of
from tests import make
from tests.counting import statements
from tests.media.pictures import RED, animated, picture, png_of

KAIN = picture(size=(800, 600))


@pytest.fixture
def album(db: SQLAlchemy, client: FlaskClient) -> Album:
    """An album of Ina's store; the client is signed in as her."""
    ina = make.person("Ina Rohi")
    with transaction():
        store_id = make.store("Dapur Mama Ina", owner=ina).id
    make.sign_in_client(client, ina)
    return make.album(store_id, "Sambal lu’at")


def base(album: Album) -> str:
    return f"/penjual/album/{album.key}"


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
    assert client.post(f"{base(album)}/foto", data={"foto": files}).status_code == 303
    return view(album)


# --- the protocol ----------------------------------------------------------


def test_the_server_says_what_it_speaks(client: FlaskClient) -> None:
    answer = client.options("/unggahan")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.headers["Tus-Max-Size"] == str(LARGEST_UPLOAD)
    assert answer.headers["Tus-Extension"] == "creation,expiration,termination,checksum"


def test_an_upload_that_is_cut_goes_on_where_it_stood(client: FlaskClient, album: Album) -> None:
    url = begun(client, album)
    first = make.send_piece(client, url, 0, KAIN[:1000])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "1000")
    assert "Upload-Expires" in first.headers
    where = client.head(url, headers=make.TUS)
    assert where.status_code == 200
    assert (where.headers["Upload-Offset"], where.headers["Upload-Length"]) == ("1000", str(len(KAIN)))
    assert where.headers["Cache-Control"] == "no-store"
    assert make.send_piece(client, url, 1000, KAIN[1000:]).status_code == 204
    assert view(album).waiting[0].percent == 100
    take_waiting_pictures()
    (item,) = view(album).items
    assert item.picture is not None
    assert (item.picture.width, item.name) == (640, "kain.jpg")


@pytest.mark.parametrize("version", [None, "0.2.2"])
def test_another_version_of_the_protocol_is_refused(client: FlaskClient, album: Album, version: str | None) -> None:
    url = begun(client, album)
    headers = {**make.PIECE, "Upload-Offset": "0", "Tus-Resumable": version or ""}
    answer = client.patch(url, data=b"x", headers=headers)
    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Offset": "5"}, 409),
        ({"Upload-Offset": "-1"}, 400),
        ({"Upload-Offset": "x"}, 400),
        ({"Content-Type": "image/jpeg"}, 415),
        ({"Upload-Checksum": "md5 AAAA"}, 400),
        ({"Upload-Checksum": "sha1 ###"}, 400),
        ({"Upload-Checksum": "sha1 AAAA"}, 460),
    ],
)
def test_a_piece_that_breaks_a_rule_does_not_count(
    client: FlaskClient, album: Album, headers: dict[str, str], status: int
) -> None:
    url = begun(client, album)
    sent = {**make.PIECE, "Upload-Offset": "0", **headers}
    assert client.patch(url, data=KAIN[:100], headers=sent).status_code == status
    assert client.head(url, headers=make.TUS).headers["Upload-Offset"] == "0"


def test_a_piece_with_its_digest_counts(client: FlaskClient, album: Album) -> None:
    digest = base64.b64encode(hashlib.sha1(KAIN[:100], usedforsecurity=False).digest()).decode()
    answer = make.send_piece(client, begun(client, album), 0, KAIN[:100], **{"Upload-Checksum": f"sha1 {digest}"})
    assert answer.status_code == 204


def test_more_bytes_than_announced_are_refused(client: FlaskClient, album: Album) -> None:
    url = begun(client, album, 10)
    assert make.send_piece(client, url, 0, KAIN[:11]).status_code == 413
    assert client.head(url, headers=make.TUS).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize(("length", "status"), [("", 400), ("-1", 400), ("x", 400), ("0", 422)])
def test_an_odd_length_is_refused(client: FlaskClient, album: Album, length: str, status: int) -> None:
    answer = client.post(f"{base(album)}/unggahan", headers={**make.TUS, "Upload-Length": length})
    assert answer.status_code == status


def test_a_file_over_the_limit_is_not_even_begun(client: FlaskClient, album: Album) -> None:
    answer = make.begin_upload(client, base(album), LARGEST_UPLOAD + 1)
    assert answer.status_code == 413
    assert "12 MB" in answer.text
    assert view(album).items == ()


def test_a_client_that_cannot_patch_says_so_in_a_header(client: FlaskClient, album: Album) -> None:
    url = begun(client, album)
    headers = {**make.PIECE, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert client.post(url, data=KAIN[:50], headers=headers).headers["Upload-Offset"] == "50"
    assert client.post(url, headers=make.TUS).status_code == 405


def test_an_upload_given_up_is_gone_with_its_bytes(client: FlaskClient, album: Album, db: SQLAlchemy) -> None:
    url = begun(client, album)
    make.send_piece(client, url, 0, KAIN[:100])
    chunks = [f"{chunk}.chunk" for chunk in db.session.query(Upload).one().chunks]
    assert all(port(MediaStore).exists(chunk) for chunk in chunks)
    assert client.delete(url, headers=make.TUS).status_code == 204
    assert not any(port(MediaStore).exists(chunk) for chunk in chunks)
    assert client.head(url, headers=make.TUS).status_code == 410
    assert make.send_piece(client, url, 100, KAIN[100:]).status_code == 410


def test_an_upload_is_for_who_began_it(client: FlaskClient, album: Album) -> None:
    url = begun(client, album)
    make.sign_in_client(client, make.person("Orang Lain"))
    assert client.head(url, headers=make.TUS).status_code == 404
    assert make.send_piece(client, url, 0, KAIN).status_code == 404
    assert client.delete(url, headers=make.TUS).status_code == 404


def test_an_upload_needs_the_token_of_a_form(strict_client: FlaskClient, album: Album) -> None:
    assert make.begin_upload(strict_client, base(album), 10).status_code == 400


def test_an_upload_left_alone_ends_and_its_bytes_go(client: FlaskClient, album: Album, db: SQLAlchemy) -> None:
    url = begun(client, album)
    make.send_piece(client, url, 0, KAIN[:100])
    (chunk,) = db.session.query(Upload).one().chunks
    with time_machine.travel(now() + timedelta(hours=49)):
        sweep_uploads()
        row = db.session.query(Upload).populate_existing().one()
        assert (row.state, row.chunks) == (UploadState.REFUSED, [])
    assert not port(MediaStore).exists(f"{chunk}.chunk")


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
    page = client.get(f"{base(album)}/isi").text
    assert words.lower() in page.lower()


def test_a_place_taken_away_meanwhile_stays_away(client: FlaskClient, album: Album, db: SQLAlchemy) -> None:
    uploaded(client, album)
    client.post(f"{base(album)}/{view(album).items[0].id}/hapus")
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
    answer = client.post(f"{base(album)}/foto", data={"foto": files})
    assert answer.status_code == 422
    assert "rusak.txt" in answer.text
    assert [item.name for item in view(album).pictures] == ["baik.jpg", "juga.jpg"]


def test_no_more_than_eight_are_taken(client: FlaskClient, album: Album) -> None:
    filled(client, album, 8)
    assert client.post(f"{base(album)}/foto", data={"foto": (io.BytesIO(KAIN), "kain.jpg")}).status_code == 422
    assert make.begin_upload(client, base(album), 10).status_code == 422
    assert len(view(album).items) == 8


def test_a_picture_moves_and_is_described(client: FlaskClient, album: Album) -> None:
    first, second = filled(client, album).items
    client.post(f"{base(album)}/{second.id}/geser", data={"langkah": "-1"})
    client.post(f"{base(album)}/{second.id}/geser", data={"langkah": "-1"})  # at the front already
    client.post(f"{base(album)}/{first.id}/keterangan", data={"keterangan": "  Kain  merah "})
    assert albums.pictures(album.id) == [(second.media_id, ""), (first.media_id, "Kain merah")]


def test_a_description_that_is_too_long_stays_in_the_field(client: FlaskClient, album: Album) -> None:
    (item,) = filled(client, album, 1).items
    answer = client.post(f"{base(album)}/{item.id}/keterangan", data={"keterangan": "m" * 201})
    assert answer.status_code == 422
    assert "m" * 201 in answer.text


def test_turning_and_cropping_make_a_new_file_each(client: FlaskClient, album: Album) -> None:
    (item,) = filled(client, album, 1).items
    at = f"{base(album)}/{item.id}"
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
    client.post(f"{base(album)}/{item.id}/putar", data={"dilihat": "999999"})
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
    assert client.post(f"{base(album)}/{item.id}/potong", data=data).status_code == 422
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
    assert client.get(f"{base(album)}/isi").status_code == 404
    assert make.begin_upload(client, base(album), 10).status_code == 404
    for act in ("geser", "putar", "potong", "keterangan", "hapus"):
        assert client.post(f"{base(album)}/{item.id}/{act}").status_code == 404
    for act in ("foto", "hp-lain"):
        assert client.post(f"{base(album)}/{act}").status_code == 404


def test_a_larger_album_asks_no_more_questions(client: FlaskClient, album: Album, db: SQLAlchemy) -> None:
    filled(client, album, 1)
    with statements(db) as few:
        client.get(f"{base(album)}/isi")
    filled(client, album, 6)
    with statements(db) as many:
        client.get(f"{base(album)}/isi")
    assert len(many) == len(few)


# --- another phone ---------------------------------------------------------


def shared(client: FlaskClient, album: Album) -> str:
    client.post(f"{base(album)}/hp-lain")
    return f"/foto/{view(album).link_key}"


def test_another_phone_adds_pictures_without_signing_in(client: FlaskClient, album: Album) -> None:
    link = shared(client, album)
    page = client.get(base(album)).text
    assert link in page
    assert "album-qr" in page
    guest = client.application.test_client()
    seen = guest.get(link).text
    assert "Dapur Mama Ina" in seen
    assert "Sambal" in seen
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
    client.post(f"{base(album)}/hp-lain", data={"tutup": "1"})
    assert client.get(second).status_code == 410
    assert client.get("/foto/bukan-apa-apa").status_code == 410


# --- what is never used ----------------------------------------------------


def test_files_that_nothing_refers_to_are_forgotten(client: FlaskClient, album: Album, db: SQLAlchemy) -> None:
    kept, dropped = filled(client, album).items
    gone = db.session.get_one(MediaFile, dropped.media_id)
    names = [name for name in names_of(gone.key, gone.kind) if port(MediaStore).exists(name)]
    assert names
    client.post(f"{base(album)}/{dropped.id}/hapus")
    forget_unused_pictures()
    assert db.session.get(MediaFile, dropped.media_id)
    with transaction():
        db.session.query(MediaFile).update({"created_at": now() - timedelta(days=31)})
    forget_unused_pictures()
    assert [row.id for row in db.session.query(MediaFile)] == [kept.media_id]
    assert not any(port(MediaStore).exists(name) for name in names)
