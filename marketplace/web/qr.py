"""QR codes as pictures inside the page: sharp on a printer of any width, and no further request."""

from __future__ import annotations

import io

import segno
from flask import Flask
from markupsafe import Markup


def qr(text: str) -> Markup:
    """The code of a text as SVG without a size of its own: CSS gives it one. Error correction M, quiet zone of four."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(omitsize=True, border=4, svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704  (the text is drawn as squares, none of it stands in the markup)


def png(text: str) -> bytes:
    """The same as a picture to be saved: large enough for an app that reads it from the phone's gallery."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=10, border=4)
    return drawn.getvalue()


def register(app: Flask) -> None:
    app.jinja_env.globals["qr"] = qr
