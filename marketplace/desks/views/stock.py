"""The shelves: counted at once on the phone, printed to be counted on paper, and the history of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.queries import helpers_of
from marketplace.catalog import queries
from marketplace.catalog.queries import Shelf, StockRow
from marketplace.catalog.services import lowstock, stock
from marketplace.catalog.services.stock import Counted
from marketplace.core.actor import Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Refusal
from marketplace.core.paging import Page as Rows
from marketplace.desks.forms.stock import LowStockForm, MovementForm
from marketplace.desks.movements import told
from marketplace.desks.views.shelf import bp
from marketplace.orders import queries as orders
from marketplace.web.access import current_actor, requires_right
from marketplace.web.errors import status_of
from marketplace.web.language import explain

Page = str | Response | tuple[str, int]
PRINTED = 500
MOST_COUNTED = 1000
LONGEST_SEARCH = 60
NO_NUMBER = "catalog.whole_number_needed"


def kept_stores() -> list[int]:
    """The stores whose stock the visitor keeps."""
    return list(current_actor().stores_with(Right.STOCK))


# --- counting --------------------------------------------------------------


@dataclass(frozen=True)
class Count:
    """What was typed for one variant, and what is wrong with it."""

    typed: str
    error: str = ""


@bp.get("/stok", endpoint="stock")
@requires_right(Right.STOCK)
def stock_list() -> str:
    """All variants that lie on shelves, one number each."""
    return _show_stock({})


@bp.post("/stok")
@requires_right(Right.STOCK)
def count_stock() -> Page:
    """Save every number that differs. Each stands for itself: one that lost a race does not hold up the others."""
    typed = numbered("stok")
    counts, refused = _parsed(typed)
    with transaction():
        refused |= stock.count(current_actor(), counts)
    saved = len(counts) - len(refused.keys() & counts.keys())
    if saved:
        flash(ngettext("%(num)d stok tersimpan.", "%(num)d stok tersimpan.", saved), "success")
    if refused:
        errors = {variant_id: Count(typed[variant_id], explain(why)) for variant_id, why in refused.items()}
        return _show_stock(errors), max(status_of(why) for why in refused.values())
    if not saved:
        flash(_("Tidak ada yang berubah."), "info")
    return redirect(url_for("shelf.stock", **_where()), 303)  # type: ignore[return-value]


def numbered(word: str) -> dict[int, str]:
    """What a form holds under `<word>-<id>`, by id. Refuses a form that holds more than any page shows."""
    found = {}
    for name, value in request.form.items():
        said, _sep, number = name.partition("-")
        if said == word and number.isascii() and number.isdigit() and len(number) < 19:
            found[int(number)] = value.strip()
    if len(found) > MOST_COUNTED:
        abort(413)
    return found


def is_whole(text: str) -> bool:
    """Is this a whole number from 0 on, and no enormous one?"""
    return text.isascii() and text.isdigit() and len(text) < 10


def _parsed(typed: dict[int, str]) -> tuple[dict[int, Counted], dict[int, Refusal]]:
    """The counts that are numbers and differ from what the form showed, and a refusal for each that is no number."""
    counts: dict[int, Counted] = {}
    refused: dict[int, Refusal] = {}
    for variant_id, text in typed.items():
        seen = request.form.get(f"lihat-{variant_id}", type=int)
        if not is_whole(text):
            refused[variant_id] = Invalid(NO_NUMBER, field="on_hand")
        elif int(text) != seen:
            counts[variant_id] = Counted(int(text), -1 if seen is None else seen)
    return counts, refused


def _where() -> dict[str, Any]:
    """The search, the filter and the place in the list, as the address has them."""
    return {name: value for name in ("cari", "hanya", "setelah") if (value := request.args.get(name))}


def _stock_page(limit: int = 50) -> Rows[StockRow]:
    return queries.stock_rows(
        kept_stores(),
        request.args.get("setelah"),
        limit,
        search=request.args.get("cari", "")[:LONGEST_SEARCH],
        only_low=request.args.get("hanya") == "menipis",
    )


def _show_stock(counts: dict[int, Count]) -> str:
    return render_template(
        "desks/stock.html",
        page=_stock_page(),
        counts=counts,
        where=_where(),
        search=request.args.get("cari", "")[:LONGEST_SEARCH],
        only_low=request.args.get("hanya") == "menipis",
        has_daily=queries.has_daily(kept_stores()),
    )


@bp.get("/stok/lembar")
@requires_right(Right.STOCK)
def count_sheet() -> str:
    """All shelves with an empty box each, to be printed and counted on paper."""
    return render_template("desks/stock_sheet.html", page=_stock_page(PRINTED), where=_where())


# --- one shelf -------------------------------------------------------------


@bp.get("/stok/<int:variant_id>")
@requires_right(Right.STOCK)
def shelf_history(variant_id: int) -> str:
    """What lies on one shelf, and all that ever moved there."""
    return _show_shelf(queries.shelf(variant_id, kept_stores()))


@bp.post("/stok/<int:variant_id>/gerak")
@requires_right(Right.STOCK)
def note_movement(variant_id: int) -> Page:
    """Note what came, spoiled, or was found to be wrong."""
    shelf = queries.shelf(variant_id, kept_stores())
    form = MovementForm()
    if not form.validate():
        return _show_shelf(shelf, form), 422
    kind, change = form.movement
    try:
        with transaction():
            stock.record_movements(
                current_actor(), kind, {variant_id: change}, reason=form.reason.data or "", form_key=form.key
            )
    except Invalid as refusal:
        form.refuse(Invalid(refusal.message_id, field=_FIELDS.get(refusal.field or "", "quantity"), **refusal.values))
        return _show_shelf(queries.shelf(variant_id, kept_stores()), form), 422
    return _back(variant_id, _("Tercatat."))


_FIELDS = {"reason": "reason"}


@bp.post("/stok/<int:variant_id>/batas")
@requires_right(Right.STOCK)
def set_low_stock(variant_id: int) -> Page:
    """Say when to be warned."""
    shelf = queries.shelf(variant_id, kept_stores())
    form = LowStockForm()
    if not form.validate():
        return _show_shelf(shelf, low_form=form), 422
    with transaction():
        lowstock.set_line(current_actor(), variant_id, int(form.low_stock.data))
    return _back(variant_id, _("Batas peringatan tersimpan."))


def _show_shelf(shelf: Shelf, form: MovementForm | None = None, low_form: LowStockForm | None = None) -> str:
    page = queries.movements(shelf.variant_id, request.args.get("setelah"))
    codes = orders.order_codes({row.order_id for row in page.items if row.order_id})
    helpers = helpers_of(shelf.store_id)
    return render_template(
        "desks/stock_shelf.html",
        shelf=shelf,
        page=page.map(lambda row: told(row, codes, helpers)),
        form=form or MovementForm(formdata=None),
        low_form=low_form or LowStockForm(formdata=None, low_stock=shelf.low_stock),
    )


def _back(variant_id: int, words: str) -> Response:
    flash(words, "success")
    return redirect(url_for("shelf.shelf_history", variant_id=variant_id), 303)  # type: ignore[return-value]


# --- what came back --------------------------------------------------------


@bp.get("/pesanan/<string:code>/barang-kembali")
@requires_right(Right.STOCK)
def show_returns(code: str) -> str:
    """What left with an order and may be laid on the shelf again."""
    return _show_returns(_sold(code), {})


@bp.post("/pesanan/<string:code>/barang-kembali")
@requires_right(Right.STOCK)
def put_back(code: str) -> Page:
    """Lay what came back on the shelf again, never more than left, all of it or nothing."""
    order_id = _sold(code)
    typed = numbered("kembali")
    wrong = {v: Count(text, explain(Invalid(NO_NUMBER))) for v, text in typed.items() if text and not is_whole(text)}
    if wrong:
        return _show_returns(order_id, wrong), 422
    wanted = {v: int(text) for v, text in typed.items() if text and int(text)}
    try:
        with transaction():
            stock.put_back(current_actor(), f"order:{order_id}", wanted)
    except Invalid as refusal:
        gone = queries.gone_with(f"order:{order_id}")
        words = {v: explain(refusal) if number > gone.get(v, 0) else "" for v, number in wanted.items()}
        return _show_returns(order_id, {v: Count(str(number), words[v]) for v, number in wanted.items()}), 422
    flash(_("Barang kembali ke rak.") if wanted else _("Tidak ada yang berubah."), "success" if wanted else "info")
    return redirect(url_for("seller_orders.order", code=code), 303)  # type: ignore[return-value]


def _sold(code: str) -> int:
    """The id of an order of a store whose stock the visitor keeps. Raises NotFound for any other."""
    order_id = orders.order_id_by_code(code, kept_stores())
    if order_id is None:
        raise NotFound("orders.not_found")
    return order_id


def _show_returns(order_id: int, counts: dict[int, Count]) -> str:
    found = orders.order_view(order_id)
    if found is None:
        raise NotFound("orders.not_found")
    gone = queries.gone_with(f"order:{order_id}")
    return render_template("desks/stock_returns.html", order=found[0], gone=gone, counts=counts)
