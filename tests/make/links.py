"""Links in letters to shops."""

from __future__ import annotations

from marketplace.accounts.models import Person
from marketplace.accounts.queries import contact
from marketplace.orders.models import Order
from marketplace.orders.services import links


def answer_link(order: Order, person: Person, occasion: str = "shop_new_order") -> str:
    """The token of the link in a letter to somebody about an order. Call it inside `transaction()` or a rolled-back
    test."""
    to = contact(person.id)
    assert to is not None
    return links.issue(order.id, to, occasion)
