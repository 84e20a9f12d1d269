"""Invented certificate numbers in the formats of the real ones."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

PACKS = {"botol": 1, "toples": 1, "bungkus": 2, "kotak": 3, "loyang": 3, "batang": 5}
FOODS = {
    "Se'i & olahan daging": 1,
    "Ikan & hasil laut": 2,
    "Camilan": 15,
    "Kue & roti": 6,
    "Sambal & bumbu": 11,
    "Jagung & pangan lokal": 6,
    "Kopi": 10,
    "Teh & herbal": 10,
    "Gula lontar": 9,
    "Madu": 9,
    "Minyak": 7,
    "Paket hadiah": 6,
}
PIRT_YEARS = 4
# Papers of one product; the others are the shop's and serve all its goods.
OF_ONE_PRODUCT = frozenset(
    {
        "pirt",
        "bpom_food",
        "bpom_cosmetic",
        "bpom_traditional",
    }
)
WORDS_OF_AN_INDICATION = 4
YEARS_VALID = {"bpom_food": 5, "bpom_cosmetic": 3, "bpom_traditional": 5}


def serves(kind: str, name: str, store: str) -> str:
    """What one paper of that kind serves: a product, all goods under one geographical indication, or a whole shop."""
    if kind == "ig":
        return " ".join(name.split()[:WORDS_OF_AN_INDICATION])
    return name if kind in OF_ONE_PRODUCT else store


def number(kind: str, seed: str, regency_code: str, today: date, unit: str = "", sort: str = "") -> str:
    """A number of that kind; the same for the same seed in the same year. `sort` is the subcategory of the goods."""
    chance = Random(f"{kind} {seed}")
    region = regency_code.replace(".", "")
    if kind == "pirt":
        last_year = (today.year + chance.randint(1, PIRT_YEARS)) % 100
        return f"{PACKS.get(unit, 6)}{FOODS.get(sort, 6):02}{region}{_digits(chance, 6)}{last_year:02}"
    written = {
        "bpom_food": f"MD{_digits(chance, 12)}",
        "bpom_cosmetic": f"NA{_digits(chance, 11)}",
        "bpom_traditional": f"TR{_digits(chance, 9)}",
        "halal": f"ID53{_digits(chance, 15)}",
        "ig": f"IDG000000{chance.randint(1, 300):03}",
        "nkv": f"NKV-RPH-{region}{_digits(chance, 3)}-{_digits(chance, 3)}",
        "skp": f"{_digits(chance, 4)}/53/SKP/BK/{today.year - 1}",
        "slhs": f"440/{_digits(chance, 3)}/SLHS/{today.year - 1}",
        "psat": f"PD {regency_code}.1.{_digits(chance, 4)}.01.{today.year % 100}",
        "sni": "SNI 3556:2016" if "Sambal" in sort else "SNI 3553:2015",
    }
    return written[kind]


def valid_until(kind: str, seed: str, today: date) -> date | None:
    """The last day of those that end; some end soon."""
    if kind not in YEARS_VALID:
        return None
    return today + timedelta(days=Random(f"until {seed}").randint(40, 365 * YEARS_VALID[kind]))


def _digits(chance: Random, length: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(length))
