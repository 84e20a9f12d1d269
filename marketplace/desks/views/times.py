"""When the shop is open: the hours of the week, and the days on which it takes no orders."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.core.actor import Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound
from marketplace.desks.forms.store import ClosureForm, WeekForm
from marketplace.desks.views.seller import chosen_store
from marketplace.stores import queries, services
from marketplace.stores.models import Store
from marketplace.stores.policies import can_manage
from marketplace.stores.rules import MOST_SPANS, Week, week_of
from marketplace.web.access import current_actor, requires_right
from marketplace.web.filters import clock
from marketplace.web.language import explain

bp = Blueprint("seller_times", __name__, url_prefix="/penjual/toko/jam")
Page = str | Response | tuple[str, int]
Typed = dict[tuple[str, int, int], str]


@bp.get("")
@requires_right(Right.SHOP)
def index() -> str:
    """The week and the closures as forms."""
    return _show(_own_store())


@bp.post("")
@requires_right(Right.SHOP)
def set_week() -> Page:
    """Save the hours. `sama=1` gives all days those of Monday."""
    store = _own_store()
    store_id, form = store.id, WeekForm()
    typed = _as_typed()
    if request.form.get("sama") == "1":
        return _show(store, form, typed={key: typed[key[0], 0, key[2]] for key in typed})
    if not form.validate():
        return _show(store, form, typed=typed), 422
    try:
        week = form.week()
        with transaction():
            services.set_week(current_actor(), store_id, week if any(week) else (), form.note.data or "")
    except Invalid as refusal:
        return _show(_own_store(), form, typed=typed, week_error=explain(refusal)), 422
    flash(_("Jam buka tersimpan."), "success")
    return _back(store_id)


@bp.post("/libur")
@requires_right(Right.SHOP)
def plan_closure() -> Page:
    """Take no orders on some days."""
    store = _own_store()
    store_id, form = store.id, ClosureForm()
    if not form.validate():
        return _show(store, closure_form=form), 422
    try:
        with transaction():
            services.plan_closure(
                current_actor(), store_id, form.first_day.data, form.last_day.data, form.note.data or ""
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(_own_store(), closure_form=form), 422
    flash(_("Hari libur tersimpan. Pembeli membacanya di halaman toko dan produk."), "success")
    return _back(store_id)


@bp.post("/libur/<int:closure_id>/pembatalan")
@requires_right(Right.SHOP)
def cancel_closure(closure_id: int) -> Page:
    """Be open on these days after all."""
    store_id = _own_store().id
    with transaction():
        services.cancel_closure(current_actor(), store_id, closure_id)
    flash(_("Libur dibatalkan, toko menerima pesanan lagi."), "success")
    return _back(store_id)


def _own_store() -> Store:
    store = chosen_store(Right.SHOP)
    if not can_manage(current_actor(), store):
        raise NotFound("stores.not_found")
    return store


def _as_typed() -> Typed:
    return {
        (edge, day, number): request.form.get(f"{edge}-{day}-{number}", "")[:8]
        for edge in ("buka", "tutup")
        for day in range(7)
        for number in range(MOST_SPANS)
    }


def _as_kept(week: Week) -> Typed:
    kept: Typed = {}
    for day, spans in enumerate(week):
        for number, (opens, closes) in enumerate(spans):
            kept["buka", day, number] = clock(opens).replace(".", ":")
            kept["tutup", day, number] = clock(closes % (24 * 60)).replace(".", ":")
    return kept


def _show(
    store: Store,
    form: WeekForm | None = None,
    closure_form: ClosureForm | None = None,
    typed: Typed | None = None,
    week_error: str = "",
) -> str:
    return render_template(
        "desks/store_times.html",
        store=store,
        form=form or WeekForm(formdata=None, note=store.hours),
        closure_form=closure_form or ClosureForm(formdata=None),
        typed=_as_kept(week_of(store.week)) if typed is None else typed,
        spans=range(MOST_SPANS),
        week_error=week_error,
        closures=queries.closures(store.id),
    )


def _back(store_id: int) -> Response:
    return redirect(url_for("seller_times.index", toko=store_id), 303)  # type: ignore[return-value]
