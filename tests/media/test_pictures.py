"""Uploads of pictures, the hostile ones first of all."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from marketplace.core.errors import Invalid
from marketplace.media.adapters.pictures import render, render_with_source
from marketplace.media.rules import Picture
from tests.media.pictures import BLUE, RED, animated, chatty_png, heif, on_its_side, picture, png_of, turned, with_gps


def _opened(encoded: bytes) -> Image.Image:
    return Image.open(io.BytesIO(encoded))


def _near(pixel: object, colour: tuple[int, int, int]) -> bool:
    return isinstance(pixel, tuple) and all(abs(a - b) < 24 for a, b in zip(pixel, colour, strict=False))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_kept_as_webp_in_widths_that_never_enlarge_it(kind: str) -> None:
    files = render(io.BytesIO(picture(kind, (800, 600))))
    assert {width: height for width, (height, _) in files.items()} == {160: 120, 320: 240, 640: 480}
    for width, (height, encoded) in files.items():
        shown = _opened(encoded)
        assert (shown.format, shown.size) == ("WEBP", (width, height))


def test_a_small_picture_is_kept_in_one_width() -> None:
    assert list(render(io.BytesIO(picture(size=(210, 300))))) == [160]


def test_nothing_of_the_old_file_is_in_the_new_one() -> None:
    hidden = with_gps(), with_gps("PNG"), with_gps("WEBP"), picture(comment=b"<?php system($_GET[0]); ?>")
    for upload in hidden:
        for _, encoded in render(io.BytesIO(upload)).values():
            shown = _opened(encoded)
            assert dict(shown.getexif()) == {}
            assert set(shown.info) <= {"loop", "background", "timestamp", "duration"}
            assert b"<?php" not in encoded
            assert b"Mama Ina" not in encoded


def test_what_hides_behind_a_picture_stays_behind() -> None:
    upload = picture() + b"<script>alert(1)</script>PK\x03\x04" + b"x" * 100
    assert all(b"<script>" not in encoded and b"PK\x03\x04" not in encoded for _, encoded in _files(upload))


def _files(upload: bytes) -> list[tuple[int, bytes]]:
    return list(render(io.BytesIO(upload)).values())


def test_a_phone_picture_stands_upright() -> None:
    files = render(io.BytesIO(on_its_side()))
    assert files[320][0] > 320  # 800 x 600 lying is 600 x 800 upright
    upright = _opened(files[320][1]).convert("RGB")
    assert _near(upright.getpixel((160, 20)), RED)
    assert _near(upright.getpixel((160, upright.height - 20)), BLUE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("orientation", "red_at"), [(1, "left"), (3, "right"), (6, "top"), (8, "bottom")])
def test_a_picture_stands_as_it_was_held(kind: str, orientation: int, red_at: str) -> None:
    shown = _opened(render(io.BytesIO(turned(orientation, kind)))[320][1]).convert("RGB")
    assert (shown.height > shown.width) == (orientation in (6, 8))
    places = {
        "left": (20, shown.height // 2),
        "right": (shown.width - 20, shown.height // 2),
        "top": (shown.width // 2, 20),
        "bottom": (shown.width // 2, shown.height - 20),
    }
    assert _near(shown.getpixel(places[red_at]), RED)


@pytest.mark.parametrize(("size", "kept"), [((4400, 3000), (2160, 1473)), ((3000, 4400), (2160, 3168))])
@pytest.mark.parametrize("lies", [False, True])
def test_a_large_one_is_kept_at_most_so_wide_however_it_lies(
    size: tuple[int, int], kept: tuple[int, int], lies: bool
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6 if lies else 1
    source, _ = render_with_source(io.BytesIO(picture(size=size[::-1] if lies else size, exif=exif)))
    width, height = _opened(source).size
    assert width == kept[0]
    assert abs(height - kept[1]) <= 1


def test_sixteen_bits_of_grey_are_as_dark_as_they_were() -> None:
    out = io.BytesIO()
    Image.new("I;16", (400, 300), 0x4000).save(out, "PNG")
    shown = _opened(render(io.BytesIO(out.getvalue()))[320][1]).convert("RGB")
    assert _near(shown.getpixel((100, 100)), (64, 64, 64))


def test_transparent_becomes_white() -> None:
    clear = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    out = io.BytesIO()
    clear.save(out, "PNG")
    shown = _opened(render(io.BytesIO(out.getvalue()))[320][1]).convert("RGB")
    assert _near(shown.getpixel((100, 100)), (255, 255, 255))


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "RGBA", "I;16"])
def test_every_colour_mode_comes_out_in_colour(mode: str) -> None:
    image = Image.new(mode, (400, 300)) if mode == "I;16" else Image.new("RGB", (400, 300), RED).convert(mode)
    out = io.BytesIO()
    image.save(out, "PNG")
    assert _opened(render(io.BytesIO(out.getvalue()))[320][1]).mode == "RGB"


def test_print_colours_of_a_camera_are_taken() -> None:
    out = io.BytesIO()
    Image.new("CMYK", (400, 300), (0, 200, 200, 0)).save(out, "JPEG")
    shown = _opened(render(io.BytesIO(out.getvalue()))[320][1])
    assert shown.mode == "RGB"
    assert _near(shown.getpixel((100, 100)), (255, 55, 55))


def test_a_second_picture_inside_a_phone_jpeg_does_not_make_it_move() -> None:
    assert 320 in render(io.BytesIO(animated("MPO")))


def _gif() -> bytes:
    out = io.BytesIO()
    Image.new("P", (400, 300)).save(out, "GIF")
    return out.getvalue()


@pytest.mark.parametrize(
    ("upload", "message_id"),
    [
        (b"<html><script>alert(1)</script></html>", "media.not_a_picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "media.not_a_picture"),
        (b"%PDF-1.4 not a picture", "media.not_a_picture"),
        (b"GIF89a/*" + b"*/=1;alert(1)//" * 20, "media.not_a_picture"),
        (b"\xff\xd8\xff\xe0<html><script>alert(1)</script>" * 20, "media.not_a_picture"),
        (_gif(), "media.not_a_picture"),
        (animated("GIF"), "media.not_a_picture"),
        (heif(), "media.heic"),
        (heif(b"mif1"), "media.heic"),
        (heif(b"avif"), "media.heic"),
        (chatty_png(), "media.not_a_picture"),
        (b"\xff\xd8\xff", "media.not_a_picture"),
        (b"\x89PNG\r\n\x1a\n", "media.not_a_picture"),
        (animated("PNG"), "media.animated"),
        (animated("WEBP"), "media.animated"),
        (picture()[:4000], "media.unreadable"),
        (picture("PNG", (2000, 1500))[:-3000], "media.unreadable"),
        (picture("WEBP")[:300], "media.not_a_picture"),
        (png_of(800, 600), "media.unreadable"),
        (picture(size=(120, 400)), "media.too_small"),
        (picture(size=(1400, 210)), "media.odd_shape"),
        (png_of(9000, 9000), "media.too_many_pixels"),
        (png_of(5100, 5000), "media.too_many_pixels"),
        (png_of(50_000, 50_000), "media.too_many_pixels"),
        (png_of(2**31 - 1, 2**31 - 1), "media.too_many_pixels"),
    ],
)
def test_what_is_no_good_picture_is_refused(upload: bytes, message_id: str) -> None:
    with pytest.raises(Invalid) as refused:
        render(io.BytesIO(upload))
    assert refused.value.message_id == message_id


def test_a_template_gets_only_addresses_of_files_that_are_kept() -> None:
    key = "ab" * 16
    small = Picture(key, 320, 200)
    assert small.url(1080) == small.url(320) == f"/media/{key}-320.webp"
    assert small.url(10) == f"/media/{key}-160.webp"
    assert small.srcset == f"/media/{key}-160.webp 160w, /media/{key}-320.webp 320w"
