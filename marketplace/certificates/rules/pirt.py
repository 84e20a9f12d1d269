"""What the 15 digits of a P-IRT tell: package, food, region, product, producer, year (Peraturan BPOM 4/2024)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

PACK_TYPES = {
    1: "kaca",
    2: "plastik",
    3: "karton/kertas",
    4: "kaleng",
    5: "aluminium foil",
    6: "lain-lain",
    7: "komposit",
    8: "ganda",
}
FOOD_TYPES = {
    1: "daging kering",
    2: "ikan kering",
    3: "unggas kering",
    4: "sayur",
    5: "kelapa",
    6: "tepung",
    7: "minyak dan lemak",
    8: "selai",
    9: "gula, kembang gula, dan madu",
    10: "kopi dan teh",
    11: "bumbu",
    12: "rempah",
    13: "minuman serbuk",
    14: "buah",
    15: "kacang, biji, dan umbi",
}
REGIONS = frozenset({*(f"53{number:02d}" for number in range(1, 22)), "5371"})
PIRT_YEARS = 5
CENTURY = 2000
DIGITS = 15


@dataclass(frozen=True)
class Facts:
    """What a number tells about itself. `region_code` is a Kemendagri code such as 53.71."""

    pack_type: str = ""
    food_type: str = ""
    region_code: str = ""
    expiry_year: int | None = None


def is_pirt(number: str) -> bool:
    """Has the normalised number the digits of a P-IRT?"""
    return len(number) == DIGITS and number.isascii() and number.isdigit()


def last_day(number: str) -> date:
    """The end of the year in the number."""
    return date(CENTURY + int(number[-2:]), 12, 31)


def facts_of(number: str) -> Facts:
    """What the number says of the goods and the maker."""
    pack, food, region = int(number[0]), int(number[1:3]), number[3:7]
    year = last_day(number).year
    return Facts(PACK_TYPES.get(pack, ""), FOOD_TYPES.get(food, ""), f"{region[:2]}.{region[2:]}", year)


def problem_of(number: str, today: date) -> str | None:
    """The message id of what is wrong in the number, or None."""
    year = last_day(number).year
    problems = (
        (int(number[0]) not in PACK_TYPES, "certificates.pirt_pack"),
        (int(number[1:3]) not in FOOD_TYPES, "certificates.pirt_food"),
        (number[3:7] not in REGIONS, "certificates.pirt_region"),
        (year > today.year + PIRT_YEARS, "certificates.pirt_year"),
        (year < today.year, "certificates.expired"),
    )
    return next((message for is_wrong, message in problems if is_wrong), None)
