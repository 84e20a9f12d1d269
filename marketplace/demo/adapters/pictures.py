"""Draws the pictures of the demo market, on all processors at once."""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from PIL import Image, ImageDraw

from marketplace.demo.adapters.weave import draw_monogram, draw_product
from marketplace.media.rules import widths_for

QUALITY = 66
FASTEST, FAST = 1, 2
FULL, SECOND, LOGO = 1080, 640, 320  # pixels
Files = dict[int, tuple[int, bytes]]


@dataclass(frozen=True)
class Drawing:
    """What is to be drawn: goods (with an illustration, or the cloth itself), or the monogram of a shop."""

    name: str
    seed: int
    illustration: str | None = None
    is_logo: bool = False
    size: int = FULL

    @property
    def key(self) -> str:
        """The same picture is kept under the same key each time."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]


def seed_of(name: str) -> int:
    """A number for a name, the same in every process."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


def draw_all(drawings: Iterable[Drawing]) -> Iterator[tuple[Drawing, Files]]:
    """All drawings with their files by width, in the order given. No drawing depends on another."""
    wanted = list(drawings)
    workers = min(os.cpu_count() or 1, 8)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        yield from zip(wanted, pool.map(draw, wanted, chunksize=8), strict=True)


def draw(drawing: Drawing) -> Files:
    """One drawing in all the widths that a picture is kept in."""
    if drawing.is_logo:
        whole = draw_monogram(drawing.name, drawing.seed, drawing.size)
    else:
        whole = draw_product(drawing.illustration, drawing.seed, drawing.size)
    files: Files = {}
    smaller = whole
    for width in reversed(widths_for(whole.width)):
        if width < smaller.width:
            smaller = smaller.resize(
                (width, width), Image.Resampling.BOX if width * 2 == smaller.width else Image.Resampling.BILINEAR
            )
        kept = io.BytesIO()
        smaller.save(kept, "WEBP", quality=QUALITY, method=FASTEST if width == FULL else FAST)
        files[width] = (width, kept.getvalue())
    return files


def draw_receipt(amount: int) -> bytes:
    """What a bank's app shows after a transfer (rupiah), as a JPEG: an example, of no bank."""
    whole = Image.new("RGB", (540, 720), "#f4f4ef")
    pen = ImageDraw.Draw(whole)
    pen.rectangle((40, 40, 500, 140), fill="#1f2a44")
    lines = ("Transfer berhasil", "(contoh, bukan bank)", f"Rp {amount:,}".replace(",", "."))
    for number, text in enumerate(lines):
        pen.text((60, 60 + 120 * number), text, fill="#ffffff" if number == 0 else "#1f2a44", font_size=30)
    kept = io.BytesIO()
    whole.save(kept, "JPEG", quality=QUALITY)
    return kept.getvalue()
