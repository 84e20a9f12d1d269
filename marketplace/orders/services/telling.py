"""What people of a shop tell a buyer by hand."""

from __future__ import annotations

from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.once import insert_once
from marketplace.orders.models import OrderShare
from marketplace.orders.rules import ShareKind
from marketplace.orders.services.steps import locked


def note_shared(actor: Actor, order_id: int, kind: ShareKind) -> None:
    """Note that a ready message was passed on; the first to say so counts. Raises NotFound, NotAllowed."""
    order = locked(actor, order_id)
    values = {"order_id": order.id, "kind": kind, "person_id": actor.person_id, "at": now()}
    if insert_once(OrderShare, ("order_id", "kind"), **values) is not None:
        audit.record(actor, "orders.shared", "order", order.code, kind=kind.value)
