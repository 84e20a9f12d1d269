"""Filling a cart (`carts`), and turning it into a purchase (`placing`)."""

from marketplace.checkout.services.carts import add, delete_forgotten, forget, merge, remove, set_quantity
from marketplace.checkout.services.placing import CheckoutSpec, Delivery, Destination, place

__all__ = [
    "CheckoutSpec",
    "Delivery",
    "Destination",
    "add",
    "delete_forgotten",
    "forget",
    "merge",
    "place",
    "remove",
    "set_quantity",
]
