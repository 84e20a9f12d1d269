"""What a product may be."""

from __future__ import annotations

from enum import StrEnum


class ProductStatus(StrEnum):
    """An active product may be public; a hidden one waits for its seller; an archived one is gone for good."""

    ACTIVE = "active"
    HIDDEN = "hidden"
    ARCHIVED = "archived"
