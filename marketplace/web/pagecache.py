"""Reading pages for guests: the same bytes for everybody, held to the public revision.

A guest's page carries nothing of the visitor (no CSRF token, no cart count; a small script reads the count from a
cookie), so it may be kept by this process and by browsers. Its ETag is made from the address, the language and the
public revision, and is compared before any work is done. A page also dies after `SECONDS`, whatever the revision says.
"""

from __future__ import annotations

import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import Any, TypeVar

import brotli
from flask import Response, current_app, make_response, request

from marketplace.core import revision
from marketplace.web.access import current_actor
from marketplace.web.language import current_language

SECONDS = 60
ROOM = 32 * 1024 * 1024
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Page:
    """A rendered page in the encoding it is sent in."""

    body: bytes
    content_type: str
    born: float


class PageCache:
    """The pages of one process, the least recently read dropped first when the room (bytes) is used up."""

    def __init__(self, room: int = ROOM) -> None:
        self._pages: OrderedDict[tuple[str, str], Page] = OrderedDict()
        self._room = room
        self._lock = Lock()

    def get(self, key: tuple[str, str]) -> Page | None:
        with self._lock:
            page = self._pages.get(key)
            if page is None or time.monotonic() - page.born > SECONDS:
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: tuple[str, str], page: Page) -> None:
        with self._lock:
            old = self._pages.pop(key, None)
            self._pages[key] = page
            self._room -= len(page.body) - (len(old.body) if old else 0)
            while self._room < 0 and len(self._pages) > 1:
                self._room += len(self._pages.popitem(last=False)[1].body)


def cached_for_guests(view: View) -> View:
    """Serve a guest this page from the cache, or 304; a person signed in always gets it made afresh."""

    @wraps(view)
    def cached(*args: Any, **kwargs: Any) -> Response:
        if current_actor().is_signed_in or request.cookies.get(current_app.config["SESSION_COOKIE_NAME"]):
            return make_response(view(*args, **kwargs))
        encoding = request.accept_encodings.best_match(["br", "gzip"]) or ""
        etag = _etag(encoding)
        if request.if_none_match.contains_weak(etag):
            return _headers(Response(status=304), etag, "")
        key, cache = (etag, encoding), _cache()
        page = cache.get(key)
        if page is None:
            response = make_response(view(*args, **kwargs))
            if response.status_code != 200:
                return response
            body = _compress(response.get_data(), encoding)
            page = Page(body, response.content_type or "text/html; charset=utf-8", time.monotonic())
            cache.put(key, page)
        return _headers(Response(page.body, content_type=page.content_type), etag, encoding)

    return cached  # type: ignore[return-value]


def _etag(encoding: str) -> str:
    parts = (request.full_path, current_language(), str(revision.current()), encoding, current_app.config["BUILD"])
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _headers(response: Response, etag: str, encoding: str) -> Response:
    response.set_etag(etag, weak=True)
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.headers["Vary"] = "Cookie, Accept-Encoding"
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response


def _compress(body: bytes, encoding: str) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(body, quality=5))
    return gzip.compress(body, 6) if encoding == "gzip" else body


def _cache() -> PageCache:
    cache: PageCache = current_app.extensions.setdefault("pagecache", PageCache())
    return cache
