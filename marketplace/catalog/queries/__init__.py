"""Questions about products. Each is one statement unless it says otherwise."""

from marketplace.catalog.queries.attributes import all_attributes_of, attributes_of, own_attributes
from marketplace.catalog.queries.categories import (
    HALAL_BLOCKS,
    CategoryRow,
    CategoryTree,
    categories,
    category_by_slug,
    leaves,
    needs_of,
)
from marketplace.catalog.queries.forms import VariantRow, forms_mark, variants
from marketplace.catalog.queries.offers import Offer, offers
from marketplace.catalog.queries.pictures import is_cover, usable_pictures
from marketplace.catalog.queries.products import (
    CertificateClaim,
    ProductRow,
    RevisionView,
    latest_revision_id,
    product,
    product_by_slug,
    revision,
)
from marketplace.catalog.queries.selling import (
    SellerProduct,
    StockRow,
    Visibility,
    scarce_rows,
    seller_products,
    stock_rows,
)

__all__ = [
    "HALAL_BLOCKS",
    "CategoryRow",
    "CategoryTree",
    "CertificateClaim",
    "Offer",
    "ProductRow",
    "RevisionView",
    "SellerProduct",
    "StockRow",
    "VariantRow",
    "Visibility",
    "all_attributes_of",
    "attributes_of",
    "categories",
    "category_by_slug",
    "forms_mark",
    "is_cover",
    "latest_revision_id",
    "leaves",
    "needs_of",
    "offers",
    "own_attributes",
    "product",
    "product_by_slug",
    "revision",
    "scarce_rows",
    "seller_products",
    "stock_rows",
    "usable_pictures",
    "variants",
]
