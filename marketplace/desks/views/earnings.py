"""What a shop has earned: money already in its hand, kept apart from money that the market holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request

from marketplace.core.paging import Page
from marketplace.ledger import queries as ledger
from marketplace.ledger.queries import StoreBalance
from marketplace.orders import queries as orders
from marketplace.orders.queries import SoldRow
from marketplace.orders.rules import booking_key
from marketplace.web.access import current_actor, is_seller, requires

bp = Blueprint("earnings", __name__, url_prefix="/penjual/saldo")


@dataclass(frozen=True)
class Earning:
    """One order that was handed over, in rupiah: goods, delivery, what the market took, what is left."""

    code: str
    at: datetime
    goods: int
    delivery: int
    commission: int
    net: int


@bp.get("")
@requires(is_seller)
def index() -> str:
    """The sums, and each order behind them."""
    stores = current_actor().store_ids
    page = orders.sold(stores, request.args.get("setelah"))
    return render_template("desks/earnings.html", balance=_sum_of(stores), page=earnings(page))


def earnings(page: Page[SoldRow]) -> Page[Earning]:
    """The orders of a page with what the ledger says of each. One statement for all."""
    booked = ledger.bookings(booking_key(row.id) for row in page.items)

    def earning(row: SoldRow) -> Earning:
        booking = booked[booking_key(row.id)]
        return Earning(row.code, row.done_at, row.goods_total, row.delivery_fee, booking.commission, booking.net)

    return page.map(earning)


def _sum_of(store_ids: tuple[int, ...]) -> StoreBalance:
    """The balances of all stores of the visitor together; most people have one."""
    found = [ledger.store_summary(store_id) for store_id in store_ids]
    return StoreBalance(
        sold=sum(one.sold for one in found),
        fees=sum(one.fees for one in found),
        cash_in_hand=sum(one.cash_in_hand for one in found),
        held=sum(one.held for one in found),
        owed=sum(one.owed for one in found),
    )
