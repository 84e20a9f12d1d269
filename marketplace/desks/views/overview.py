"""The first page of the seller's desk: what needs an answer now, and how the last two weeks went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template

from marketplace.catalog.queries import scarce_rows
from marketplace.core.actor import Right
from marketplace.curation.queries import to_watch
from marketplace.curation.rules import STATUS_WORDS
from marketplace.desks.words import STATES, time_left
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
    """New orders first, then what waits for the goods, the sales of fourteen days, scarce stock, the curators."""
    actor = current_actor()
    stores = actor.stores_with(Right.ORDERS)
    counts = queries.open_counts(stores)
    sales = queries.daily_sales(actor.stores_with(Right.MONEY, Right.ORDERS), DAYS)
    watched = to_watch(actor.stores_with(Right.PRODUCTS))
    return render_template(
        "desks/overview.html",
        waiting=queries.to_answer(stores),
        counts=counts,
        to_prepare=counts[OrderStatus.PROCESSING],
        to_hand_over=counts[OrderStatus.READY] + counts[OrderStatus.ON_THE_WAY],
        scarce=scarce_rows(actor.stores_with(Right.STOCK)),
        bars=bars(sales),
        sales=sum(amount for _, amount in sales),
        curation=[(STATUS_WORDS[status], number) for status, number in watched.items() if number],
        states=STATES,
        time_left=time_left,
    )


def bars(sales: list[tuple[date, int]]) -> list[Bar]:
    """Bars in proportion to the best day; a day with sales is always seen."""
    best = max((amount for _, amount in sales), default=0)
    return [Bar(day, amount, max(amount * TALLEST // best, 3) if amount else 0) for day, amount in sales]
