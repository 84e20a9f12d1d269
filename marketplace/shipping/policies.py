"""Who may say where a shop delivers."""

from __future__ import annotations

from marketplace.core.actor import Actor


def can_set_zones(actor: Actor, store_id: int) -> bool:
    """The owner sets what delivery costs; staff only deliver."""
    return actor.owns(store_id) or actor.is_system
