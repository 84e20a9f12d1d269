"""Who may do what to products."""

from __future__ import annotations

from marketplace.core.actor import Actor, Right


def can_sell(actor: Actor, store_id: int) -> bool:
    """Owner and staff of a store put its goods up and keep their prices and stock."""
    return actor.works_for(store_id) or actor.is_system


def can_keep_stock(actor: Actor, store_id: int) -> bool:
    """Owner, and staff with the right to it, note what comes onto the shelves of a store and what leaves them."""
    return actor.may(Right.STOCK, store_id)


def can_manage_categories(actor: Actor) -> bool:
    """The tree of categories, and which papers goods in them need, are the operator's."""
    return actor.is_operator or actor.is_system
