"""Who may do what with claims."""

from __future__ import annotations

from marketplace.core.actor import Actor, Right
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer, can_answer, can_read_purchase


def can_claim(buyer: Buyer, purchase: Purchase) -> bool:
    """Who bought; for a guest's purchase, who holds its key."""
    return can_read_purchase(buyer.actor, purchase, buyer.key)


def can_answer_claim(actor: Actor, order: Order) -> bool:
    """Who has the right to the shop's orders answers for it."""
    return can_answer(actor, order)


def can_give_money(actor: Actor, store_id: int) -> bool:
    """Agreeing to pay back binds the shop's money: that takes the right to it besides. Helpers never have it."""
    return actor.may(Right.MONEY, store_id)


def can_mediate(actor: Actor, order: Order, purchase: Purchase) -> bool:
    """An operator who is neither side of it."""
    is_side = actor.works_for(order.store_id) or (
        purchase.person_id is not None and purchase.person_id == actor.person_id
    )
    return actor.is_operator and not is_side
