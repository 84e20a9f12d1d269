"""What the operator looks at: people (`people`), acts (`trail`), `categories`, `orders`, online `payments`."""

from marketplace.admin.queries.categories import CategoryLine, category, category_lines, tops
from marketplace.admin.queries.orders import FoundOrder, found_orders
from marketplace.admin.queries.payments import PaymentRow, online_payments
from marketplace.admin.queries.people import Counts, GrantRow, PersonRow, counts, grants, people, store_names
from marketplace.admin.queries.trail import TrailFilter, TrailRow, acts_about, trail

__all__ = [
    "CategoryLine",
    "Counts",
    "FoundOrder",
    "GrantRow",
    "PaymentRow",
    "PersonRow",
    "TrailFilter",
    "TrailRow",
    "acts_about",
    "category",
    "category_lines",
    "counts",
    "found_orders",
    "grants",
    "online_payments",
    "people",
    "store_names",
    "tops",
    "trail",
]
