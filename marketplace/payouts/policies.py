"""Who may do what with money on its way out."""

from __future__ import annotations

from marketplace.core.actor import Actor, Right


def can_pay_out(actor: Actor) -> bool:
    """Only the operator makes bank files, says what the bank did, and holds money back."""
    return actor.is_operator or actor.is_system


def can_read(actor: Actor, store_id: int) -> bool:
    """Who has the right to the shop's money, helpers never."""
    return actor.may(Right.MONEY, store_id)


def can_appeal(actor: Actor, store_id: int) -> bool:
    """Whoever may read the shop's money may say why it should not be held."""
    return can_read(actor, store_id)
