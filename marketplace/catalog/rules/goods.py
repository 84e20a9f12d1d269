"""What is said about a product, the forms it is sold in, and how it is supplied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MOST_PICTURES = 8
MOST_STOCK = 1_000_000
MOST_TIERS = 5
MOST_QUANTITY = 999
"""So many pieces of a variant may be bought at once, or be the fewest that are sold."""
MOST_VARIANTS = 60
MOST_DAYS = 90
HEAVIEST = 1_000_000
HIGHEST_PRICE = 100_000_000_000
LOW_STOCK = 3
MINUTES_A_DAY = 24 * 60


class ProductStatus(StrEnum):
    """An active product may be public; a hidden one waits for its seller; an archived one is gone for good."""

    ACTIVE = "active"
    HIDDEN = "hidden"
    ARCHIVED = "archived"


class Supply(StrEnum):
    """Where the pieces come from: the shelf, the workshop once somebody orders, or this morning's kitchen."""

    READY = "ready"
    TO_ORDER = "to_order"
    DAILY = "daily"


class AttributeKind(StrEnum):
    """What an attribute of a category takes."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"


AttributeValue = str | int | bool | list[str]


@dataclass(frozen=True)
class Draft:
    """What is said about a product. `picture_ids` are (media id, alternative text) in the seller's order.

    `attributes` are by the code of the category's attribute; `allergens` are codes of `ALLERGENS`.
    """

    name: str
    origin_code: str
    description: str = ""
    composition: str = ""
    unit: str = ""
    is_not_halal: bool = False
    is_perishable: bool = False
    picture_ids: tuple[tuple[int, str], ...] = ()
    certificate_ids: tuple[int, ...] = ()
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    allergens: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tier:
    """From so many pieces on, each costs so much (rupiah)."""

    from_quantity: int
    price: int


@dataclass(frozen=True)
class VariantDraft:
    """A form in which a product is sold. Price in rupiah, weight in grams with packing, stock in pieces.

    `options` are its values on the product's axes ('M', 'merah'); a product without axes has `("", "")`. `picture_id`
    is one of the product's own pictures. `low_stock`: so few left are worth a warning. `sku` is the shop's own number.
    """

    price: int
    on_hand: int = 0
    weight: int = 0
    name: str = ""
    options: tuple[str, str] = ("", "")
    sku: str = ""
    min_quantity: int = 1
    tiers: tuple[Tier, ...] = ()
    low_stock: int = LOW_STOCK
    picture_id: int | None = None


LONGEST_AXIS, LONGEST_OPTION, LONGEST_SKU, LONGEST_FORM_NAME = 40, 60, 40, 130


def form_name(axes: tuple[str, str], form: VariantDraft) -> str:
    """How a form is called: its options ('M / Merah'), or on a product without axes what it was called freely."""
    if not any(axes):
        return form.name
    return " / ".join(option for axis, option in zip(axes, form.options, strict=True) if axis)


@dataclass(frozen=True)
class SupplyDraft:
    """How a product is supplied, and along which axes its forms differ.

    `lead_days` from order to ready and `weekly_capacity` in pieces are for goods made to order. `cutoff_minutes` after
    midnight (WITA) is when today's orders end, for goods cooked daily; None: until the shop closes.
    """

    supply: Supply = Supply.READY
    lead_days: int = 0
    weekly_capacity: int = 0
    cutoff_minutes: int | None = None
    axes: tuple[str, str] = ("", "")


# What must be named on a label of food when it is in it (Peraturan BPOM 31/2018 as amended by 20/2021, annex).
ALLERGENS: dict[str, str] = {
    "gluten": "Gandum dan sereal bergluten",
    "crustacean": "Udang, kepiting, dan krustasea lain",
    "egg": "Telur",
    "fish": "Ikan",
    "peanut": "Kacang tanah",
    "soy": "Kedelai",
    "milk": "Susu",
    "tree_nut": "Kacang pohon (mete, kenari, almon)",
    "sulphite": "Sulfit 10 mg/kg atau lebih",
}
