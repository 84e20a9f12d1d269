"""Who may do what to products."""

from __future__ import annotations

from marketplace.core.actor import Actor, Right


def can_sell(actor: Actor, store_id: int) -> bool:
    """Put goods up and say what they are: who has the right to the store's products."""
    return actor.may(Right.PRODUCTS, store_id)


def can_price(actor: Actor, store_id: int) -> bool:
    """Say what goods cost: who has the right to the store's prices (a helper's word waits for the owner's)."""
    return actor.may(Right.PRICES, store_id)


def can_see_goods(actor: Actor, store_id: int) -> bool:
    """See the goods at the desk: whoever may do anything with them."""
    return any(actor.may(right, store_id) for right in (Right.PRODUCTS, Right.PRICES, Right.STOCK))


def can_take_off(actor: Actor, store_id: int) -> bool:
    """Take goods off sale that somebody reported: an operator, but never those of a shop that he or she works for."""
    return (actor.is_operator or actor.is_system) and not actor.works_for(store_id)


def can_keep_stock(actor: Actor, store_id: int) -> bool:
    """Owner, and staff with the right to it, note what comes onto the shelves of a store and what leaves them."""
    return actor.may(Right.STOCK, store_id)


def can_manage_categories(actor: Actor) -> bool:
    """The tree of categories is the operator's."""
    return actor.is_operator or actor.is_system
