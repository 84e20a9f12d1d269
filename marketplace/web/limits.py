"""How often an address may ask for what costs much or can be guessed at (Flask-Limiter, counted per process)."""

from __future__ import annotations

from flask import Flask, request
from flask_limiter import Limiter
from limits import parse

limiter = Limiter(key_func=lambda: request.remote_addr or "unknown", storage_uri="memory://", headers_enabled=True)


def may_guess(what: str, most: str) -> bool:
    """May this address go on guessing, `most` ("30 per hour") wrong? For forms that must keep what was typed."""
    return not limiter.enabled or limiter.limiter.test(parse(most), what, request.remote_addr or "unknown")


def note_wrong(what: str, most: str) -> None:
    """Count a wrong guess of this address."""
    if limiter.enabled:
        limiter.limiter.hit(parse(most), what, request.remote_addr or "unknown")


def register(app: Flask) -> None:
    app.config.setdefault("RATELIMIT_ENABLED", True)
    limiter.init_app(app)
