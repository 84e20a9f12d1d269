"""The tables of the catalogue."""

from marketplace.catalog.models.bulk import BulkChange, BulkEdit
from marketplace.catalog.models.categories import Category, CategoryAttribute
from marketplace.catalog.models.products import Product, ProductRevision, RevisionCertificate, RevisionPicture
from marketplace.catalog.models.variants import PriceTier, StockMovement, Variant

__all__ = [
    "BulkChange",
    "BulkEdit",
    "Category",
    "CategoryAttribute",
    "PriceTier",
    "Product",
    "ProductRevision",
    "RevisionCertificate",
    "RevisionPicture",
    "StockMovement",
    "Variant",
]
