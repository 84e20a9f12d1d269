"""Who looks after the market's account."""

from __future__ import annotations

from marketplace.core.actor import Actor
from marketplace.core.errors import NotAllowed


def can_run(actor: Actor) -> bool:
    """Operators, and the market itself."""
    return actor.is_operator or actor.is_system


def check_can_run(actor: Actor) -> None:
    """Raises NotAllowed for anybody else."""
    if not can_run(actor):
        raise NotAllowed("bank.operators_only")
