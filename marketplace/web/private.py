"""Private papers that people brought, sent so that nothing in them can act on the market's pages."""

from __future__ import annotations

from flask import Response

SANDBOX = "default-src 'none'; sandbox"
ENDINGS = {"application/pdf": "pdf", "text/csv": "csv", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


def private_file(content: bytes, kind: str, name: str) -> Response:
    """The file in a sandbox without scripts or sources of its own. `name` is ASCII without an ending.

    Pictures are shown; a PDF is downloaded, because browsers may refuse to show one in a sandbox.
    """
    answer = Response(content, content_type=kind if kind in ENDINGS else "application/octet-stream")
    way = "inline" if kind.startswith("image/") and kind in ENDINGS else "attachment"
    answer.headers["Content-Disposition"] = f'{way}; filename="{name}.{ENDINGS.get(kind, "bin")}"'
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
