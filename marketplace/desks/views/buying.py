"""What the buyer's views share: who stands before an order or a purchase, and how its pages are sent."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, make_response, request

from marketplace.core.errors import NotFound
from marketplace.orders import queries
from marketplace.orders.models import Purchase
from marketplace.orders.policies import Buyer, can_read_purchase, guest_key
from marketplace.orders.queries import OrderView
from marketplace.web.access import current_actor, to_sign_in
from marketplace.web.remembered import remembered_purchases


@dataclass(frozen=True)
class Bought:
    """An order before its buyer; `key` is what a guest brought."""

    order: OrderView
    purchase: Purchase
    key: str

    @property
    def visitor(self) -> Buyer:
        return Buyer(current_actor(), self.key)


def bought_order(code: str) -> Bought | Response:
    """The order for who bought it; else where the visitor is sent to. Raises NotFound."""
    found = queries.order_by_code(code)
    view = queries.order_view(found.id) if found is not None else None
    if view is None:
        raise NotFound
    order, purchase = view
    key = key_of(purchase)
    if not can_read_purchase(current_actor(), purchase, key):
        return not_yours(purchase)
    return Bought(order, purchase, key)


def key_of(found: Purchase | None) -> str:
    """The key that the visitor brings: in the link, or because this browser placed the purchase."""
    given = request.args.get("kunci", "")
    if given or found is None:
        return given
    return guest_key(found.code) if found.code in remembered_purchases() else ""


def link_key(key: str) -> str | None:
    """The key as further links on the page carry it."""
    return key if request.args.get("kunci") else None


def not_yours(found: Purchase | None) -> Response:
    """Not there, or not for this visitor: 404. Only an account's purchase may be opened by signing in."""
    if found is not None and found.person_id is not None and not current_actor().is_signed_in:
        return to_sign_in()
    raise NotFound


def private(page: str, status: int = 200) -> Response:
    """Nothing of it is kept by a browser, and the key in its address goes to no other site."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
