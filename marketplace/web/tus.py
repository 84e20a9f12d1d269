"""What tus 1.0 (resumable uploads, tus.io) says over HTTP: headers in, headers out. Where the bytes go is media's."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, request

from marketplace.core.db import db
from marketplace.core.errors import Refusal, TooMany
from marketplace.web.errors import status_of
from marketplace.web.language import explain

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination,checksum"
DIGESTS = ("sha1", "sha256")
CHUNK_TYPE = "application/offset+octet-stream"
MISMATCH = 460  # of the extension "checksum"
View = TypeVar("View", bound=Callable[..., Any])


class Refused(Exception):
    """A request that the protocol does not allow, with its status."""

    def __init__(self, status: int, words: str = "") -> None:
        super().__init__(words)
        self.status = status
        self.words = words


def answer(status: int, headers: dict[str, str] | None = None, words: str = "") -> Response:
    """A bare answer of the protocol; `words` are for people."""
    shown: int | str = f"{MISMATCH} Checksum Mismatch" if status == MISMATCH else status
    response = Response(words, shown, content_type="text/plain; charset=utf-8")
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers or {})
    return response


def abilities(largest: int) -> Response:
    """The answer to OPTIONS; `largest` in bytes."""
    return answer(
        204,
        {
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(largest),
            "Tus-Checksum-Algorithm": ",".join(DIGESTS),
        },
    )


def speaks_tus(view: View) -> View:
    """Hold a view to the protocol's version (412), and answer refusals as a client of it understands them."""

    @wraps(view)
    def held(*args: Any, **kwargs: Any) -> Any:
        if request.headers.get("Tus-Resumable") != VERSION:
            return answer(412, {"Tus-Version": VERSION})
        try:
            return view(*args, **kwargs)
        except Refused as refused:
            return answer(refused.status, words=refused.words)
        except Refusal as refusal:
            db.session.rollback()
            headers = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, TooMany) else None
            status = 413 if refusal.message_id == "media.too_large" else status_of(refusal)
            return answer(status, headers, explain(refusal))

    return held  # type: ignore[return-value]


def announced() -> tuple[int, str]:
    """The length (bytes) and the name of the file that a creation announces. Raises Refused."""
    length = request.headers.get("Upload-Length", "")
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        raise Refused(400, "Upload-Length")
    return int(length), _metadata().get("filename", "")


def _metadata() -> dict[str, str]:
    """Upload-Metadata: pairs of a key and a Base64 value, parted by commas. Raises Refused."""
    found = {}
    for pair in filter(None, (part.strip() for part in request.headers.get("Upload-Metadata", "").split(","))):
        key, _, encoded = pair.partition(" ")
        try:
            text = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise Refused(400, "Upload-Metadata") from error
        found[key] = "".join(char for char in text if char.isprintable())
    return found


def chunk(offset: int, length: int) -> bytes:
    """The piece that a PATCH carries, for an upload that stands at `offset` of `length` bytes. Raises Refused."""
    if request.mimetype != CHUNK_TYPE:
        raise Refused(415)
    sent = request.headers.get("Upload-Offset", "")
    if not (sent.isascii() and sent.isdigit() and len(sent) < 16):
        raise Refused(400, "Upload-Offset")
    if int(sent) != offset:
        raise Refused(409)
    content = request.stream.read(length - offset + 1)
    if len(content) > length - offset:
        raise Refused(413)
    _check_digest(content)
    return content


def _check_digest(content: bytes) -> None:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return
    name, _, encoded = header.partition(" ")
    if name not in DIGESTS:
        raise Refused(400, "Upload-Checksum")
    try:
        expected = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise Refused(400, "Upload-Checksum") from error
    if hashlib.new(name, content, usedforsecurity=False).digest() != expected:
        raise Refused(MISMATCH)
