"""Who may do what with a round."""

from __future__ import annotations

from marketplace.core.actor import Actor, Right, Role


def can_manage_rounds(actor: Actor) -> bool:
    """Rounds are set up by the operator."""
    return actor.has(Role.OPERATOR) or actor.is_system


def can_run(actor: Actor, round_id: int) -> bool:
    """Only a runner of this very round sees its runs and moves them on."""
    return actor.has(Role.RUNNER, round_id)


def can_join(actor: Actor, store_id: int) -> bool:
    """Who has the right to the shop's page says whether it takes part."""
    return actor.may(Right.SHOP, store_id)
