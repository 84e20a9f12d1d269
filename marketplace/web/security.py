"""Headers, cookies and CSRF.

Forms carry a CSRF token (Flask-WTF, kept in the session). Pages that come from the page cache hold nothing of the
visitor, so the few forms on them (add to cart, language) are marked `tokenless` and are held to Sec-Fetch-Site or
Origin instead: a browser sets these itself and no page can forge them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from flask_wtf.csrf import CSRFProtect

from config import Config
from marketplace.web.access import current_actor

View = TypeVar("View", bound=Callable[..., Any])
csrf = CSRFProtect()
COOKIE_LIFETIME = timedelta(days=90)  # no sign-in lasts longer; the server ends idle ones before

POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)


def tokenless(view: View) -> View:
    """A POST without a token: allowed from this site's own pages only, and only to change the visitor's own things."""
    view.tokenless = True  # type: ignore[attr-defined]
    return csrf.exempt(view)  # type: ignore[no-any-return]


def comes_from_here(site_url: str) -> bool:
    """Does the browser say that one of this site's own pages sent the request? Neither header: no."""
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return fetch_site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    sent, own, host = urlsplit(origin), urlsplit(site_url), urlsplit(request.host_url)
    return bool(sent.netloc) and (sent.scheme, sent.netloc) in {(own.scheme, own.netloc), (host.scheme, host.netloc)}


def policy_for(config: Config) -> str:
    """The content security policy. A form of ours that is answered by a redirect to a page where one pays is
    blocked by browsers unless that page is named as well."""
    targets = ["'self'"]
    if config.midtrans_server_key:
        targets.append(config.midtrans_pay_origin)
    if config.stripe_secret_key:
        targets.append(config.stripe_pay_origin)
    return "; ".join((*POLICY, "form-action " + " ".join(targets)))


def let_the_phone_say_where(response: Response) -> Response:
    """Let a page ask the phone for its place (an `after_request`); no other page of the site may."""
    response.headers["Permissions-Policy"] = "camera=(self), geolocation=(self), microphone=(), payment=()"
    return response


def register(app: Flask, config: Config) -> None:
    policy = policy_for(config)
    prefix = "__Host-" if config.is_https else ""
    app.config.update(
        SESSION_COOKIE_NAME=f"{prefix}belintt",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.is_https,
        PERMANENT_SESSION_LIFETIME=COOKIE_LIFETIME,
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    csrf.init_app(app)

    @app.before_request
    def refuse_foreign_posts() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if request.method == "POST" and getattr(view, "tokenless", False) and not comes_from_here(config.site_url):
            abort(403)

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers["X-Content-Type-Options"] = "nosniff"
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        headers["X-Frame-Options"] = "DENY"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=()")
        if config.is_https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "private, no-store" if current_actor().is_signed_in else "private, no-cache"
        return response
