"""Goods of every supply, and the ledger of stock, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from marketplace.catalog import queries
from marketplace.catalog.models import Product, StockMovement, Variant
from marketplace.catalog.rules import MovementKind, Supply, SupplyDraft
from marketplace.catalog.services import supply
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.db import db
from marketplace.stores.models import Store
from tests.make.catalog import product

MORNING = datetime(2026, 11, 25, 7, 0, tzinfo=clock.WITA)


@contextmanager
def at(hour: int, minute: int = 0, days: int = 0) -> Iterator[None]:
    """Let it be that time (WITA) of a certain day, or so many days later."""
    with clock.travel(MORNING.replace(hour=hour, minute=minute) + timedelta(days=days)):
        yield


def daily(
    store: Store | int | None = None, name: str = "Nasi Kuning", *, cutoff: int | None = 600, **more: Any
) -> Product:
    """Something cooked daily, not stocked for any day yet; orders end at 10.00 unless told otherwise."""
    made = product(store, name, on_hand=0, **more)
    supply.set_supply(SYSTEM, made.id, SupplyDraft(Supply.DAILY, cutoff_minutes=cutoff))
    return made


def to_order(
    store: Store | int | None = None, name: str = "Kain Buna", *, lead_days: int = 14, capacity: int = 0, **more: Any
) -> Product:
    """Something made to order; capacity in pieces a week."""
    made = product(store, name, on_hand=0, **more)
    supply.set_supply(SYSTEM, made.id, SupplyDraft(Supply.TO_ORDER, lead_days=lead_days, weekly_capacity=capacity))
    return made


def opened(made: Product, number: int = 10, actor: Actor = SYSTEM) -> Product:
    """Goods cooked daily, stocked for today."""
    assert supply.open_day(actor, {row.id: number for row in queries.variants(made.id)}) == {}
    return made


def shelf(variant_id: int) -> tuple[int, int]:
    """Pieces on hand and pieces promised, as they are now."""
    row = db.session.execute(sa.select(Variant.on_hand, Variant.reserved).where(Variant.id == variant_id)).one()
    return row.on_hand, row.reserved


def movements(variant_id: int) -> list[tuple[MovementKind, int]]:
    """Kind and change of all movements of a variant, the oldest first."""
    query = sa.select(StockMovement.kind, StockMovement.change).where(StockMovement.variant_id == variant_id)
    return [(kind, change) for kind, change in db.session.execute(query.order_by(StockMovement.id))]


def ledger_is_true() -> bool:
    """Do all movements say what all shelves say?"""
    return queries.crooked_shelves() == queries.crooked_movements() == queries.crooked_supplies() == []
