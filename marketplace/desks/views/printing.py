"""What a shop prints: its price list on one sheet, tags for the shelf. Each with a QR code that leads back here."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Blueprint, render_template, request

from marketplace.catalog.queries import PriceRow, price_rows
from marketplace.core import clock
from marketplace.core.actor import Right
from marketplace.desks.views.seller import chosen_store
from marketplace.stores.queries import stores_by_ids
from marketplace.web.access import requires_right

bp = Blueprint("seller_printing", __name__, url_prefix="/penjual/toko")
SHEETS = ("a4", "a5")
TAGS = {"24": 24, "8": 8, "58": 1}
"""Tags on a sheet of A4, and the roll of 58 mm, which takes one after the other."""
MOST_TAGS = 240
MOST_COPIES = 48
SHOWN = 200
CHOICE = re.compile(r"l-([0-9]{1,18})")


@bp.get("/daftar-harga")
@requires_right(Right.PRODUCTS, Right.SHOP)
def price_list() -> str:
    """All public goods, or those chosen by `?produk=` (ids, more than one), by category."""
    store_id = chosen_store(Right.PRODUCTS, Right.SHOP).id
    rows = price_rows(store_id)
    chosen = set(request.args.getlist("produk", type=int))
    return render_template(
        "desks/price_list.html",
        store=stores_by_ids([store_id])[store_id],
        goods={row.product_id: row.product_name for row in rows},
        chosen=chosen,
        groups=_by_category([row for row in rows if not chosen or row.product_id in chosen]),
        sheet=_one_of(request.args.get("ukuran"), SHEETS),
        today=clock.today(),
    )


@bp.get("/label")
@requires_right(Right.PRODUCTS, Right.SHOP)
def tags() -> str:
    """Choose how many tags of each variant (`?l-<id>=copies`); the sheet is drawn below. `?cari=` narrows the list.

    What is chosen stays in the list and is printed, whatever else it shows.
    """
    store_id = chosen_store(Right.PRODUCTS, Right.SHOP).id
    words = request.args.get("cari", "")[:100]
    copies = _copies()
    chosen = price_rows(store_id, variant_ids=copies)
    wanted = [row for row in chosen for _ in range(copies[row.variant_id])]
    size = _one_of(request.args.get("ukuran"), tuple(TAGS))
    others = [row for row in price_rows(store_id, words, SHOWN) if row.variant_id not in copies]
    return render_template(
        "desks/tags.html",
        store=stores_by_ids([store_id])[store_id],
        rows=chosen + others,
        copies=copies,
        words=words,
        tags=wanted[:MOST_TAGS],
        left_out=len(wanted) - MOST_TAGS,
        most=MOST_TAGS,
        most_copies=MOST_COPIES,
        size=size,
    )


def _copies() -> dict[int, int]:
    """How many tags of which variants are asked for; none at all are left out."""
    asked = ((CHOICE.fullmatch(name), request.args.get(name, 0, type=int)) for name in request.args)
    return {int(match[1]): min(number, MOST_COPIES) for match, number in asked if match and number > 0}


def _one_of(asked: str | None, known: Sequence[str]) -> str:
    return asked if asked is not None and asked in known else known[0]


def _by_category(rows: Sequence[PriceRow]) -> dict[str, list[PriceRow]]:
    groups: dict[str, list[PriceRow]] = {}
    for row in rows:
        groups.setdefault(row.category_name, []).append(row)
    return groups
