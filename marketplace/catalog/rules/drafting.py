"""Drafts of products: which fields they may keep, how the forms of a product are laid out, what is still missing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from marketplace.catalog.rules.goods import MOST_TIERS, MOST_VARIANTS
from marketplace.catalog.rules.words import fold

PLAIN = "Biasa"
"""What a form without a name is called among others."""
LONGEST_VALUE = 5_000
MOST_VALUES = 40
LARGEST_DRAFT = 60_000
"""Characters of all fields of one draft together."""
MOST_DRAFTS = 200
"""Open drafts of one shop."""
CELL_PARTS = ("price", "on_hand", "seen_on_hand", "weight", "sku", "picture_id", "is_off")
WORDS = frozenset(
    {
        "name",
        "description",
        "composition",
        "unit",
        "origin_code",
        "is_not_halal",
        "is_perishable",
        "certificate_ids",
        "allergens",
    }
)
"""The fields that the curators look at, besides pictures and answers."""
FREE = frozenset(
    {
        "store_id",
        "category_id",
        "price",
        "weight",
        "on_hand",
        "seen_on_hand",
        "min_quantity",
        "low_stock",
        "sku",
        "supply",
        "lead_days",
        "weekly_capacity",
        "cutoff",
        "axis_1",
        "values_1",
        "axis_2",
        "values_2",
    }
)
_KEY = re.compile(r"[A-Za-z0-9_-]{16,40}")
_PATTERNED = re.compile(
    rf"attr-[a-z0-9-]{{1,40}}|tier-[1-{MOST_TIERS}]-(from|price)|cell-[0-9a-f]{{10}}-({'|'.join(CELL_PARTS)})"
)

Fields = Mapping[str, Sequence[str]]


def is_draft_key(key: str) -> bool:
    """Is this a name that a page may give a draft?"""
    return _KEY.fullmatch(key) is not None


def is_draft_field(name: str) -> bool:
    """May a draft keep a field of this name?"""
    return name in WORDS or name in FREE or _PATTERNED.fullmatch(name) is not None


def cell_key(options: tuple[str, str]) -> str:
    """What the fields of one form are called after: the same for the same options, wherever they stand in the list."""
    return hashlib.sha256("\x1f".join(map(fold, options)).encode()).hexdigest()[:10]


def split_values(text: str) -> list[str]:
    """The values on an axis as they are typed: by commas or one a line, each once; in quotes one may hold a comma."""
    found: dict[str, str] = {}
    for value in re.findall(r'\s*"[^"\n]*"|[^,;\n]+', text):
        tidy = " ".join(value.strip().strip('"').split())
        if fold(tidy):
            found.setdefault(fold(tidy), tidy)
    return list(found.values())


def joined_values(values: Iterable[str]) -> str:
    """Values as `split_values` reads them."""
    return ", ".join(f'"{value}"' if re.search("[,;]", value) else value for value in values)


def cells_of(first: str, second: str = "") -> list[tuple[str, str]]:
    """Each combination of the values typed for two axes, at most one more than a product may have."""
    firsts, seconds = split_values(first), split_values(second) or [""]
    found = [(one, other) for one in firsts for other in seconds]
    return found[: MOST_VARIANTS + 1]


def value_of(fields: Fields, name: str) -> str:
    """The (first) value of a field, '' for none."""
    return next(iter(fields.get(name, ())), "").strip()


def alt_of(name: str, number: int) -> str:
    """The description of a picture whose seller gave none: the product's name, from the second on with its number."""
    return name if number == 1 else f"{name}, foto {number}"


def lacking(fields: Fields, pictures: int, lasting: Iterable[str] = ()) -> list[str]:
    """The fields without which a draft cannot be put up, in the order of the screen; `lasting` are the ids of the
    categories whose goods must say what is in them."""
    lacks = [] if pictures else ["pictures"]
    lacks += [name for name in ("name", "category_id") if not value_of(fields, name)]
    if value_of(fields, "category_id") in lasting and not value_of(fields, "composition"):
        lacks.append("composition")
    return lacks + [name for name in ("price", "weight") if not value_of(fields, name)]
