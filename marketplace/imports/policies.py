"""Who may hand in and take out sheets of a shop."""

from __future__ import annotations

from marketplace.core.actor import Actor, Right


def can_import(actor: Actor, store_id: int) -> bool:
    """A sheet changes words, prices and stock: whoever hands it in must be allowed all three.

    Never a helper: her prices wait for the owner, and a sheet goes in when her help may be over.
    """
    rights = (Right.PRODUCTS, Right.PRICES, Right.STOCK)
    return actor.helping is None and all(actor.may(right, store_id) for right in rights)
