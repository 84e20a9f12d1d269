"""How often an address may ask for what costs much or can be guessed at (Flask-Limiter, counted per process)."""

from __future__ import annotations

from flask import Flask, request
from flask_limiter import Limiter

limiter = Limiter(key_func=lambda: request.remote_addr or "unknown", storage_uri="memory://", headers_enabled=True)


def register(app: Flask) -> None:
    app.config.setdefault("RATELIMIT_ENABLED", True)
    limiter.init_app(app)
