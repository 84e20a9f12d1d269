"""What the demo goods say beside their words, as far as name and description give it away; and how they are sold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from marketplace.catalog.rules import AttributeValue, Tier, VariantDraft

# The first pattern that fits all names of a product's forms says along what they differ.
AXES = (
    ("Warna", r"Merah|Biru|Hijau|Kuning|Hitam|Kunyit"),
    ("Benang", r"Benang"),
    ("Pewarna", r"Pewarna"),
    ("Rasa", r"Manis|Gurih|Campur"),
    ("Bentuk", r"(Biji|Bubuk)(?! \d)"),
    ("Ukuran", r""),
)
# Goods in two colours and more, each in every size: (name, colours, sizes that ran out).
COLOURED: Mapping[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "Kemeja Tenun Pria Lengan Pendek": (("Merah mengkudu", "Biru nila", "Hitam"), frozenset({"Hitam S", "Hitam M"})),
    "Blus Tenun Wanita": (("Kunyit", "Biru nila"), frozenset({"Kunyit XL"})),
    "Rok Tenun Span": (("Merah mengkudu", "Cokelat lontar"), frozenset()),
}
# Fewest pieces, and the share of the price (per cent) from a quantity on.
BY_QUANTITY: Mapping[str, tuple[int, tuple[tuple[int, int], ...]]] = {
    "Snack Box Rapat Lokal A": (10, ((30, 94), (60, 88))),
    "Snack Box Rapat Lokal B": (10, ((30, 95), (60, 90))),
    "Nasi Kotak Menu Timor": (5, ((25, 95),)),
    "Sambal Lu'at Cabai Rawit 150 g": (1, ((6, 95), (12, 90))),
    "Sambal Ikan Teri 150 g": (1, ((6, 95), (12, 90))),
    "Sabun Kelor 80 g": (1, ((10, 90),)),
    "Air Mineral Lokal NTT 600 ml Dus 24": (1, ((5, 96), (20, 92))),
    "Tempat Tisu Anyam Lontar": (1, ((10, 92), (25, 88))),
}
TECHNIQUES = (
    ("Buna", "buna"),
    ("Pahikung", "pahikung"),
    ("Sulam", "sulam tangan"),
    ("Songket (lotis, sotis)", "songke|songket|sotis"),
    ("Ikat lungsi", ""),
)
DYES = (
    ("Pewarna alam", "pewarna alam|mengkudu|nila|tumbuhan"),
    ("Pewarna sintetis", "benang toko|benang pabrik|tahan luntur"),
)
MATERIALS = (
    ("Daun pandan", "pandan"),
    ("Daun gewang", "gewang"),
    ("Bambu", "keranjang bambu"),
    ("Kayu trembesi", "trembesi"),
    ("Kuningan", "kuningan"),
    ("Tanah liat", "tanah liat"),
    ("Resin", "resin"),
    ("Kayu", "kayu"),
    ("Daun lontar", "lontar"),
)
BEANS = (("Juria", "juria"), ("Robusta", "robusta"), ("Arabika", "arabika"))
ALLERGEN_WORDS = (
    ("gluten", "tepung terigu|roti|kue semprit|tart|stik|keju"),
    ("egg", "telur"),
    ("fish", "ikan|teri|tuna|tongkol|cakalang|tenggiri"),
    ("peanut", "kacang sumba"),
    ("milk", "susu|mentega|keju"),
    ("tree_nut", "mete|kenari"),
)
MOTIF = re.compile(r"motif ([a-z]+(?: [a-z]+)?)", re.IGNORECASE)
SIZE = re.compile(r"(\d+) (g|kg|ml|liter|sachet|kantong|butir)\b", re.IGNORECASE)
LASTING, PERISHING = 180, 5


def axes_of(names: Sequence[str], name: str) -> tuple[str, str]:
    """Along what the forms of a product differ."""
    if name in COLOURED:
        return "Warna", "Ukuran"
    if len(names) < 2:
        return "", ""
    return next(axis for axis, words in AXES if all(re.match(words, each) for each in names)), ""


def forms_of(name: str, forms: Sequence[VariantDraft]) -> tuple[VariantDraft, ...]:
    """The forms of a product with their options, fewest pieces and prices by quantity."""
    least, steps = BY_QUANTITY.get(name, (1, ()))
    colours, gone = COLOURED.get(name, ((), frozenset()))
    placed = [replace(form, options=(form.name if len(forms) > 1 else "", "")) for form in forms]
    if colours:
        placed = [
            replace(form, options=(colour, form.name), on_hand=0 if f"{colour} {form.name}" in gone else form.on_hand)
            for colour in colours
            for form in forms
        ]
    return tuple(
        replace(
            form,
            min_quantity=least,
            on_hand=form.on_hand * least,
            tiers=tuple(Tier(quantity, form.price * share // 100) for quantity, share in steps),
        )
        for form in placed
    )


def answers_of(category: str, name: str, words: str, *, is_perishable: bool) -> dict[str, AttributeValue]:
    """What is said of the things that such goods are asked; what the words do not tell is left out."""
    said = f"{name}. {words}".lower()
    if category == "Tenun & Fesyen":
        return _cloth(f"{name}. {words}")
    if category == "Kerajinan":
        return _told({"bahan": _first(MATERIALS, said)})
    size = SIZE.search(name)
    contents = size.group(0) if size else ""
    stored = "Kulkas (0–5 °C)" if is_perishable else "Suhu ruang"
    kept: dict[str, AttributeValue] = {"isi-bersih": contents, "berat-bersih": _grams(size), "cara-simpan": stored}
    if category != "Hasil Kebun":
        kept["masa-simpan"] = PERISHING if is_perishable else LASTING
    bean = _first(BEANS, said)
    return _told(
        {**kept, "jenis-kopi": [bean] if bean else "", "sangrai": "Sedang" if "sangrai sedang" in said else ""}
    )


def allergens_of(name: str, composition: str) -> tuple[str, ...]:
    """Codes of the allergens that name and composition give away."""
    said = f"{name}. {composition}".lower()
    return tuple(code for code, words in ALLERGEN_WORDS if re.search(rf"\b({words})\b", said))


def _cloth(words: str) -> dict[str, AttributeValue]:
    motif = MOTIF.search(words)
    return _told(
        {
            "teknik": _first(TECHNIQUES, words.lower()),
            "motif": motif.group(1).capitalize() if motif else "",
            "pewarna": _first(DYES, words.lower()),
        }
    )


def _first(choices: Sequence[tuple[str, str]], said: str) -> str:
    return next((choice for choice, words in choices if not words or re.search(rf"\b({words})\b", said)), "")


def _grams(size: re.Match[str] | None) -> int:
    unit = size.group(2).lower() if size else ""
    return int(size.group(1)) * {"g": 1, "kg": 1000}.get(unit, 0) if size else 0


def _told(answers: dict[str, AttributeValue]) -> dict[str, AttributeValue]:
    return {code: answer for code, answer in answers.items() if answer}
