"""Albums and uploads for tests."""

from __future__ import annotations

import base64

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.catalog.models import Album
from marketplace.catalog.services import albums
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}


def album(store_id: int, title: str = "") -> Album:
    """An empty album of a store."""
    with transaction():
        return albums.open_album(SYSTEM, store_id, title=title)


def begin_upload(client: FlaskClient, base: str, length: int, name: str = "kain.jpg") -> TestResponse:
    """Announce an upload at the album's own address, or that of its link."""
    encoded = base64.b64encode(name.encode()).decode()
    headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": f"filename {encoded}"}
    return client.post(f"{base}/unggahan", headers=headers)


def send_piece(client: FlaskClient, url: str, offset: int, content: bytes, **headers: str) -> TestResponse:
    """Send a piece of an upload."""
    return client.patch(url, data=content, headers={**PIECE, "Upload-Offset": str(offset), **headers})
