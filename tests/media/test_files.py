"""Files in the store, and what the public can reach of them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.actor import GUEST
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.ports import port
from marketplace.media import services
from marketplace.media.adapters.store import FolderStore, MediaStore
from marketplace.media.models import MediaFile
from marketplace.media.rules import LARGEST_UPLOAD, document_file, picture_url
from tests.media.pictures import picture

KEY = "ab" * 16


def _kept(upload: bytes) -> MediaFile:
    prepared = services.prepare_picture(io.BytesIO(upload))
    with transaction():
        return services.keep(GUEST, prepared)


def test_a_kept_picture_is_served_for_a_year_and_can_run_nothing(client: FlaskClient) -> None:
    kept = _kept(picture())
    assert (kept.width, kept.height) == (640, 480)
    answer = client.get(picture_url(kept.key, 320))
    assert answer.status_code == 200
    assert answer.content_type == "image/webp"
    assert answer.data[8:12] == b"WEBP"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "name",
    [
        f"{KEY}-320.webp",
        f"{KEY}-321.webp",
        f"{KEY}-1080.jpg",
        "..%2f..%2fbelintt.db",
        "..",
        f"{KEY}-320.webp%00.html",
        f"{KEY.upper()}-320.webp",
        f"{KEY}-320.webp%0A",
    ],
)
def test_an_address_that_is_no_picture_is_not_found(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/media/{name}")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers["Cache-Control"]


def test_a_private_paper_has_no_public_address(client: FlaskClient) -> None:
    prepared = services.prepare_document(io.BytesIO(b"%PDF-1.7 nomor izin"))
    with transaction():
        kept = services.keep(GUEST, prepared)
    for name in (document_file(kept.key), f"{kept.key}-320.webp", kept.key):
        assert client.get(f"/media/{name}").status_code == 404
    assert services.document(kept.id) == (b"%PDF-1.7 nomor izin", "application/pdf")


def test_a_picture_is_not_read_as_a_paper(db: SQLAlchemy) -> None:
    kept = _kept(picture())
    with pytest.raises(NotFound):
        services.document(kept.id)


def test_empty_and_too_large_uploads_are_refused(db: SQLAlchemy) -> None:
    for prepare in (services.prepare_picture, services.prepare_document):
        with pytest.raises(Invalid, match=r"media\.empty"):
            prepare(io.BytesIO(b""))
        with pytest.raises(Invalid, match=r"media\.too_large"):
            prepare(io.BytesIO(b"%PDF-" + b"x" * LARGEST_UPLOAD))


@pytest.mark.parametrize(
    "content", [b"<html>", b"MZ\x90", b"PK\x03\x04", b"<?xml version='1.0'?><svg/>", b"RIFFxxxxWAVE"]
)
def test_a_paper_is_taken_by_its_content(db: SQLAlchemy, content: bytes) -> None:
    with pytest.raises(Invalid, match=r"media\.not_a_document"):
        services.prepare_document(io.BytesIO(content))


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", f"{KEY}/../x", f"{KEY}..", "", "short", f"{KEY}\n"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    store = FolderStore(tmp_path / "media")
    for act in (store.read, store.exists, store.delete, lambda given: store.put(given, b"x")):
        with pytest.raises(FileNotFoundError):
            act(name)
    assert list(tmp_path.iterdir()) == []


def test_the_store_keeps_reads_and_forgets(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "media")
    store.put(f"{KEY}-160.webp", b"one")
    assert store.exists(f"{KEY}-160.webp")
    assert store.read(f"{KEY}-160.webp") == b"one"
    store.delete(f"{KEY}-160.webp")
    store.delete(f"{KEY}-160.webp")
    assert not store.exists(f"{KEY}-160.webp")


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderStore(tmp_path / "media")

    def full(descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        store.put(f"{KEY}-160.webp", b"one")
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []


def test_readiness_asks_the_store(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/readyz").json == {"database": "ok", "media": "ok"}

    def away() -> None:
        raise OSError("unmounted")

    monkeypatch.setattr(port(MediaStore), "check", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["media"] == "down"
