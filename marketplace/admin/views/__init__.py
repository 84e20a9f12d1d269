"""The operator's pages. For anybody else they do not exist."""

from marketplace.admin.views import (
    attributes,
    categories,
    messages,
    notices,
    overview,
    payments,
    people,
    points,
    rates,
    refunds,
    rounds,
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
    "overview",
    "payments",
    "people",
    "points",
    "rates",
    "refunds",
    "rounds",
    "settings",
    "trail",
]
