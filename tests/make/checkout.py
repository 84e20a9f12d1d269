"""Carts and orders as buyers fill them in, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product
from marketplace.catalog.queries import offers
from marketplace.checkout import queries, services
from marketplace.checkout.rules import CartOwner
from marketplace.checkout.services import CheckoutSpec, Delivery, Destination
from marketplace.places.rules import FATULULI
from marketplace.shipping.rules import DeliveryMethod
from tests.make.catalog import variant

PICKUP = Delivery(DeliveryMethod.PICKUP)
HOME = Destination(street="Jalan Lalamentik 3", village_code=FATULULI, rt_rw="004/002", landmark="samping gereja")
_numbers = count(1)


def cart_of(owner: Person | str) -> CartOwner:
    """A person's cart, or that of the guest who holds the token."""
    return CartOwner(token=owner) if isinstance(owner, str) else CartOwner(person_id=owner.id)


def filled_cart(owner: Person | str, products: Iterable[Product], quantity: int = 1) -> CartOwner:
    """A cart with so many of the unnamed variant of each. Call it inside `transaction()` or a rolled-back test."""
    cart = cart_of(owner)
    for product in products:
        services.add(cart, variant(product).id, quantity)
    return cart


def order_form(cart: CartOwner, **more: Any) -> CheckoutSpec:
    """What somebody orders who looks at this cart now and fetches everything."""
    view = queries.cart_view(cart)
    base: dict[str, Any] = {
        "name": "Budi Lado",
        "phone": "+6281234567890",
        "deliveries": {shop.store_id: PICKUP for shop in view.shops},
        "seen": view.seen,
    }
    return CheckoutSpec(**{**base, **more})


def form_key() -> str:
    """The key of a new checkout form."""
    return f"{next(_numbers):-<43}"


def left(product: Product) -> tuple[int, int]:
    """How many of the unnamed variant are free, and how many are promised."""
    form = variant(product)
    return offers([form.id])[form.id].available, form.reserved
