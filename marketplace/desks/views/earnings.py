"""What a shop has earned: money already in its hand, kept apart from money that the market holds."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request

from marketplace.core.actor import Right
from marketplace.desks.forms.payouts import AppealForm
from marketplace.desks.payday import LINE_STATES, Payday, paydays
from marketplace.ledger import queries as ledger
from marketplace.ledger.queries import Earning, StoreBalance
from marketplace.orders import queries as orders
from marketplace.orders.queries import SoldRow
from marketplace.payouts import queries as payouts
from marketplace.web.access import current_actor, requires_right

bp = Blueprint("earnings", __name__, url_prefix="/penjual/saldo")


@dataclass(frozen=True)
class Row:
    """One order and what it brought."""

    order: SoldRow
    earning: Earning


@bp.get("")
@requires_right(Right.MONEY)
def index() -> str:
    """When what money comes and why, what was sent, the sums, and each order behind them."""
    return show()


def show(form: AppealForm | None = None, store_id: int = 0, said: str = "") -> str:
    """The page; perhaps with an appeal of a shop that was refused, or with words why something was not done."""
    stores = current_actor().stores_with(Right.MONEY)
    page = orders.sold(stores, request.args.get("setelah"))
    brought = ledger.earnings(row.id for row in page.items)
    forms = {store_id: form} if form is not None else {}
    return render_template(
        "desks/earnings.html",
        balance=_sum_of(stores),
        page=page.map(lambda row: Row(row, brought[row.id])),
        paydays=paydays(stores),
        sent=payouts.lines_of_store(stores, request.args.get("kiriman")),
        form_of=lambda shop: forms.get(shop.store_id) or _appeal_form(shop),
        said=said,
        line_states=LINE_STATES,
    )


def _appeal_form(shop: Payday) -> AppealForm:
    return AppealForm(formdata=None, prefix=f"toko{shop.store_id}")


def _sum_of(store_ids: tuple[int, ...]) -> StoreBalance:
    """The balances of all stores of the visitor together; most people have one."""
    found = [ledger.store_summary(store_id) for store_id in store_ids]
    return StoreBalance(
        cash_in_hand=sum(one.cash_in_hand for one in found),
        pending=sum(one.pending for one in found),
        disputed=sum(one.disputed for one in found),
        held=sum(one.held for one in found),
        owed=sum(one.owed for one in found),
    )
