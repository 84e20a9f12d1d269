"""What pieces of a variant cost: its own price, or that of the highest tier the quantity reaches. Rupiah a piece."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from marketplace.catalog.rules.goods import MOST_QUANTITY, MOST_TIERS, Tier

NOTHING_WRONG = ""


def price_for(price: int, tiers: Sequence[Tier], quantity: int) -> int:
    """The price of each piece (rupiah) when so many are bought together."""
    return next((tier.price for tier in reversed(tiers) if quantity >= tier.from_quantity), price)


def next_tier(tiers: Sequence[Tier], quantity: int, available: int) -> Tier | None:
    """The next cheaper tier that is still out of reach of the quantity, if so many pieces are left."""
    following = next((tier for tier in tiers if tier.from_quantity > quantity), None)
    return following if following and following.from_quantity <= available else None


def tiers_trouble(price: int, min_quantity: int, tiers: Sequence[Tier]) -> str:
    """The id of the refusal that the tiers deserve, or nothing.

    Each tier begins above the one before it (the first above the minimum quantity) and costs less than it (the first
    less than a single piece). So a buyer never pays more for a piece because she takes more of them.
    """
    if len(tiers) > MOST_TIERS:
        return "catalog.too_many_tiers"
    steps = [Tier(max(1, min_quantity), price), *tiers]
    if any(not below.from_quantity < above.from_quantity <= MOST_QUANTITY for below, above in pairwise(steps)):
        return "catalog.tiers_must_rise"
    if any(not below.price > above.price > 0 for below, above in pairwise(steps)):
        return "catalog.tiers_must_fall"
    return NOTHING_WRONG
