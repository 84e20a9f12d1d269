"""Pillow: an upload that is a picture comes out as new WebP files that hold its pixels and nothing else."""

from __future__ import annotations

import io
from typing import BinaryIO

from PIL import Image, ImageOps

from marketplace.core.errors import Invalid
from marketplace.media.rules import LARGEST_PIXELS, LONGEST_RATIO, SMALLEST_SIDE, WIDTHS, widths_for

FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 78
EFFORT = 4
WHITE = (255, 255, 255)


def render(stream: BinaryIO) -> dict[int, tuple[int, bytes]]:
    """Each width the picture is kept in, with its height and its WebP bytes.

    The kind is told by the content, never by the name. What is refused is refused before the pixels are unpacked,
    as far as the file's own header tells. Rotation noted by a phone is applied; transparent becomes white; comments,
    EXIF (with the place where it was taken), colour profiles and anything hidden behind the picture stay behind.

    Raises Invalid: media.not_a_picture, media.animated, media.too_many_pixels, media.too_small, media.odd_shape,
    media.unreadable.
    """
    image = _open(stream)
    _refuse_by_header(image)
    try:
        clean = _clean(image)
        return {width: _encode(clean, width) for width in widths_for(clean.width)}
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, Image.DecompressionBombError) as error:
        raise Invalid("media.unreadable") from error


def _open(stream: BinaryIO) -> Image.Image:
    try:
        return Image.open(stream, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise Invalid("media.too_many_pixels", millions=LARGEST_PIXELS // 1_000_000) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Invalid("media.not_a_picture") from error


def _refuse_by_header(image: Image.Image) -> None:
    width, height = image.size
    if width * height > LARGEST_PIXELS:
        raise Invalid("media.too_many_pixels", millions=LARGEST_PIXELS // 1_000_000)
    if min(width, height) < SMALLEST_SIDE:
        raise Invalid("media.too_small", side=SMALLEST_SIDE)
    if max(width, height) > LONGEST_RATIO * min(width, height):
        raise Invalid("media.odd_shape")
    # A phone's JPEG may carry a second picture (depth, brightness): only the first is read, so it does not move.
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise Invalid("media.animated")


def _clean(image: Image.Image) -> Image.Image:
    """The upright pixels on white, in a new picture that knows nothing of the old one's file."""
    widest = WIDTHS[-1]
    image.draft("RGB", (widest * 2, widest * 2))  # a large JPEG is unpacked at a fraction of its size
    upright = ImageOps.exif_transpose(image)
    width = max(widths_for(upright.width)[-1], WIDTHS[0])
    size = (width, max(1, round(upright.height * width / upright.width)))
    has_alpha = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    pixels = upright.convert("RGBA" if has_alpha else "RGB").resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    fresh = Image.new("RGB", size, WHITE)
    fresh.paste(pixels, mask=pixels.getchannel("A") if has_alpha else None)
    return fresh


def _encode(picture: Image.Image, width: int) -> tuple[int, bytes]:
    height = max(1, round(picture.height * width / picture.width))
    shown = picture if width == picture.width else picture.resize((width, height), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    shown.save(out, "WEBP", quality=QUALITY, method=EFFORT)
    return height, out.getvalue()
