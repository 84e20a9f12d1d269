"""Structured logs: one JSON line an event, each with the request's id. Never a secret, never a person's data."""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g, request

GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,40}")
log = structlog.get_logger()


def configure() -> None:
    """Send every log line of the process, ours and the libraries', to stderr as JSON."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("huey").setLevel(logging.WARNING)
    logging.getLogger("stripe").setLevel(logging.WARNING)  # its lines repeat what Stripe says of a buyer's input


def register(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    structlog.contextvars.clear_contextvars()
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
    g.started = time.perf_counter()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(response: Response) -> Response:
    """One line a request. The query string stays out: it may carry a guest's key or what somebody searched for."""
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.endpoint not in ("web.healthz", "web.asset", "static"):
        took = time.perf_counter() - g.get("started", time.perf_counter())
        log.info(
            "request", method=request.method, path=told_path(), status=response.status_code, ms=round(took * 1000, 1)
        )
    return response


def told_path() -> str:
    """The path, without a key in it: whoever reads logs must not be able to open what a letter's link opens.

    A key is what a view calls its `token`.
    """
    key = (request.view_args or {}).get("token")
    return request.path.replace(key, "...") if isinstance(key, str) and key else request.path
