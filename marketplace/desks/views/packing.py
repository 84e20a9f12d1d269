"""What a shop prints to pack orders: a slip for each, or all goods together to pick from the shelves."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from marketplace.core import clock
from marketplace.core.actor import Right
from marketplace.core.errors import NotFound
from marketplace.orders import queries
from marketplace.web.access import current_actor, requires_right

bp = Blueprint("seller_packing", __name__, url_prefix="/penjual/pesanan/cetak")
PAPERS = ("80", "58", "a4")
MOST_AT_ONCE = 50


@bp.get("/slip")
@requires_right(Right.ORDERS)
def slips() -> str:
    """A slip for each order of `?kode=` (more than one). `?kertas=` 80, 58 or a4; `?harga=0` leaves prices out."""
    return _print("desks/slips.html")


@bp.get("/daftar-ambil")
@requires_right(Right.ORDERS)
def pick_list() -> str:
    """The goods of the same orders, each once, with a box to tick."""
    return _print("desks/pick_list.html")


def _print(template: str) -> str:
    codes = list(dict.fromkeys(request.args.getlist("kode")))
    chosen = queries.slips(codes[:MOST_AT_ONCE], current_actor().stores_with(Right.ORDERS))
    if len(chosen) < len(codes[:MOST_AT_ONCE]):
        raise NotFound("orders.not_found")
    paper = request.args.get("kertas", PAPERS[0])
    return render_template(
        template,
        slips=chosen,
        rows=queries.pick_list(chosen),
        codes=codes[:MOST_AT_ONCE],
        left_out=len(codes) - MOST_AT_ONCE,
        paper=paper if paper in PAPERS else PAPERS[0],
        with_prices=request.args.get("harga") != "0",
        at=clock.now(),
    )
