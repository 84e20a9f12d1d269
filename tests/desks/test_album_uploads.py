"""Pictures of a draft in pieces over a bad line: each rule of the protocol."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.handlers import sweep_uploads, take_waiting_pictures
from marketplace.catalog.models import Album
from marketplace.core.clock import now
from marketplace.core.ports import port
from marketplace.media.adapters.store import MediaStore
from marketplace.media.models import Upload
from marketplace.media.rules import LARGEST_UPLOAD, UploadState
from tests import make
from tests.desks.albums import KAIN, base, begun, view
from tests.desks.albums import album as album

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
