"""What a shop packs: a slip for each order, and all goods of some orders together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.orders.models import Order, Purchase
from marketplace.orders.queries.finding import was_shown
from marketplace.orders.queries.views import OrderView, orders_where


@dataclass(frozen=True)
class Slip:
    """An order as it is packed."""

    order: OrderView
    purchase: Purchase


@dataclass(frozen=True)
class PickRow:
    """So many pieces of a variant, for these orders (their codes)."""

    product_name: str
    variant_name: str
    pieces: int
    codes: tuple[str, ...]


def slips(codes: Iterable[str], store_ids: Iterable[int]) -> list[Slip]:
    """The orders with these codes that are of these shops, as they came in. Four statements, however many orders."""
    orders = orders_where(sa.and_(Order.code.in_(list(codes)), Order.store_id.in_(list(store_ids)), was_shown()))
    if not orders:
        return []
    query = sa.select(Order.id, Purchase).join(Purchase, Purchase.id == Order.purchase_id)
    purchases = {row.id: row.Purchase for row in db.session.execute(query.where(Order.id.in_([o.id for o in orders])))}
    return [Slip(order, purchases[order.id]) for order in orders]


def pick_list(chosen: Sequence[Slip]) -> list[PickRow]:
    """The goods of all these orders, each variant once, by name."""
    pieces: dict[int, PickRow] = {}
    for slip in chosen:
        for line in slip.order.lines:
            row = pieces.get(line.variant_id) or PickRow(line.product_name, line.variant_name, 0, ())
            codes = (*row.codes, slip.order.code)
            pieces[line.variant_id] = PickRow(row.product_name, row.variant_name, row.pieces + line.quantity, codes)
    return sorted(pieces.values(), key=lambda row: (row.product_name, row.variant_name))
