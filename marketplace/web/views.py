"""Addresses that belong to no area: assets, health, language, robots, manifest."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, request, send_from_directory, url_for

from marketplace.core import health
from marketplace.web.access import local_path, public
from marketplace.web.assets import Assets
from marketplace.web.language import COOKIE, LANGUAGES
from marketplace.web.security import tokenless

bp = Blueprint("web", __name__)


@bp.get("/aset/<path:filename>")
@public
def asset(filename: str) -> Response:
    """CSS and scripts, under the hash of their content."""
    assets: Assets = current_app.extensions["assets"]
    return assets.send(filename)


@bp.get("/healthz")
@public
def healthz() -> Response:
    """The process is alive."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@bp.get("/readyz")
@public
def readyz() -> tuple[dict[str, str], int]:
    """Database, job queue and media answer; 503 names what does not."""
    found = health.check()
    return found, 200 if set(found.values()) == {"ok"} else 503


@bp.post("/bahasa")
@public
@tokenless
def choose_language() -> Response:
    """Remember the language for a year and go back to where the visitor was."""
    chosen = request.form.get("bahasa", "")
    response = redirect(local_path(request.form.get("kembali")) or url_for("storefront.home"), 303)
    if chosen in LANGUAGES:
        response.set_cookie(
            COOKIE,
            chosen,
            max_age=31_536_000,
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )
    return response  # type: ignore[return-value]


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """What a search engine may read."""
    desks = ("/akun", "/admin", "/kurasi", "/penjual")
    private = (*desks, "/checkout", "/keranjang", "/pembelian", "/pesanan", "/masuk", "/laporkan")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private)]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """So that a phone can keep the market on its home screen."""
    return send_from_directory(str(current_app.static_folder), "manifest.webmanifest", max_age=3600)
