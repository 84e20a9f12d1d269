"""Questions about products. Each is one statement unless it says otherwise."""

from marketplace.catalog.queries.categories import (
    HALAL_BLOCKS,
    CategoryRow,
    CategoryTree,
    categories,
    category_by_slug,
    leaves,
    needs_of,
)
from marketplace.catalog.queries.offers import Offer, offers
from marketplace.catalog.queries.pictures import is_cover, usable_pictures
from marketplace.catalog.queries.price_list import PriceRow, price_rows
from marketplace.catalog.queries.products import (
    CertificateClaim,
    ProductRow,
    RevisionView,
    VariantRow,
    latest_revision_id,
    product,
    product_by_slug,
    revision,
    variants,
)
from marketplace.catalog.queries.selling import (
    SellerProduct,
    StockRow,
    Visibility,
    seller_products,
    stock_rows,
)

__all__ = [
    "HALAL_BLOCKS",
    "CategoryRow",
    "CategoryTree",
    "CertificateClaim",
    "Offer",
    "PriceRow",
    "ProductRow",
    "RevisionView",
    "SellerProduct",
    "StockRow",
    "VariantRow",
    "Visibility",
    "categories",
    "category_by_slug",
    "is_cover",
    "latest_revision_id",
    "leaves",
    "needs_of",
    "offers",
    "price_rows",
    "product",
    "product_by_slug",
    "revision",
    "seller_products",
    "stock_rows",
    "usable_pictures",
    "variants",
]
