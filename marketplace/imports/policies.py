"""Who may hand in and take out sheets of a shop."""

from __future__ import annotations

from marketplace.core.actor import Actor, Right


def can_import(actor: Actor, store_id: int) -> bool:
    """A sheet changes words, prices and stock: whoever hands it in must be allowed all three."""
    return all(actor.may(right, store_id) for right in (Right.PRODUCTS, Right.PRICES, Right.STOCK))
