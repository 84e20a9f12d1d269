"""Who may do what about reports. Anybody may report."""

from __future__ import annotations

from marketplace.core.actor import Actor


def can_moderate(actor: Actor, store_id: int) -> bool:
    """An operator decides, but never about a shop that he or she works for."""
    return actor.is_operator and not actor.works_for(store_id)
