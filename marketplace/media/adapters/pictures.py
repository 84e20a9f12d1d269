"""Pillow: an upload that is a picture comes out as new WebP files that hold its pixels and nothing else."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image, ImageOps
from PIL.ExifTags import Base

from marketplace.core.errors import Invalid
from marketplace.media.rules import (
    LARGEST_PIXELS,
    LARGEST_WHOLE,
    LONGEST_RATIO,
    SMALLEST_SIDE,
    SOURCE_SIDE,
    WIDTHS,
    widths_for,
)

FORMATS = ("JPEG", "PNG", "WEBP")
# Brands of HEIF files (ISO/IEC 23008-12, annex B; AVIF: AV1 Image File Format, section 6): how newer phones save by
# themselves. The library at hand does not read the first, and so takes none of them.
HEIF = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")
SIDEWAYS = (5, 6, 7, 8)
"""Orientations of EXIF in which a picture lies on its side."""
QUALITY = 78
SOURCE_QUALITY = 90
EFFORT = 4
WHITE = (255, 255, 255)
Box = tuple[int, int, int, int]


Files = dict[int, tuple[int, bytes]]


def render(stream: BinaryIO) -> Files:
    """Each width the picture is kept in, with its height and its WebP bytes.

    The kind is told by the content, never by the name. What is refused is refused before the pixels are unpacked,
    as far as the file's own header tells. Rotation noted by a phone is applied; transparent becomes white; comments,
    EXIF (with the place where it was taken), colour profiles and anything hidden behind the picture stay behind.

    Raises Invalid: media.not_a_picture, media.heic, media.animated, media.too_many_pixels, media.too_small,
    media.odd_shape, media.unreadable.
    """
    with _readable():
        return _widths(_upright(stream))


def render_with_source(stream: BinaryIO) -> tuple[bytes, Files]:
    """The same, and before it the picture at most `SOURCE_SIDE` pixels wide, to be turned and cropped later on."""
    with _readable():
        clean = _upright(stream)
        return _webp(clean, SOURCE_QUALITY), _widths(clean)


def change(stream: BinaryIO, quarters: int = 0, box: Box | None = None) -> tuple[bytes, Files]:
    """The picture turned to the right by quarters, then cut to a box, as `render_with_source` answers.

    The box is left, top, width and height in thousandths of the picture. Raises Invalid: media.too_small,
    media.odd_shape, media.unreadable.
    """
    with _readable():
        turned = _upright(stream)
        for _ in range(quarters % 4):
            turned = turned.transpose(Image.Transpose.ROTATE_270)
        if box is not None:
            turned = turned.crop(_pixels(box, turned.size))
        _refuse_shape(*turned.size)
        return _webp(turned, SOURCE_QUALITY), _widths(turned)


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    left, top, width, height = box
    return (
        round(left * size[0] / 1000),
        round(top * size[1] / 1000),
        round((left + width) * size[0] / 1000),
        round((top + height) * size[1] / 1000),
    )


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, Image.DecompressionBombError) as error:
        raise Invalid("media.unreadable") from error


def _open(stream: BinaryIO) -> Image.Image:
    start = stream.read(12)
    stream.seek(0)
    if start[4:8] == b"ftyp" and start[8:12] in HEIF:
        raise Invalid("media.heic")
    try:
        return Image.open(stream, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise Invalid("media.too_many_pixels", millions=LARGEST_PIXELS // 1_000_000) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Invalid("media.not_a_picture") from error


def _refuse_by_header(image: Image.Image) -> None:
    width, height = image.size
    most = LARGEST_PIXELS if image.format in ("JPEG", "MPO") else LARGEST_WHOLE
    if width * height > most:
        raise Invalid("media.too_many_pixels", millions=most // 1_000_000)
    _refuse_shape(width, height)
    # A phone's JPEG may carry a second picture (depth, brightness): only the first is read, so it does not move.
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise Invalid("media.animated")


def _refuse_shape(width: int, height: int) -> None:
    if min(width, height) < SMALLEST_SIDE:
        raise Invalid("media.too_small", side=SMALLEST_SIDE)
    if max(width, height) > LONGEST_RATIO * min(width, height):
        raise Invalid("media.odd_shape")


def _upright(stream: BinaryIO) -> Image.Image:
    """The upright pixels on white, at most `SOURCE_SIDE` wide, in a new picture that knows nothing of the file."""
    image = _open(stream)
    _refuse_by_header(image)
    lies = image.getexif().get(Base.Orientation, 1) in SIDEWAYS
    scale = min(1.0, SOURCE_SIDE / (image.height if lies else image.width))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    image.draft("RGB", size)  # a large JPEG is unpacked at a half, a quarter or an eighth
    pixels = _plain(image)
    if size != pixels.size:
        pixels = pixels.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    upright = ImageOps.exif_transpose(pixels)
    fresh = Image.new("RGB", upright.size, WHITE)
    fresh.paste(upright, mask=upright.getchannel("A") if upright.mode == "RGBA" else None)
    return fresh


def _plain(image: Image.Image) -> Image.Image:
    """The picture as RGB, or as RGBA where something shines through; as it is when it is so already."""
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    wanted = "RGBA" if has_alpha else "RGB"
    if image.mode.startswith("I"):  # 16 bits of grey: converting alone would cut them off at the lowest 8
        image = image.point(lambda value: value / 256)
    return image if image.mode == wanted else image.convert(wanted)


def _widths(picture: Image.Image) -> Files:
    widest = max(widths_for(picture.width)[-1], WIDTHS[0])
    shown = _scaled(picture, widest)
    return {width: _encode(shown, width) for width in widths_for(picture.width)}


def _scaled(picture: Image.Image, width: int) -> Image.Image:
    if width == picture.width:
        return picture
    size = (width, max(1, round(picture.height * width / picture.width)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _encode(picture: Image.Image, width: int) -> tuple[int, bytes]:
    shown = _scaled(picture, width)
    return shown.height, _webp(shown, QUALITY)


def _webp(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=quality, method=EFFORT)
    return out.getvalue()
