"""The tables of the catalogue."""

from marketplace.catalog.models.albums import Album, AlbumPicture
from marketplace.catalog.models.bulk import BulkChange, BulkEdit
from marketplace.catalog.models.categories import Category, CategoryAttribute, CertificateNeed
from marketplace.catalog.models.drafts import ProductDraft
from marketplace.catalog.models.products import Product, ProductRevision, RevisionCertificate, RevisionPicture
from marketplace.catalog.models.variants import PendingPrice, PriceTier, StockMovement, Variant

__all__ = [
    "Album",
    "AlbumPicture",
    "BulkChange",
    "BulkEdit",
    "Category",
    "CategoryAttribute",
    "CertificateNeed",
    "PendingPrice",
    "PriceTier",
    "Product",
    "ProductDraft",
    "ProductRevision",
    "RevisionCertificate",
    "RevisionPicture",
    "StockMovement",
    "Variant",
]
