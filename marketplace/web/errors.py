"""Errors as helpful pages in the site's look, with words that say what to do."""

from __future__ import annotations

import structlog
from flask import Flask, Response, make_response, render_template
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Refusal, Stale, TooMany
from marketplace.web.language import explain
from marketplace.web.log import told_path

STATUS: dict[type[Refusal], int] = {NotFound: 404, NotAllowed: 404, Invalid: 422, Stale: 409, TooMany: 429}
KNOWN = (400, 403, 404, 405, 409, 413, 422, 429, 500, 503)
log = structlog.get_logger()


def status_of(refusal: Refusal) -> int:
    """The HTTP status that a refusal is answered with."""
    return next((status for kind, status in STATUS.items() if isinstance(refusal, kind)), 422)


def error_page(status: int, words: str = "") -> Response:
    """The page for a status; `words` replace its general explanation."""
    shown = status if status in KNOWN else (500 if status >= 500 else 400)
    response = make_response(render_template("errors/error.html", status=shown, words=words), status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _on_refusal(refusal: Refusal) -> Response:
    db.session.rollback()
    status = status_of(refusal)
    if status == 404:
        log.info("refused", message_id=refusal.message_id, path=told_path())
        return error_page(404)
    response = error_page(status, explain(refusal))
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _on_csrf(error: CSRFError) -> Response:
    return error_page(400, gettext("Halaman ini sudah terlalu lama terbuka. Muat ulang, lalu kirim sekali lagi."))


def _on_http(error: HTTPException) -> Response:
    if error.code is not None and 300 <= error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    response = error_page(error.code or 500)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _on_mistake(error: Exception) -> Response:
    db.session.rollback()
    log.exception("unexpected", path=told_path())
    return error_page(500)


def register(app: Flask) -> None:
    app.register_error_handler(Refusal, _on_refusal)
    app.register_error_handler(CSRFError, _on_csrf)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(Exception, _on_mistake)
