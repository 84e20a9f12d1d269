"""The first page of the seller's desk: what needs an answer now, and how the last two weeks went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template

from marketplace.catalog.queries import scarce_rows
from marketplace.desks.words import STATES
from marketplace.orders import queries
from marketplace.orders.rules import OrderStatus
from marketplace.web.access import current_actor, is_seller, requires

bp = Blueprint("seller_overview", __name__, url_prefix="/penjual")
DAYS = 14
TALLEST = 100


@dataclass(frozen=True)
class Bar:
    """A day's sales in rupiah, and the height of its bar in percent of the best day."""

    day: date
    amount: int
    height: int


@bp.get("")
@requires(is_seller)
def index() -> str:
    """New orders first, then what waits for the goods, scarce stock, and the sales of fourteen days."""
    stores = current_actor().store_ids
    counts = queries.open_counts(stores)
    sales = queries.daily_sales(stores, DAYS)
    return render_template(
        "desks/overview.html",
        waiting=queries.to_answer(stores),
        counts=counts,
        to_prepare=counts[OrderStatus.PROCESSING],
        to_hand_over=counts[OrderStatus.READY] + counts[OrderStatus.ON_THE_WAY],
        scarce=scarce_rows(stores),
        bars=bars(sales),
        sales=sum(amount for _, amount in sales),
        states=STATES,
    )


def bars(sales: list[tuple[date, int]]) -> list[Bar]:
    """Bars in proportion to the best day; a day with sales is always seen."""
    best = max((amount for _, amount in sales), default=0)
    return [Bar(day, amount, max(amount * TALLEST // best, 3) if amount else 0) for day, amount in sales]
