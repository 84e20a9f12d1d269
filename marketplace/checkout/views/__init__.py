"""Cart and checkout pages, on one blueprint."""

from marketplace.checkout.views import carts, paying, placing, proofs
from marketplace.checkout.views.visitor import bp, count_cart

__all__ = ["bp", "carts", "count_cart", "paying", "placing", "proofs"]
