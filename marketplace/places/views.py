"""The lists of regions that forms fetch one after the other."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template

from marketplace.places import queries
from marketplace.web.access import public

bp = Blueprint("places", __name__)


@bp.get("/wilayah/<string:code>")
@public
def children(code: str) -> Response:
    """The regions below one, as <option> elements for a chained select. The same for everybody."""
    rows = queries.children(code)
    if not rows:
        abort(404)
    response = make_response(render_template("places/_options.html", rows=rows))
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
