"""Money of an order that its buyer contests: set aside until her claim is settled, one claim at a time."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.core import outbox
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Stale
from marketplace.ledger import rules as ledger_rules
from marketplace.ledger import services as ledger
from marketplace.ledger.rules import Kind, Share
from marketplace.orders import events, rules
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from marketplace.orders.services import bearing


def set_aside(order: Order, claim_id: int, goods: int, delivery: int) -> None:
    """Set rupiah of a locked, paid order aside for a claim, with the commission that a refund would give back.

    Raises Stale while another claim is open. The database refuses more than is left of goods or delivery.
    """
    if order.contested_by is not None:
        raise Stale("orders.contested")
    order.contested_by, order.contested_at = claim_id, now()
    order.contested_goods, order.contested_delivery = goods, delivery
    back = order.refunded_goods + goods
    order.contested_commission = rules.commission_back(
        order.commission, order.goods_total, min(back, order.goods_total), order.refunded_commission
    )
    db.session.flush()
    ledger.post(f"claim:{claim_id}", Kind.CLAIM, ledger_rules.claim([_share(order)]))
    bearing.true_up(order)


def free(order: Order) -> None:
    """What was set aside of a locked order is its shop's again. Nothing to do when nothing was."""
    if order.contested_by is None:
        return
    key = f"claim_closed:{order.contested_by}"
    ledger.post(key, Kind.CLAIM_CLOSED, ledger_rules.claim_closed([_share(order)]))
    order.contested_by = order.contested_at = None
    order.contested_goods = order.contested_delivery = order.contested_commission = 0
    db.session.flush()
    bearing.true_up(order)


def overtake(orders: Sequence[Order]) -> None:
    """The buyer's money goes back another way (her bank, the provider): claims on these locked orders are over."""
    contested = [order for order in orders if order.contested_by is not None]
    for order in contested:
        claim_id = order.contested_by or 0
        free(order)
        outbox.emit(events.ClaimOvertaken(claim_id))


def _share(order: Order) -> Share:
    """What is set aside; it lies where the order's money lies now: pending, or owed to the shop."""
    total = order.contested_goods + order.contested_delivery
    is_released = order.status is OrderStatus.DONE
    return Share(order.id, order.store_id, total, order.contested_commission, is_released)
