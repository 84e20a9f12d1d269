"""The operator's pages. For anybody else they do not exist."""

from marketplace.admin.views import (
    attributes,
    bank,
    categories,
    claims,
    messages,
    notices,
    overview,
    payments,
    payout_holds,
    payouts,
    people,
    points,
    rates,
    reconciliation,
    refunds,
    settings,
    trail,
)
from marketplace.admin.views.blueprint import bp

__all__ = [
    "attributes",
    "bank",
    "bp",
    "categories",
    "claims",
    "messages",
    "notices",
    "overview",
    "payments",
    "payout_holds",
    "payouts",
    "people",
    "points",
    "rates",
    "reconciliation",
    "refunds",
    "settings",
    "trail",
]
