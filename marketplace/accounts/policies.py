"""Who may do what to accounts."""

from __future__ import annotations

from marketplace.core.actor import Actor


def can_manage_people(actor: Actor) -> bool:
    """Grant and take away roles, block and unblock: the operator's work, and the market's own."""
    return actor.is_operator or actor.is_system


def can_change(actor: Actor, person_id: int) -> bool:
    """One's own account, addresses and sign-ins are nobody else's."""
    return actor.person_id == person_id
