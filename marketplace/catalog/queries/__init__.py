"""Questions about products. Each is one statement unless it says otherwise."""

from marketplace.catalog.queries.attributes import all_attributes_of, attributes_of, own_attributes
from marketplace.catalog.queries.availability import available_now, is_available, local_now, open_pieces
from marketplace.catalog.queries.categories import (
    CategoryRow,
    CategoryTree,
    categories,
    category_by_slug,
    leaves,
)
from marketplace.catalog.queries.checks import CrookedShelf, crooked_movements, crooked_shelves, crooked_supplies
from marketplace.catalog.queries.drafts import (
    DraftRow,
    DraftView,
    draft,
    draft_of_product,
    open_drafts,
)
from marketplace.catalog.queries.forms import VariantRow, forms_mark, variants
from marketplace.catalog.queries.offers import Offer, offers
from marketplace.catalog.queries.papers import (
    ChecklistItem,
    GoodsKind,
    Papers,
    all_needs,
    asks_composition,
    checklist,
    needs_for,
    papers_of,
    shop_goods,
)
from marketplace.catalog.queries.pictures import is_cover, usable_pictures
from marketplace.catalog.queries.price_list import PriceRow, price_rows
from marketplace.catalog.queries.products import (
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
    newest_revision,
    seller_products,
    stock_rows,
)
from marketplace.catalog.queries.shelves import (
    DayRow,
    MovementRow,
    Shelf,
    day_rows,
    gone_with,
    has_daily,
    movements,
    shelf,
)
from marketplace.catalog.queries.supply import supply_of

__all__ = [
    "CategoryRow",
    "CategoryTree",
    "ChecklistItem",
    "CrookedShelf",
    "DayRow",
    "DraftRow",
    "DraftView",
    "GoodsKind",
    "MovementRow",
    "Offer",
    "Papers",
    "PriceRow",
    "ProductRow",
    "RevisionView",
    "SellerProduct",
    "Shelf",
    "StockRow",
    "VariantRow",
    "Visibility",
    "all_attributes_of",
    "all_needs",
    "asks_composition",
    "attributes_of",
    "available_now",
    "categories",
    "category_by_slug",
    "checklist",
    "crooked_movements",
    "crooked_shelves",
    "crooked_supplies",
    "day_rows",
    "draft",
    "draft_of_product",
    "forms_mark",
    "gone_with",
    "has_daily",
    "is_available",
    "is_cover",
    "latest_revision_id",
    "leaves",
    "local_now",
    "movements",
    "needs_for",
    "newest_revision",
    "offers",
    "open_drafts",
    "open_pieces",
    "own_attributes",
    "papers_of",
    "price_rows",
    "product",
    "product_by_slug",
    "revision",
    "seller_products",
    "shelf",
    "shop_goods",
    "stock_rows",
    "supply_of",
    "usable_pictures",
    "variants",
]
