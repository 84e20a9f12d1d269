"""Orders, for whoever is called about one: found by code, name or telephone number, and each one whole."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from flask import Response, make_response, request, url_for

from marketplace.admin import queries, words
from marketplace.admin.acts import OF_MONEY
from marketplace.admin.views.blueprint import bp, show
from marketplace.core.errors import NotFound
from marketplace.ledger import queries as ledger
from marketplace.ledger.rules import order_subject
from marketplace.orders import queries as orders
from marketplace.orders.rules import OrderStatus
from marketplace.payments import queries as payments
from marketplace.talks.queries import operator_may_read
from marketplace.web.access import is_operator, requires

ACTS_SHOWN = 30
STATES = {state.value: state for state in OrderStatus}
LATE = "terlambat"


@bp.get("/pesanan")
@requires(is_operator)
def orders_list() -> Response:
    """All orders, or those that a search finds."""
    args = request.args
    asked = {"q": args.get("q", "").strip()[:120], "keadaan": args.get("keadaan", "")}
    page = queries.found_orders(asked["q"], STATES.get(asked["keadaan"]), asked["keadaan"] == LATE, args.get("halaman"))
    kept = {key: value for key, value in asked.items() if value}

    def address(cursor: str | None) -> str | None:
        return f"{url_for('admin.orders_list')}?{urlencode({**kept, 'halaman': cursor})}" if cursor else None

    shown = show(
        "orders",
        page=page,
        asked=asked,
        words=words,
        prev_url=address(page.prev),
        next_url=address(page.next),
        late=LATE,
    )
    return _unkept(shown)


@bp.get("/pesanan/<string:code>")
@requires(is_operator)
def order(code: str) -> Response:
    """An order: its time line, its money, who bought it and what was done."""
    found = orders.order_by_code(code)
    seen = orders.order_view(found.id) if found else None
    if seen is None:
        raise NotFound
    view, purchase = seen
    payment = orders.payment_of_purchase(purchase.id)
    refunds = orders.refund_notes([view.id]).get(view.id, [])
    shown = show(
        "order",
        order=view,
        purchase=purchase,
        payment=payment,
        goods=[f"{each.quantity} × {each.product_name} {each.variant_name}".strip() for each in view.lines],
        time_line=partial(orders.time_line, view, purchase, refunds),
        refunds=refunds,
        is_disputed=any(dispute.closed_at is None for dispute in payments.disputes_of(payment.id)),
        may_read_talk=operator_may_read(view.id),
        bookings=ledger.bookings([order_subject(view.id)], set(), []),
        acts=queries.acts_about([("order", view.code), ("purchase", purchase.code)], OF_MONEY, limit=ACTS_SHOWN),
        words=words,
    )
    return _unkept(shown)


def _unkept(page: str) -> Response:
    """Buyers' names and numbers: nothing of it is kept by a browser."""
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer
