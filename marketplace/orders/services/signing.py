"""The receiver of goods says in her own words that she has them: a name, a remark, perhaps a drawn signature."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid
from marketplace.orders import rules
from marketplace.orders.models import Order, OrderAcceptance
from marketplace.orders.rules import AcceptedBy


@dataclass(frozen=True)
class Accepted:
    """What the receiver wrote. `signature` is an SVG path as `rules.is_signature` wants it, '' without one."""

    name: str
    remark: str = ""
    signature: str = ""


def keep(actor: Actor, order: Order, by: AcceptedBy, accepted: Accepted | None) -> None:
    """Keep it with a locked order that is about to end. Without a name there is nothing to keep.

    Raises Invalid: a remark or signature without a name, or a name or remark too long (fields name, remark), and for
    what is no signature (field signature).
    """
    if accepted is None:
        return
    name, remark = " ".join(accepted.name.split()), accepted.remark.strip()
    if not name:
        if remark or accepted.signature:
            raise Invalid("orders.receiver_required", field="name")
        return
    if len(name) > rules.LONGEST_NAME:
        raise Invalid("orders.receiver_too_long", field="name", maximum=rules.LONGEST_NAME)
    if len(remark) > rules.LONGEST_REASON:
        raise Invalid("orders.reason_too_long", field="remark", maximum=rules.LONGEST_REASON)
    if accepted.signature and not rules.is_signature(accepted.signature):
        raise Invalid("orders.no_signature", field="signature")
    db.session.add(
        OrderAcceptance(
            order_id=order.id, at=now(), name=name, accepted_by=by, remark=remark, signature=accepted.signature
        )
    )
    audit.record(actor, "orders.signed", "order", order.code, by=by.value, drawn=bool(accepted.signature))
