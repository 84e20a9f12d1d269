"""The operator's pages. For anybody else they do not exist."""

from marketplace.admin.views import (
    attributes,
    categories,
    messages,
    notices,
    orders,
    overview,
    payments,
    people,
    points,
    rates,
    refunds,
    settings,
    trail,
)
from marketplace.admin.views.blueprint import bp

__all__ = [
    "attributes",
    "bp",
    "categories",
    "messages",
    "notices",
    "orders",
    "overview",
    "payments",
    "people",
    "points",
    "rates",
    "refunds",
    "settings",
    "trail",
]
