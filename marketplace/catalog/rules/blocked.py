"""Goods that nobody may sell here (domain reference, section 2)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from marketplace.catalog.rules.words import fold

BLOCKED = (
    # alcoholic drinks
    "moke",
    "sopi",
    "tuak",
    "arak",
    "laru",
    "ciu",
    "miras",
    "minuman keras",
    "minuman beralkohol",
    "cap tikus",
    "bir",
    "wine",
    "vodka",
    "whisky",
    "whiskey",
    "wiski",
    "brendi",
    "brandy",
    # tobacco
    "rokok",
    "tembakau",
    "cerutu",
    "kretek",
    "vape",
    "pod vape",
    # weapons
    "senjata api",
    "senjata tajam",
    "senapan",
    "pistol",
    "amunisi",
    "peluru",
    "bahan peledak",
    "bom ikan",
    "parang",
    "kelewang",
    "klewang",
    "pedang",
    "badik",
    "belati",
    "keris",
    # medicines and drugs
    "obat keras",
    "obat kuat",
    "obat bius",
    "obat aborsi",
    "penggugur kandungan",
    "antibiotik",
    "amoxicillin",
    "amoksisilin",
    "tramadol",
    "ganja",
    "kokain",
    "heroin",
    # protected animals, coral
    "sisik penyu",
    "telur penyu",
    "daging penyu",
    "cangkang penyu",
    "tempurung penyu",
    "gelang penyu",
    "penyu hidup",
    "akar bahar",
    "terumbu karang hias",
    "karang hidup",
    "gading gajah",
    "gading asli",
    "burung kakatua",
    "komodo hidup",
    "daging paus",
    "minyak paus",
    "gigi paus",
    "gigi duyung",
    "daging duyung",
    "sirip hiu",
    "kerang kima",
    "kuda laut kering",
    "sisik trenggiling",
    "daging rusa",
    "dendeng rusa",
    "tanduk rusa",
)
# Said with these words, nothing of the kind is sold: sweet palm sap, a part of Kupang, patterns, processions.
HARMLESS = (
    "tuak daun merah",
    "tuak manis",
    "arak arakan",
    "bir pletok",
    "asap rokok",
    "puntung rokok",
    "bukan rokok",
    "akar bahar imitasi",
    "akar bahar tiruan",
    "bukan akar bahar",
    "tiruan akar bahar",
    "imitasi akar bahar",
    "motif parang",
    "batik parang",
    "motif keris",
    "motif pedang",
)


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, phrases), key=len, reverse=True))})\b")


BLOCKED_PATTERN = _any_of(BLOCKED)
HARMLESS_PATTERN = _any_of(HARMLESS)


def blocked_word(text: str) -> str | None:
    """The first word or phrase in the text that names goods nobody may sell here, or None."""
    found = BLOCKED_PATTERN.search(HARMLESS_PATTERN.sub(" ", fold(text)))
    return found.group(0) if found else None
