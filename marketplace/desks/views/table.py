"""The table of goods that is typed into: ten prices changed in a minute, each cell for itself, undone within a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.catalog import queries
from marketplace.catalog.models import BulkEdit
from marketplace.catalog.queries import keeping
from marketplace.catalog.queries.selling import SellerProduct
from marketplace.catalog.queries.table import FormCells, forms_of, goods_of, products_of, table_page
from marketplace.catalog.rules import Supply
from marketplace.catalog.rules.keeping import BulkField, ChangeState
from marketplace.catalog.services import bulk, table
from marketplace.catalog.services.table import Place, Typed
from marketplace.core.actor import Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Refusal
from marketplace.desks.views.keeping import KEPT, bp, search_from
from marketplace.desks.views.stock import NO_NUMBER, is_whole, numbered
from marketplace.imports.rules import Unreadable, rupiah
from marketplace.web.access import current_actor, requires_right
from marketplace.web.errors import status_of
from marketplace.web.language import explain

Page = str | Response | tuple[str, int]
CELLS = {"harga": BulkField.PRICE, "stok": BulkField.STOCK}


@dataclass(frozen=True)
class Wrong:
    """What was typed into cells that were not saved, and why, by the name of the cell ('harga-12'); a cell whose
    words were good and that waits for the others has no reason."""

    typed: dict[str, str] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)


@bp.get("/tabel")
@requires_right(Right.PRICES, Right.STOCK)
def show_table() -> str:
    """A page of the goods, filtered and sorted as the list is, with a price and a number of pieces for each form."""
    search, cursor = search_from(request.args), request.args.get("setelah")
    page, forms = table_page(current_actor().stores_with(Right.PRICES, Right.STOCK), search, cursor)
    return _show(page.items, forms, Wrong(), (page.prev, page.next))


@bp.post("/tabel")
@requires_right(Right.PRICES, Right.STOCK)
def save_table() -> Page:
    """Save every cell that differs and can be; what cannot stays as it was typed, with the reason."""
    cells = {(one, kind): text for word, kind in CELLS.items() for one, text in numbered(word).items()}
    typed, refused = _read(cells)
    with transaction():
        saved = table.save(current_actor(), typed)
    refused |= saved.refused
    if saved.waiting:
        flash(ngettext("%(num)d harga menunggu pemilik.", "%(num)d harga menunggu pemilik.", saved.waiting), "success")
    if refused:
        return _show_refused(cells, refused, saved.edit_id), max(status_of(each) for each in refused.values())
    if not saved.done and not saved.waiting:
        flash(_("Tidak ada yang berubah."), "info")
    where = url_for("keeping.show_table", tersimpan=saved.edit_id, setelah=request.args.get("setelah"), **_kept())
    return redirect(where, 303)  # type: ignore[return-value]


def _read(cells: dict[Place, str]) -> tuple[dict[Place, Typed], dict[Place, Refusal]]:
    """The cells that are numbers and differ from what the page showed, and a refusal for each that is no number."""
    typed: dict[Place, Typed] = {}
    refused: dict[Place, Refusal] = {}
    for place, text in cells.items():
        seen = request.form.get(f"lihat-{_name(place)}", type=int)
        try:
            wanted = _number(place[1], text)
        except Unreadable:
            refused[place] = _unreadable(place[1], text)
            continue
        if wanted != seen:
            typed[place] = Typed(-1 if seen is None else seen, wanted)
    return typed, refused


def _number(kind: BulkField, text: str) -> int:
    """Rupiah as people type them, or pieces. Raises Unreadable."""
    if kind is BulkField.PRICE:
        return rupiah(text)
    if not is_whole(text):
        raise Unreadable(text)
    return int(text)


def _unreadable(kind: BulkField, text: str) -> Invalid:
    if kind is BulkField.STOCK:
        return Invalid(NO_NUMBER, field="stock")
    return Invalid("imports.price_unreadable", field="price", cell=text[:40])


def _name(place: Place) -> str:
    word = next(word for word, kind in CELLS.items() if kind is place[1])
    return f"{word}-{place[0]}"


def _kept() -> dict[str, Any]:
    """What the address says of search, filters and order."""
    return {name: value[:80] for name in KEPT if (value := request.args.get(name, ""))}


def _show_refused(cells: dict[Place, str], refused: dict[Place, Refusal], edit_id: int | None) -> str:
    """The goods that were on the page, wherever they lie in the order now, with what was typed."""
    stores = current_actor().stores_with(Right.PRICES, Right.STOCK)
    goods = goods_of(stores, products_of([variant_id for variant_id, _kind in cells]))
    forms = forms_of([row.id for row in goods])
    shown = {form.variant_id for rows in forms.values() for form in rows}
    wrong = Wrong(
        {_name(place): cells[place] for place in refused},
        {_name(place): explain(why) for place, why in refused.items()},
        [explain(why) for (variant_id, _kind), why in refused.items() if variant_id not in shown],
    )
    return _show(goods, forms, wrong, (None, None), edit_id)


def _show(
    goods: list[SellerProduct],
    forms: dict[int, list[FormCells]],
    wrong: Wrong,
    ways: tuple[str | None, str | None],
    edit_id: int | None = None,
) -> str:
    actor = current_actor()
    edit = _last_edit(edit_id)
    return render_template(
        "desks/keeping/table.html",
        goods=goods,
        forms=forms,
        wrong=wrong,
        prev=ways[0],
        next=ways[1],
        said=_kept(),
        search=search_from(request.args),
        groups=queries.leaves(queries.categories()),
        may_price=lambda row: actor.may(Right.PRICES, row.store_id),
        may_count=lambda row: actor.may(Right.STOCK, row.store_id) and row.supply is Supply.READY,
        cursor=request.args.get("setelah"),
        edit=edit,
        done=keeping.bulk_counts(edit.id)[ChangeState.DONE] if edit else 0,
    )


def _last_edit(edit_id: int | None) -> BulkEdit | None:
    """What was saved a moment ago, to be undone from here."""
    said = request.args.get("tersimpan", "")
    if edit_id is None and said.isdecimal() and len(said) < 18:
        edit_id = int(said)
    try:
        found = keeping.bulk_edit(current_actor(), edit_id) if edit_id is not None else None
    except NotFound:
        return None
    return found if found is not None and bulk.can_undo(found) else None
