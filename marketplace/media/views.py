"""Pictures for everybody. Documents have no address here: they are read through the area that owns them."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from marketplace.core.ports import port
from marketplace.media import rules
from marketplace.media.adapters.store import MediaStore
from marketplace.web.access import public
from marketplace.web.assets import FOREVER

bp = Blueprint("media", __name__)


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
