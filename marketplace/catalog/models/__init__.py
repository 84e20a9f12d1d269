"""The tables of the catalogue."""

from marketplace.catalog.models.categories import Category, CategoryAttribute
from marketplace.catalog.models.products import Product, ProductRevision, RevisionCertificate, RevisionPicture
from marketplace.catalog.models.variants import PendingPrice, PriceTier, StockMovement, Variant

__all__ = [
    "Category",
    "CategoryAttribute",
    "PendingPrice",
    "PriceTier",
    "Product",
    "ProductRevision",
    "RevisionCertificate",
    "RevisionPicture",
    "StockMovement",
    "Variant",
]
