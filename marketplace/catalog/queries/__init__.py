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
from marketplace.catalog.queries.drafts import (
    DraftRow,
    DraftView,
    draft,
    draft_of_product,
    draft_pictures,
    open_drafts,
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
from marketplace.catalog.queries.supply import supply_of

__all__ = [
    "HALAL_BLOCKS",
    "CategoryRow",
    "CategoryTree",
    "CertificateClaim",
    "DraftRow",
    "DraftView",
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
    "draft",
    "draft_of_product",
    "draft_pictures",
    "forms_mark",
    "is_cover",
    "latest_revision_id",
    "leaves",
    "needs_of",
    "offers",
    "open_drafts",
    "own_attributes",
    "product",
    "product_by_slug",
    "revision",
    "scarce_rows",
    "seller_products",
    "stock_rows",
    "supply_of",
    "usable_pictures",
    "variants",
]
