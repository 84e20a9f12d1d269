"""Who may say where a shop delivers."""

from __future__ import annotations

from marketplace.core.actor import Actor, Right, Role


def can_set_zones(actor: Actor, store_id: int) -> bool:
    """Who has the right to the shop's page sets what delivery costs; others only deliver."""
    return actor.may(Right.SHOP, store_id)


def can_manage_shipping(actor: Actor) -> bool:
    """Pick-up points and postal rates are the operator's."""
    return actor.has(Role.OPERATOR) or actor.is_system
