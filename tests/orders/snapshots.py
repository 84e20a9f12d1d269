"""What the tables say, so that a test can see that nothing has changed."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.catalog.models import Variant
from marketplace.core.audit import AuditEntry
from marketplace.core.db import Base, db
from marketplace.core.outbox import OutboxRow
from marketplace.ledger.models import LedgerEntry
from marketplace.orders.models import Order, OrderEvent, Purchase
from marketplace.payments.models import Payment, PaymentAttempt, Refund

WATCHED: tuple[type[Base], ...] = (
    Variant,
    Order,
    OrderEvent,
    Purchase,
    Payment,
    PaymentAttempt,
    Refund,
    LedgerEntry,
    AuditEntry,
    OutboxRow,
)


def snapshot() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that an order touches."""
    db.session.expire_all()
    found: dict[str, list[tuple[object, ...]]] = {}
    for model in WATCHED:
        table = model.__table__
        rows = db.session.execute(sa.select(table).order_by(table.c.id))
        found[str(table.description)] = [tuple(map(repr, row)) for row in rows]
    return found


def stock_of(variant_id: int) -> tuple[int, int]:
    """Pieces on hand, and how many of them are promised."""
    query = sa.select(Variant.on_hand, Variant.reserved).where(Variant.id == variant_id)
    on_hand, reserved = db.session.execute(query).one()
    return on_hand, reserved
