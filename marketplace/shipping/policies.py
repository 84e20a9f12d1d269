"""Who may say where a shop delivers."""

from __future__ import annotations

from marketplace.core.actor import Actor, Right


def can_set_zones(actor: Actor, store_id: int) -> bool:
    """Who has the right to the shop's page sets what delivery costs; others only deliver."""
    return actor.may(Right.SHOP, store_id)
