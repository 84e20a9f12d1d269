"""QR codes as pictures inside the page: sharp on a printer of any width, and no further request."""

from __future__ import annotations

import segno
from flask import Flask
from markupsafe import Markup


def qr(text: str) -> Markup:
    """The code of a text as SVG without a size of its own: CSS gives it one. Error correction M, quiet zone of four."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(omitsize=True, border=4, svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704  (the text is drawn as squares, none of it stands in the markup)


def register(app: Flask) -> None:
    app.jinja_env.globals["qr"] = qr
