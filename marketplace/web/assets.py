"""CSS and scripts: read once at start, the CSS joined in cascade order, each under the hash of its content.

`app.css` is for every page, `desk.css` beside it for the pages of those at work; `slim.css` stands alone on the pages
that are opened from a message.

An address that changes with the content may be kept for a year; nothing is built, so nothing can be out of date.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import brotli
from flask import Flask, Response, abort, request, url_for

CSS_ORDER = ("reset", "tokens", "base", "layout")
LAYERS = "@layer reset,tokens,base,layout,components,pages,utilities;"
COMMENT = re.compile(r"/\*.*?\*/", re.S)
SPACE = re.compile(r"\s+")
FONT_URL = re.compile(r"url\([\"']?/static/([^\"')?]+)[\"']?\)")
SLIM_COMPONENTS = ("badge", "button", "change_diff", "confirm", "field", "notice", "status_badge")
SLIM_LEFT_OUT = re.compile(r"@font-face \{[^}]*\}|--(ribbon|cloth): [^;]*;")
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """A file as it is sent: plain, and compressed once."""

    name: str
    body: bytes
    mime: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:12]

    @property
    def filename(self) -> str:
        stem, _, suffix = self.name.rpartition(".")
        return f"{stem}.{self.digest}.{suffix}"


class Assets:
    """All CSS and scripts of a static folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        found = [
            Asset("app.css", self._joined(self._for_all()), "text/css; charset=utf-8"),
            Asset("desk.css", self._joined(self._for_desks()), "text/css; charset=utf-8"),
            Asset("slim.css", self._joined(self._for_slim(), SLIM_LEFT_OUT), "text/css; charset=utf-8"),
            *(
                Asset(f"js/{path.name}", path.read_bytes(), "text/javascript; charset=utf-8")
                for path in sorted((folder / "js").glob("*.js"))
            ),
        ]
        self._by_name = {asset.name: asset for asset in found}
        self._by_filename = {asset.filename: asset for asset in found}

    def url(self, name: str) -> str:
        return url_for("web.asset", filename=self._by_name[name].filename)

    def static_url(self, path: str) -> str:
        return url_for("static", filename=path, v=file_digest(str(self.folder / path)))

    def send(self, filename: str) -> Response:
        asset = self._by_filename.get(filename)
        if asset is None:
            abort(404)
        encoding = request.accept_encodings.best_match(["br", "gzip"]) or ""
        response = Response(compressed(asset.body, encoding), content_type=asset.mime)
        response.headers["Cache-Control"] = FOREVER
        response.headers["Vary"] = "Accept-Encoding"
        if encoding:
            response.headers["Content-Encoding"] = encoding
        return response

    def _for_all(self) -> list[Path]:
        """What every page needs."""
        css = self.folder / "css"
        first = [css / f"{name}.css" for name in CSS_ORDER]
        return [*first, *_sheets(css / "components"), *_sheets(css / "pages"), css / "utilities.css"]

    def _for_desks(self) -> list[Path]:
        """What only those at work need, so that it does not weigh on those who buy."""
        desk = self.folder / "css" / "desk"
        return [*_sheets(desk / "components"), *_sheets(desk / "pages")]

    def _for_slim(self) -> list[Path]:
        """The little that a page opened from a message needs."""
        css, desk = self.folder / "css", self.folder / "css" / "desk"
        parts = [css / "components" / f"{name}.css" for name in SLIM_COMPONENTS]
        first = [css / f"{name}.css" for name in ("reset", "tokens", "base")]
        return [*first, *parts, desk / "components" / "code_entry.css", css / "utilities.css", css / "slim.css"]

    def _joined(self, files: list[Path], left_out: re.Pattern[str] | None = None) -> bytes:
        text = "\n".join(path.read_text() for path in files if path.exists())
        text = left_out.sub("", text) if left_out else text
        text = SPACE.sub(" ", COMMENT.sub("", text)).strip()
        return (LAYERS + FONT_URL.sub(self._hashed_url, text)).encode()

    def _hashed_url(self, match: re.Match[str]) -> str:
        path = match.group(1)
        return f"url(/static/{path}?v={file_digest(str(self.folder / path))})"


def _sheets(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.css"))


@lru_cache(maxsize=256)
def file_digest(path: str) -> str:
    """The start of the hash of a file's content, so that its address changes with it."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


@lru_cache(maxsize=64)
def compressed(body: bytes, encoding: str) -> bytes:
    """The body in an encoding ('br', 'gzip' or none), made once."""
    if encoding == "br":
        return bytes(brotli.compress(body, quality=11))
    return gzip.compress(body, 9) if encoding == "gzip" else body


def register(app: Flask) -> Assets:
    mimetypes.add_type("font/woff2", ".woff2")
    mimetypes.add_type("application/manifest+json", ".webmanifest")
    assets = Assets(Path(str(app.static_folder)))
    app.jinja_env.globals.update(asset=assets.url, static_url=assets.static_url)

    @app.after_request
    def keep_hashed_files(response: Response) -> Response:
        if request.endpoint == "static" and request.args.get("v") and response.status_code == 200:
            response.headers["Cache-Control"] = FOREVER
        return response

    return assets
