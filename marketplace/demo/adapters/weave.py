"""Demo pictures: seeded ikat cloth, products on it, and shop monograms.

No photograph is shipped with the demo market, so it weaves its own. A cloth is
a column of bands (plain, stripe, zig-zag, diamond, hook, star, comb); each band
is one small tile of threads, repeated and enlarged by Pillow. Columns of threads
are then shifted a little up and down, which gives the feathered edge that tied
and dyed warp has, and a thread texture is laid over it. The same seed always
gives the same picture.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import TypeAlias

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

from marketplace.demo.adapters.illustrations import WOVEN

Colour: TypeAlias = tuple[int, int, int]

ILLUSTRATIONS = Path(__file__).parent.parent / "illustrations"

NILA: Colour = (31, 42, 68)
MENGKUDU: Colour = (140, 47, 43)
KUNYIT: Colour = (217, 154, 43)
LONTAR: Colour = (235, 220, 188)
KAPAS: Colour = (251, 247, 239)
LOBA: Colour = (92, 52, 38)
TARUM: Colour = (54, 92, 112)
DAUN: Colour = (61, 96, 70)
TANAH: Colour = (181, 98, 52)

# The ground first, then the threads that make the motif, then the thin stripes.
DYES: tuple[tuple[Colour, Colour, Colour, Colour], ...] = (
    (MENGKUDU, LONTAR, NILA, KUNYIT),
    (NILA, LONTAR, MENGKUDU, KUNYIT),
    (NILA, KAPAS, TARUM, KUNYIT),
    (LOBA, LONTAR, TANAH, KUNYIT),
    (MENGKUDU, KUNYIT, LOBA, LONTAR),
    (KUNYIT, MENGKUDU, NILA, KAPAS),
    (TANAH, KAPAS, NILA, KUNYIT),
    (DAUN, LONTAR, NILA, KUNYIT),
    (TARUM, KAPAS, NILA, LONTAR),
    (LONTAR, MENGKUDU, NILA, KUNYIT),
)

THREADS = 116
"""Threads across a cloth; a motif is drawn in threads."""

_TEXTURE_TILE = 96
_COLUMN_SHARE = 330
_DISC_SHARE = 0.74
_GOODS_SHARE = 0.48
_PAIR_SHARE = 0.36
_PAIR_APART = 0.09
_CHANCE_OF_PAIR = 0.4
_ALONE = frozenset({"buffalo", "cow", "horse", "leaf", "lizard", "medal", "pie", "shield"})

_DISC_COLOURS: tuple[Colour, ...] = (
    KAPAS,
    (247, 236, 214),
    (243, 232, 226),
    (232, 236, 240),
    (236, 240, 228),
)


def _dice(seed: int | str) -> Random:
    return Random(seed)


@dataclass(frozen=True)
class _Tile:
    """One repeat of a band: which threads of it carry the motif colour."""

    width: int
    height: int
    is_motif: Callable[[int, int], bool]

    def draw(self, ground: Colour, motif: Colour) -> Image.Image:
        tile = Image.new("RGB", (self.width, self.height), ground)
        dots = [(x, y) for y in range(self.height) for x in range(self.width) if self.is_motif(x, y)]
        ImageDraw.Draw(tile).point(dots, fill=motif)
        return tile


def _zigzag(random: Random) -> _Tile:
    half = random.choice((4, 5, 6))
    thick = random.choice((2, 3))
    return _Tile(
        2 * half,
        random.choice((3, 4, 5)) * (thick + 2),
        lambda x, y: (y + abs(x - half)) % (thick + 2) < thick,
    )


def _diamond(random: Random) -> _Tile:
    half = random.choice((7, 8, 9, 10))
    ring = random.choice((4, 5, 20))
    return _Tile(
        2 * half,
        2 * half - 1,
        lambda x, y: (abs(x - half) + abs(y - half + 1)) % ring < ring // 2,
    )


_HOOK = (
    "................",
    ".##############.",
    ".##############.",
    ".##..........##.",
    ".##..........##.",
    ".##..######..##.",
    ".##..######..##.",
    ".##..##..##..##.",
    ".##..##......##.",
    ".##..##########.",
    ".##...#########.",
    ".##.............",
    ".##############.",
    "..#############.",
    "................",
)
_KAIF = (
    "........##........",
    ".......####.......",
    "......##..##......",
    ".####.##..##.####.",
    "##..####..####..##",
    "##...##....##...##",
    "##.#.##.##.##.#.##",
    ".###..######..###.",
    "......##..##......",
    ".###..######..###.",
    "##.#.##.##.##.#.##",
    "##...##....##...##",
    "##..####..####..##",
    ".####.##..##.####.",
    "......##..##......",
    ".......####.......",
    "........##........",
)
_STAR = (
    "......##......",
    ".##...##...##.",
    ".###.####.###.",
    "..####..####..",
    "...##.##.##...",
    "####.####.####",
    "####.####.####",
    "...##.##.##...",
    "..####..####..",
    ".###.####.###.",
    ".##...##...##.",
    "......##......",
)


def _from_chart(chart: tuple[str, ...]) -> Callable[[Random], _Tile]:
    def build(_: Random) -> _Tile:
        return _Tile(len(chart[0]), len(chart), lambda x, y: chart[y][x] == "#")

    return build


def _comb(random: Random) -> _Tile:
    height = random.choice((5, 6, 8))
    return _Tile(2 * height, height, lambda x, y: abs(x - height) <= height - 1 - y)


_MOTIFS: tuple[Callable[[Random], _Tile], ...] = (
    _zigzag,
    _diamond,
    _diamond,
    _from_chart(_HOOK),
    _from_chart(_KAIF),
    _from_chart(_STAR),
    _zigzag,
)


def _lay(cloth: Image.Image, tile: Image.Image, top: int) -> None:
    """Repeat a tile across the cloth, its middle on the middle of the cloth."""
    start = (cloth.width // 2) % tile.width - tile.width - tile.width // 2
    for left in range(start, cloth.width, tile.width):
        cloth.paste(tile, (left, top))


def _lay_stripes(cloth: Image.Image, random: Random, top: int, colours: tuple[Colour, ...]) -> int:
    """Lay one to four thin stripes over each other; tell the first free thread."""
    draw = ImageDraw.Draw(cloth)
    for _ in range(random.choice((1, 2, 3, 4))):
        height = random.choice((1, 1, 2, 3))
        draw.rectangle((0, top, cloth.width, top + height - 1), fill=random.choice(colours))
        top += height
    return top


def _lay_bands(random: Random, width: int, height: int) -> Image.Image:
    """The charts of a whole cloth, one pixel a thread."""
    ground, motif, second, thin = random.choice(DYES)
    cloth = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(cloth)
    top = random.randrange(-8, 1)
    turn = random.randrange(2)
    while top < height:
        top = _lay_stripes(cloth, random, top, (motif, second, thin, ground))
        if turn % 3 == 2:
            plain = random.randrange(5, 13)
            fill = random.choice((thin, second, ground))
            draw.rectangle((0, top, width, top + plain - 1), fill=fill)
            top += plain
        elif turn % 3 == 1:
            comb = _comb(random).draw(ground, second)
            _lay(cloth, comb, top)
            _lay(cloth, comb.transpose(Image.Transpose.FLIP_TOP_BOTTOM), top + comb.height)
            top += 2 * comb.height
        else:
            pair = random.choice(((ground, motif), (second, motif), (ground, thin)))
            tile = random.choice(_MOTIFS)(random).draw(*pair)
            draw.rectangle((0, top, width, top + tile.height + 3), fill=pair[0])
            _lay(cloth, tile, top + 2)
            top += tile.height + 4
        turn += 1
    return cloth


def _feather(cloth: Image.Image, random: Random, reach: int) -> Image.Image:
    """Shift narrow columns up and down by at most `reach` pixels."""
    width = max(1, cloth.width // _COLUMN_SHARE)
    feathered = cloth.copy()
    for left in range(0, cloth.width, width):
        shift = random.randint(-reach, reach)
        column = cloth.crop((left, 0, left + width, cloth.height))
        feathered.paste(column, (left, shift))
    return feathered


@lru_cache(maxsize=4)
def _texture(size: int) -> Image.Image:
    """Warp and weft as a grey picture to multiply with."""
    random = _dice(_TEXTURE_TILE)
    tile = Image.new("L", (_TEXTURE_TILE, _TEXTURE_TILE))
    tile.putdata(
        [
            255 - (26 if x % 3 == 2 else 0) - (14 if y % 4 == 3 else 0) - random.randrange(18)
            for y in range(_TEXTURE_TILE)
            for x in range(_TEXTURE_TILE)
        ]
    )
    whole = Image.new("L", (size, size))
    for top in range(0, size, _TEXTURE_TILE):
        for left in range(0, size, _TEXTURE_TILE):
            whole.paste(tile, (left, top))
    return whole.convert("RGB")


def draw_cloth(seed: int, size: int = 1080) -> Image.Image:
    """A square of ikat, `size` pixels wide; the same seed gives the same cloth."""
    random = _dice(seed)
    threads = _lay_bands(random, THREADS, THREADS)
    cloth = threads.resize((size, size), Image.Resampling.NEAREST)
    cloth = _feather(cloth, random, reach=max(1, round(size / THREADS * 0.75)))
    return ImageChops.multiply(cloth, _texture(size))


@lru_cache(maxsize=4)
def _disc(size: int) -> tuple[Image.Image, Image.Image]:
    """The mask of the pale disc, and the mask of the shadow that it throws."""
    small = size // 4
    reach = small * _DISC_SHARE / 2
    middle = small / 2
    shadow = Image.new("L", (small, small))
    ImageDraw.Draw(shadow).ellipse((middle - reach, middle - reach + 4, middle + reach, middle + reach + 6), fill=110)
    shadow = shadow.filter(ImageFilter.GaussianBlur(small / 40)).resize((size, size))
    large = Image.new("L", (2 * size, 2 * size))
    reach = size * _DISC_SHARE
    ImageDraw.Draw(large).ellipse((size - reach, size - reach, size + reach, size + reach), fill=255)
    return large.resize((size, size), Image.Resampling.BILINEAR), shadow


@lru_cache(maxsize=128)
def _goods(illustration: str, size: int) -> Image.Image:
    """The illustration without its empty edge, its longer side `size` pixels."""
    with Image.open(ILLUSTRATIONS / f"{illustration}.webp") as picture:
        goods = picture.convert("RGBA")
    goods = goods.crop(goods.getbbox())
    ratio = size / max(goods.size)
    return goods.resize((round(goods.width * ratio), round(goods.height * ratio)), Image.Resampling.BICUBIC)


def _sew(goods: Image.Image, seed: int) -> Image.Image:
    """The same goods in woven cloth: its shape, its light and shade, other colours."""
    shape = goods.getchannel("A")
    light = ImageOps.autocontrast(goods.convert("L"), cutoff=2, mask=shape)
    light = light.point([min(255, 142 + value * 130 // 255) for value in range(256)])
    cloth = draw_cloth(seed, max(goods.size)).crop((0, 0, *goods.size))
    sewn = ImageChops.multiply(cloth, Image.merge("RGB", (light, light, light)))
    sewn.putalpha(shape)
    return sewn


def _put(cloth: Image.Image, goods: Image.Image, right: int = 0, down: int = 0) -> None:
    """Lay goods on the middle of the cloth, moved by so many pixels."""
    left = (cloth.width - goods.width) // 2 + right
    top = (cloth.height - goods.height) // 2 + down
    cloth.paste(goods, (left, top), goods)


def draw_product(illustration: str | None, seed: int, size: int = 1080) -> Image.Image:
    """An illustration on a pale disc over the weave; without one, the cloth itself.

    Clothes and bags are drawn in cloth. Raises FileNotFoundError when there is
    no illustration of that name.
    """
    cloth = draw_cloth(seed, size)
    if illustration is None:
        return cloth
    random = _dice(f"{illustration} {seed}")
    disc, shadow = _disc(size)
    cloth.paste(NILA, (0, 0), shadow)
    cloth.paste(random.choice(_DISC_COLOURS), (0, 0), disc)
    if illustration in WOVEN:
        _put(cloth, _sew(_goods(illustration, round(size * _GOODS_SHARE)), seed + 1))
    elif illustration not in _ALONE and random.random() < _CHANCE_OF_PAIR:
        goods = _goods(illustration, round(size * _PAIR_SHARE))
        apart = round(size * _PAIR_APART)
        _put(cloth, goods.transpose(Image.Transpose.FLIP_LEFT_RIGHT), apart, -apart // 2)
        _put(cloth, goods, -apart, apart // 2)
    else:
        _put(cloth, _goods(illustration, round(size * _GOODS_SHARE)))
    return cloth


def initials(name: str) -> str:
    """The first letters of the first two words, "?" where there are none."""
    words = [word for word in name.replace("-", " ").split() if word[:1].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "?"


def draw_monogram(name: str, seed: int, size: int = 640) -> Image.Image:
    """The logo of a shop without one: its initials on a square of its cloth."""
    cloth = draw_cloth(seed, size)
    ground = _dice(seed).choice((NILA, MENGKUDU, LOBA, TARUM))
    inset = round(size * 0.16)
    draw = ImageDraw.Draw(cloth)
    draw.rounded_rectangle(
        (inset, inset, size - inset, size - inset),
        radius=round(size * 0.08),
        fill=ground,
        outline=LONTAR,
        width=max(2, size // 90),
    )
    draw.text(
        (size / 2, size / 2),
        initials(name),
        fill=KAPAS,
        font=ImageFont.load_default(size * 0.3),
        stroke_width=size // 80,
        stroke_fill=KAPAS,
        anchor="mm",
    )
    return cloth
