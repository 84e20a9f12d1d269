"""Keeping the catalogue: copies, the archive, times of showing, and many goods changed at once."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from marketplace.catalog import queries
from marketplace.catalog.policies import can_sell
from marketplace.catalog.queries import Visibility, keeping
from marketplace.catalog.queries.keeping import Search, Sort, Stock
from marketplace.catalog.rules.keeping import (
    ROUNDINGS,
    STATUS_CODES,
    BulkField,
    BulkMode,
    ChangeState,
    Operation,
)
from marketplace.catalog.services import bulk
from marketplace.catalog.services import keeping as services
from marketplace.core.actor import Right
from marketplace.core.clock import WITA
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Refusal, Stale
from marketplace.desks.views.seller import own_product
from marketplace.web.access import current_actor, requires_right
from marketplace.web.language import explain

GOODS = (Right.PRODUCTS, Right.PRICES, Right.STOCK)
bp = Blueprint("keeping", __name__, url_prefix="/penjual/produk")
Page = str | Response | tuple[str, int]

VISIBILITIES = {
    "publik": Visibility.PUBLIC,
    "menunggu": Visibility.NOT_YET_PUBLIC,
    "tersembunyi": Visibility.HIDDEN,
}
ACTS = {
    "harga-jadi": (BulkField.PRICE, BulkMode.SET, False),
    "harga-naik": (BulkField.PRICE, BulkMode.RAISE, False),
    "harga-turun": (BulkField.PRICE, BulkMode.LOWER, False),
    "harga-naik-persen": (BulkField.PRICE, BulkMode.RAISE, True),
    "harga-turun-persen": (BulkField.PRICE, BulkMode.LOWER, True),
    "stok-jadi": (BulkField.STOCK, BulkMode.SET, False),
    "stok-tambah": (BulkField.STOCK, BulkMode.RAISE, False),
}
STATUS_ACTS = {"sembunyikan": "hidden", "tampilkan": "active", "arsipkan": "archived"}
MOST_CHOSEN = 200
LONGEST = 80


def search_from(said: MultiDict[str, str]) -> Search:
    """What the address, or the form below the table, says of search, filters and order; anything odd is left out."""
    state, category = said.get("keadaan", ""), said.get("kategori", "")
    stock, sort, curated = said.get("stok", ""), said.get("urut", ""), said.get("kurasi", "")
    return Search(
        words=said.get("cari", "")[:LONGEST].replace("\x00", ""),
        visibility=VISIBILITIES.get(state),
        is_archived=state == "arsip",
        category_id=int(category) if category.isdecimal() and len(category) < 18 else None,
        stock=Stock(stock) if stock in list(Stock) else None,
        is_curated={"ya": True, "belum": False}.get(curated),
        sort=Sort(sort) if sort in list(Sort) else Sort.NEWEST,
    )


def _back(product_id: int) -> Response:
    return redirect(url_for("seller_products.edit", product_id=product_id), 303)  # type: ignore[return-value]


# --- one product -----------------------------------------------------------


@bp.post("/<int:product_id>/salin")
@requires_right(Right.PRODUCTS)
def duplicate(product_id: int) -> Page:
    """Make a hidden copy and open it."""
    own_product(product_id)
    try:
        with transaction():
            made_id = services.duplicate(current_actor(), product_id, _("salinan")).id
    except Invalid as refusal:
        flash(explain(refusal), "error")
        return _back(product_id)
    flash(_("Salinan dibuat dan masih tersembunyi. Ubah namanya, isi stoknya, lalu tampilkan."), "success")
    return _back(made_id)


@bp.post("/<int:product_id>/pulihkan")
@requires_right(Right.PRODUCTS)
def restore(product_id: int) -> Page:
    """Bring an archived product back, hidden."""
    if not can_sell(current_actor(), queries.product(product_id).store_id):
        raise NotFound("catalog.product_not_found")
    with transaction():
        services.restore(current_actor(), product_id)
    flash(_("Produk kembali dari arsip dan masih tersembunyi."), "success")
    return _back(product_id)


@bp.get("/<int:product_id>/jadwal")
@requires_right(Right.PRODUCTS)
def schedule(product_id: int) -> str:
    """When the product appears and when it goes."""
    own_product(product_id)
    show_at, hide_at = keeping.times_of(product_id)
    return _show_schedule(product_id, {"show_at": _local(show_at), "hide_at": _local(hide_at)}, {})


@bp.post("/<int:product_id>/jadwal")
@requires_right(Right.PRODUCTS)
def set_schedule(product_id: int) -> Page:
    """Keep the times; empty: none."""
    own_product(product_id)
    said = {name: request.form.get(name, "").strip()[:40] for name in ("show_at", "hide_at")}
    errors: dict[str, str] = {}
    times: dict[str, datetime | None] = {}
    for name, text in said.items():
        try:
            times[name] = datetime.fromisoformat(text).replace(tzinfo=WITA) if text else None
        except ValueError:
            errors[name] = _("Tulis tanggal dan jam, misalnya 2026-12-01T08:00.")
    if not errors:
        try:
            with transaction():
                services.schedule(current_actor(), product_id, times["show_at"], times["hide_at"])
        except Invalid as refusal:
            errors[refusal.field] = explain(refusal)
    if errors:
        return _show_schedule(product_id, said, errors), 422
    flash(_("Jadwal tersimpan."), "success")
    return _back(product_id)


def _local(at: datetime | None) -> str:
    return f"{at.astimezone(WITA):%Y-%m-%dT%H:%M}" if at else ""


def _show_schedule(product_id: int, said: dict[str, str], errors: dict[str, str]) -> str:
    newest = queries.revision(queries.latest_revision_id(product_id))
    return render_template("desks/keeping/schedule.html", newest=newest, said=said, errors=errors)


# --- many at once ----------------------------------------------------------


@bp.post("/massal")
@requires_right(*GOODS)
def plan() -> Page:
    """Write down what would change and show it; nothing is touched yet."""
    actor = current_actor()
    search = search_from(request.form)
    try:
        operation = _operation()
        with transaction():
            edit_id = bulk.plan(actor, _chosen(search), operation).id
    except Invalid as refusal:
        flash(explain(refusal), "error")
        kept = urlencode({name: value for name in KEPT if (value := request.form.get(name))})
        return redirect(f"{url_for('seller_products.index')}?{kept}", 303)  # type: ignore[return-value]
    return _to(edit_id)


KEPT = ("cari", "keadaan", "kategori", "stok", "kurasi", "urut")


def _chosen(search: Search) -> list[int]:
    if request.form.get("semua"):
        return keeping.kept_ids(current_actor().stores_with(*GOODS), search)
    said = request.form.getlist("pilih")[:MOST_CHOSEN]
    return [int(each) for each in said if each.isdecimal() and len(each) < 18]


def _operation() -> Operation:
    act = request.form.get("tindakan", "")
    if act in STATUS_ACTS:
        return Operation(BulkField.STATUS, amount=STATUS_CODES.index(STATUS_ACTS[act]))
    if act not in ACTS:
        raise Invalid("catalog.bulk_act", field="tindakan")
    field, mode, is_percent = ACTS[act]
    text = request.form.get("jumlah", "").strip().lower().removeprefix("rp").replace(".", "").strip(" %")
    if not text.isdecimal() or len(text) > 12:
        raise Invalid("catalog.bulk_number", field="jumlah")
    rounding = request.form.get("bulat", "1")
    step = int(rounding) if rounding in {str(one) for one in ROUNDINGS} else 1
    return Operation(field, mode, int(text), is_percent, step if field is BulkField.PRICE else 1)


def _to(edit_id: int) -> Response:
    return redirect(url_for("keeping.edit", edit_id=edit_id), 303)  # type: ignore[return-value]


@bp.get("/massal/<int:edit_id>")
@requires_right(*GOODS)
def edit(edit_id: int) -> str:
    """Every change before and after, what cannot be, and what was done."""
    found = keeping.bulk_edit(current_actor(), edit_id)
    good = [ChangeState.PLANNED, ChangeState.DONE, ChangeState.UNDONE]
    states = [state for state in ChangeState if state not in good] if request.args.get("lihat") == "tidak" else good
    return render_template(
        "desks/keeping/bulk.html",
        edit=found,
        counts=keeping.bulk_counts(edit_id),
        page=keeping.bulk_changes(edit_id, states, request.args.get("setelah")),
        is_bad=states is not good,
        can_undo=bulk.can_undo(found),
        why=lambda row: explain(Refusal(row.reason)) if row.reason else "",
        status_words={0: _("Disembunyikan"), 1: _("Ditampilkan"), 2: _("Diarsipkan")},
    )


@bp.post("/massal/<int:edit_id>/terapkan")
@requires_right(*GOODS)
def apply(edit_id: int) -> Page:
    """Do all that can be done, in one go."""
    with transaction():
        bulk.apply(current_actor(), edit_id)
    return _to(edit_id)


@bp.post("/massal/<int:edit_id>/batalkan")
@requires_right(*GOODS)
def undo(edit_id: int) -> Page:
    """Put back what nobody has changed since."""
    try:
        with transaction():
            bulk.undo(current_actor(), edit_id)
    except Stale as refusal:
        flash(explain(refusal), "error")
    return _to(edit_id)
