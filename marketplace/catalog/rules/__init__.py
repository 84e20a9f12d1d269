"""What a product may be: its words, its forms and supply, the goods nobody may sell here, the papers goods need."""

from marketplace.catalog.rules.blocked import BLOCKED, HARMLESS, blocked_word
from marketplace.catalog.rules.goods import (
    ALLERGENS,
    HEAVIEST,
    HIGHEST_PRICE,
    LOW_STOCK,
    MINUTES_A_DAY,
    MOST_DAYS,
    MOST_PICTURES,
    MOST_STOCK,
    MOST_TIERS,
    MOST_VARIANTS,
    AttributeKind,
    AttributeValue,
    Draft,
    ProductStatus,
    Supply,
    SupplyDraft,
    Tier,
    VariantDraft,
)
from marketplace.catalog.rules.movements import MovementKind
from marketplace.catalog.rules.papers import KITCHEN_STANDS_IN, STANDS_IN, Needs, missing_kinds
from marketplace.catalog.rules.words import LONGEST_SLUG, fold, slug_of

__all__ = [
    "ALLERGENS",
    "BLOCKED",
    "HARMLESS",
    "HEAVIEST",
    "HIGHEST_PRICE",
    "KITCHEN_STANDS_IN",
    "LONGEST_SLUG",
    "LOW_STOCK",
    "MINUTES_A_DAY",
    "MOST_DAYS",
    "MOST_PICTURES",
    "MOST_STOCK",
    "MOST_TIERS",
    "MOST_VARIANTS",
    "STANDS_IN",
    "AttributeKind",
    "AttributeValue",
    "Draft",
    "MovementKind",
    "Needs",
    "ProductStatus",
    "Supply",
    "SupplyDraft",
    "Tier",
    "VariantDraft",
    "blocked_word",
    "fold",
    "missing_kinds",
    "slug_of",
]
