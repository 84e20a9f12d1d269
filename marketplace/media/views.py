"""Pictures for everybody, and uploads in pieces. Documents have no address here: they are read through their area."""

from __future__ import annotations

from email.utils import format_datetime

from flask import Blueprint, Response, abort, request

from marketplace.core.db import db, transaction
from marketplace.core.errors import Refusal
from marketplace.core.ports import port
from marketplace.media import rules
from marketplace.media.adapters.store import MediaStore
from marketplace.media.models import Upload
from marketplace.media.rules import UploadState
from marketplace.media.services import uploads
from marketplace.web import tus
from marketplace.web.access import current_actor, public
from marketplace.web.assets import FOREVER
from marketplace.web.limits import limiter

bp = Blueprint("media", __name__)
PIECES = "3000 per hour"


@bp.get("/media/<string:name>")
@public
def picture(name: str) -> Response:
    """One width of a picture; its name changes with its content, so it may be kept for a year."""
    if not rules.is_picture_file(name):
        abort(404)
    try:
        content = port(MediaStore).read(name)
    except FileNotFoundError:
        abort(404)
    response = Response(content, content_type="image/webp")
    response.headers["Cache-Control"] = FOREVER
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@bp.route("/unggahan", methods=["OPTIONS"])
@public
def upload_abilities() -> Response:
    """What this server speaks of tus. Uploads are begun at the page that they are for."""
    return tus.abilities(rules.LARGEST_UPLOAD)


@bp.route("/unggahan/<string:key>", methods=["HEAD", "PATCH", "DELETE", "POST", "OPTIONS"], endpoint="upload")
@public
@limiter.limit(PIECES)
def upload(key: str) -> Response:
    """One upload, known by its random key; one of a person's is for that person alone."""
    if request.method == "OPTIONS":
        return tus.abilities(rules.LARGEST_UPLOAD)
    answer: Response = _upload(key)
    return answer


@tus.speaks_tus
def _upload(key: str) -> Response:
    method = request.headers.get("X-HTTP-Method-Override", request.method) if request.method == "POST" else ""
    verb = {"HEAD": _where, "PATCH": _append, "DELETE": _end}.get(method or request.method)
    return verb(key) if verb else tus.answer(405, {"Allow": "HEAD, PATCH, DELETE, OPTIONS"})


def _where(key: str) -> Response:
    """How many bytes are here."""
    row = uploads.own(current_actor(), key)
    if row.state is UploadState.REFUSED:
        return tus.answer(410)
    return tus.answer(200, {"Upload-Offset": str(row.offset), "Upload-Length": str(row.length), **_until(row)})


def _append(key: str) -> Response:
    """Take the next piece: stored first, counted afterwards, so that no half piece ever counts."""
    actor = current_actor()
    row = uploads.own(actor, key)
    if row.state is not UploadState.OPEN:
        return tus.answer(410 if row.state is UploadState.REFUSED else 409)
    offset, length = row.offset, row.length
    db.session.rollback()  # no reading transaction while a slow line sends
    content = tus.chunk(offset, length)
    if not content:
        return tus.answer(204, {"Upload-Offset": str(offset)})
    chunk = uploads.store_chunk(content)
    try:
        with transaction():
            reached = uploads.count_chunk(actor, key, offset, chunk, len(content))
    except Refusal:
        uploads.drop_chunk(chunk)
        raise
    return tus.answer(204, {"Upload-Offset": str(reached), **_until(uploads.own(actor, key))})


def _end(key: str) -> Response:
    """Give the upload up."""
    with transaction():
        uploads.end(current_actor(), key)
    return tus.answer(204)


def _until(row: Upload) -> dict[str, str]:
    return {"Upload-Expires": format_datetime(row.expires_at, usegmt=True)} if row.state is UploadState.OPEN else {}
