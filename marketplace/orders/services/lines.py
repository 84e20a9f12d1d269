"""What refunds take from single lines of an order. The order's lock is held: its lines change under it alone."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound
from marketplace.orders.models import OrderLine, RefundLine
from marketplace.orders.rules import LineBack


def take(refund_id: int, order_id: int, backs: Sequence[LineBack]) -> None:
    """Count what a refund takes from lines of an order, and write it down.

    Raises NotFound for a line of another order; Invalid (field goods) for more than is left of a line.
    """
    lines = {line.id: line for line in _lines_of(order_id)}
    for back in backs:
        line = lines.get(back.line_id)
        if line is None:
            raise NotFound
        left = line.paid - line.refunded
        if back.amount > left:
            raise Invalid("orders.refund_too_much", field="goods", left=left)
        if back.amount:
            line.refunded += back.amount
            db.session.add(RefundLine(refund_id=refund_id, line_id=line.id, quantity=back.quantity, amount=back.amount))
    db.session.flush()


def take_again(failed_id: int, refund_id: int) -> None:
    """A refund that failed is asked for anew: of the same lines."""
    for line, row in _taken(failed_id):
        line.refunded += row.amount
        db.session.add(RefundLine(refund_id=refund_id, line_id=line.id, quantity=row.quantity, amount=row.amount))
    db.session.flush()


def give_back(refund_id: int, order_id: int) -> None:
    """A refund did not arrive: its lines of this order have their money again."""
    for line, row in _taken(refund_id):
        if line.order_id == order_id:
            line.refunded -= row.amount
    db.session.flush()


def _lines_of(order_id: int) -> list[OrderLine]:
    query = sa.select(OrderLine).where(OrderLine.order_id == order_id).execution_options(populate_existing=True)
    return list(db.session.scalars(query))


def _taken(refund_id: int) -> list[tuple[OrderLine, RefundLine]]:
    query = (
        sa.select(OrderLine, RefundLine)
        .join(RefundLine, RefundLine.line_id == OrderLine.id)
        .where(RefundLine.refund_id == refund_id)
        .execution_options(populate_existing=True)
    )
    return [(line, row) for line, row in db.session.execute(query)]
