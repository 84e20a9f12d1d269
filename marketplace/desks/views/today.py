"""The morning: what is cooked today, opened with one tap."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.catalog import queries
from marketplace.catalog.rules import Today
from marketplace.catalog.services import supply
from marketplace.core.actor import Right
from marketplace.core.clock import today
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, Refusal, Stale
from marketplace.desks.forms.stock import MoreTodayForm
from marketplace.desks.views.shelf import bp
from marketplace.desks.views.stock import NO_NUMBER, Count, Page, is_whole, kept_stores, numbered
from marketplace.web.access import current_actor, requires_right
from marketplace.web.errors import status_of
from marketplace.web.language import explain


@bp.get("/stok/hari-ini")
@requires_right(Right.STOCK)
def todays_stock() -> str:
    """What waits to be opened with the numbers of the last time, what is open, what is over."""
    return _show({})


@bp.post("/stok/hari-ini")
@requires_right(Right.STOCK)
def open_today() -> Page:
    """Open the day with all numbers at once. Each stands for itself."""
    typed = numbered("porsi")
    numbers = {v: int(text) for v, text in typed.items() if is_whole(text)}
    refused: dict[int, Refusal] = {v: Invalid(NO_NUMBER) for v, text in typed.items() if text and v not in numbers}
    with transaction():
        refused |= supply.open_day(current_actor(), numbers)
    opened = sum(1 for variant_id, number in numbers.items() if number and variant_id not in refused)
    if opened:
        flash(ngettext("%(num)d jualan dibuka hari ini.", "%(num)d jualan dibuka hari ini.", opened), "success")
    if refused:
        errors = {variant_id: Count(typed[variant_id], explain(why)) for variant_id, why in refused.items()}
        return _show(errors), max(status_of(why) for why in refused.values())
    if not opened:
        flash(_("Belum ada yang dibuka: semua angkanya 0."), "info")
    return _back()


@bp.post("/stok/hari-ini/<int:variant_id>/tambahan")
@requires_right(Right.STOCK)
def add_today(variant_id: int) -> Page:
    """More came from the kitchen."""
    queries.shelf(variant_id, kept_stores())
    form = MoreTodayForm(prefix=f"t{variant_id}-")
    if not form.validate():
        return _show({}, {variant_id: form}), 422
    try:
        with transaction():
            supply.add_today(current_actor(), variant_id, int(form.quantity.data), form.key)
    except (Invalid, Stale) as refusal:
        form.refuse(Invalid(refusal.message_id, field="quantity", **refusal.values))
        return _show({}, {variant_id: form}), status_of(refusal)
    flash(_("Porsi ditambahkan."), "success")
    return _back()


@bp.post("/stok/hari-ini/<int:variant_id>/habis")
@requires_right(Right.STOCK)
def sell_out_today(variant_id: int) -> Page:
    """Nothing is left but what is promised."""
    queries.shelf(variant_id, kept_stores())
    try:
        with transaction():
            supply.sell_out_today(current_actor(), variant_id)
        flash(_("Ditandai habis. Pesanan yang sudah ada tetap berjalan."), "success")
    except Stale as refusal:
        flash(explain(refusal), "error")
    return _back()


def _show(counts: dict[int, Count], forms: dict[int, MoreTodayForm] | None = None) -> str:
    page = queries.day_rows(kept_stores(), request.args.get("setelah"))
    forms = forms or {}
    return render_template(
        "desks/stock_today.html",
        page=page,
        waiting=[row for row in page.items if row.state is Today.NOT_YET],
        opened=[
            (row, forms.get(row.variant_id) or MoreTodayForm(formdata=None, prefix=f"t{row.variant_id}-"))
            for row in page.items
            if row.state is Today.OPEN
        ],
        over=[row for row in page.items if row.state is Today.OVER],
        counts=counts,
        day=today(),
    )


def _back() -> Response:
    return redirect(url_for("shelf.todays_stock", setelah=request.args.get("setelah")), 303)  # type: ignore[return-value]
