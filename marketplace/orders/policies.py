"""Who may do what with purchases and orders."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from config import Config
from marketplace.core.actor import Actor, Right
from marketplace.core.ports import port
from marketplace.orders import rules
from marketplace.orders.models import Order, Purchase


@dataclass(frozen=True)
class Buyer:
    """Whoever stands before a purchase: the actor, and the key that a guest's link carries."""

    actor: Actor
    key: str = ""


def guest_key(purchase_code: str) -> str:
    """The key that opens a guest's purchase (`?kunci=`)."""
    return rules.guest_key(port(Config).secret_key, purchase_code)


def can_read_purchase(actor: Actor, purchase: Purchase, key: str = "") -> bool:
    """The person who bought; for a guest's purchase, whoever holds its key."""
    if actor.is_system:
        return True
    if purchase.person_id is not None:
        return purchase.person_id == actor.person_id
    return hmac.compare_digest(key.encode(), guest_key(purchase.code).encode())


def can_cancel(buyer: Buyer, purchase: Purchase) -> bool:
    """Only the buyer takes a purchase back."""
    return can_read_purchase(buyer.actor, purchase, buyer.key)


def can_confirm(buyer: Buyer, purchase: Purchase) -> bool:
    """Only the buyer says that a parcel has come."""
    return can_read_purchase(buyer.actor, purchase, buyer.key)


def can_answer(actor: Actor, order: Order) -> bool:
    """Who has the right to the shop's orders sees them and moves them on."""
    return actor.may(Right.ORDERS, order.store_id)
