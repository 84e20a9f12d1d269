"""The first page of the seller's desk: what waits, how sales went, what sells best, what runs out."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template, request

from marketplace.catalog.queries import has_daily, seller_products
from marketplace.catalog.services import pricing
from marketplace.changes.queries import sides_open
from marketplace.claims.queries import for_shop as claims_for_shop
from marketplace.core import clock
from marketplace.core.actor import Right
from marketplace.curation.queries import to_watch
from marketplace.curation.rules import STATUS_WORDS
from marketplace.desks.figures import compare
from marketplace.desks.words import STATES, time_left
from marketplace.orders import queries
from marketplace.orders.rules import OrderStatus
from marketplace.stores.queries import stores_by_ids
from marketplace.stores.rules import StoreStatus
from marketplace.talks.queries import unread_of_shop
from marketplace.web.access import current_actor, is_seller, requires

bp = Blueprint("seller_overview", __name__, url_prefix="/penjual")
PERIODS = (7, 30, 90)
LONGEST = 90  # by weeks only: ninety bars are too thin for a phone


@bp.get("")
@requires(is_seller)
def index() -> str:
    """Each block is one question, however many orders the shop has had. `?rentang=` days, `?per=minggu` by weeks."""
    actor = current_actor()
    stores, goods = actor.stores_with(Right.ORDERS), actor.stores_with(Right.PRODUCTS)
    sold, shelves = actor.stores_with(Right.MONEY, Right.ORDERS), actor.stores_with(Right.STOCK)
    asked = request.args.get("rentang", type=int)
    days = asked if asked in PERIODS else 30
    by_week = days == LONGEST or request.args.get("per") == "minggu"
    today = clock.today()
    counts, shops = queries.open_counts(stores), list(stores_by_ids(actor.store_ids).values())
    return render_template(
        "desks/overview.html",
        waiting=queries.to_do(stores, [OrderStatus.WAITING]),
        counts=counts,
        to_prepare=counts[OrderStatus.PROCESSING],
        to_hand_over=sum(counts[each] for each in (OrderStatus.READY, OrderStatus.ON_THE_WAY, OrderStatus.ARRIVED)),
        sales=compare(queries.sales_by_day(sold, today - timedelta(days=2 * days - 1), today), by_week=by_week),
        days=days,
        by_week=by_week,
        best=queries.best_products(sold, today - timedelta(days=days - 1), today),
        running_out=queries.running_out(shelves),
        has_daily=has_daily(shelves),
        curation=[(STATUS_WORDS[status], number) for status, number in to_watch(goods).items() if number],
        shops=shops,
        pending_shop=next((shop.name for shop in shops if shop.status is StoreStatus.PENDING), ""),
        suspended_shop=next((shop.name for shop in shops if shop.status is StoreStatus.SUSPENDED), ""),
        is_new=bool(goods and actor.stores_with(Right.SHOP)) and not seller_products(goods, limit=1).items,
        sees_orders=bool(stores),
        sees_sales=bool(sold),
        prices_waiting=len(pricing.waiting(actor.stores_with(Right.PRICES))),
        claims=claims_for_shop(stores),
        unread=unread_of_shop(stores),
        open_changes=sides_open(stores),
        states=STATES,
        time_left=time_left,
    )
