"""Uploads for the tests: good ones, and the kind that means harm."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

RED, BLUE = (200, 30, 30), (30, 30, 200)


def picture(kind: str = "JPEG", size: tuple[int, int] = (800, 600), **options: Any) -> bytes:
    """A picture, red on its left half and blue on its right."""
    image = Image.new(options.pop("mode", "RGB"), size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def with_gps(kind: str = "JPEG") -> bytes:
    """A phone's picture that tells where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = "rumah Mama Ina"
    exif.get_ifd(0x8825).update({1: "S", 2: (10.0, 9.0, 30.0), 3: "E", 4: (123.0, 36.0, 0.0)})
    return picture(kind, exif=exif)


def on_its_side() -> bytes:
    """A phone's picture stored lying, to be turned a quarter to the right when shown."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return picture(exif=exif)


def turned(orientation: int, kind: str = "JPEG") -> bytes:
    """A picture whose EXIF says how it is to be held (1 to 8)."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return picture(kind, exif=exif)


def heif(brand: bytes = b"heic") -> bytes:
    """How a HEIC or AVIF file begins."""
    return struct.pack(">I", 24) + b"ftyp" + brand + b"\0\0\0\0mif1heic" + b"\0" * 400


def chatty_png() -> bytes:
    """A small PNG with a text that unpacks to 200 MB."""
    text = b"Comment\0\0" + zlib.compress(b"A" * 200_000_000)
    plain = picture("PNG")
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    return plain[:33] + chunk + plain[33:]


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (400, 300), colour) for colour in (RED, BLUE)]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A few bytes whose header claims a picture of any size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")
