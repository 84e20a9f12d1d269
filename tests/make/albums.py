"""Albums and uploads for tests."""

from __future__ import annotations

import base64

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}


def begin_upload(
    client: FlaskClient, base: str, length: int, name: str = "kain.jpg", store_id: int = 0
) -> TestResponse:
    """Announce an upload at the draft's own address, or that of the album's link."""
    encoded = base64.b64encode(name.encode()).decode()
    headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": f"filename {encoded}"}
    return client.post(f"{base}/unggahan", query_string={"store_id": store_id} if store_id else None, headers=headers)


def send_piece(client: FlaskClient, url: str, offset: int, content: bytes, **headers: str) -> TestResponse:
    """Send a piece of an upload."""
    return client.patch(url, data=content, headers={**PIECE, "Upload-Offset": str(offset), **headers})
