"""Courier services and what they ask, each rate from a day on."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.admin.forms.shipping import CourierForm, RateForm
from marketplace.admin.views.blueprint import bp, show
from marketplace.core import clock
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.places.queries import regencies
from marketplace.places.rules import FATULULI, REGENCY_LENGTH
from marketplace.shipping import services
from marketplace.shipping.models import Courier
from marketplace.shipping.queries import post as queries
from marketplace.web.access import current_actor, is_operator, requires
from marketplace.web.language import explain

Page = tuple[str, int] | str | Response


@bp.get("/tarif")
@requires(is_operator)
def couriers() -> str:
    """All courier services."""
    return show("couriers", couriers=queries.couriers())


@bp.get("/tarif/baru")
@requires(is_operator)
def new_courier() -> str:
    """An empty form."""
    return show("courier_new", form=CourierForm(formdata=None, is_active=True, tolerance=0, most_kg=30))


@bp.post("/tarif/baru")
@requires(is_operator)
def create_courier() -> Page:
    """Keep a new service."""
    form = CourierForm()
    if not form.validate():
        return show("courier_new", form=form), 422
    try:
        with transaction():
            courier_id = services.save_courier(current_actor(), form.draft()).id
    except Invalid as refusal:
        form.refuse(refusal)
        return show("courier_new", form=form), 422
    flash(_("Layanan sudah disimpan. Tulis sekarang tarifnya."), "success")
    return _back(courier_id)


@bp.get("/tarif/<int:courier_id>")
@requires(is_operator)
def courier(courier_id: int) -> str:
    """One service with its rates."""
    return _show(courier_id)


@bp.post("/tarif/<int:courier_id>")
@requires(is_operator)
def change_courier(courier_id: int) -> Page:
    """Keep what was changed."""
    _courier(courier_id)
    form = CourierForm()
    if not form.validate():
        return _show(courier_id, form=form), 422
    try:
        with transaction():
            services.save_courier(current_actor(), form.draft(), courier_id)
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(courier_id, form=form), 422
    flash(_("Layanan sudah disimpan."), "success")
    return _back(courier_id)


@bp.post("/tarif/<int:courier_id>/tarif")
@requires(is_operator)
def add_rate(courier_id: int) -> Page:
    """Let a rate hold from a day on."""
    _courier(courier_id)
    form = RateForm()
    form.offer(regencies())
    if not form.validate():
        return _show(courier_id, rate_form=form), 422
    try:
        with transaction():
            services.add_rate(current_actor(), courier_id, form.draft())
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(courier_id, rate_form=form), 422
    flash(_("Tarif sudah dicatat."), "success")
    return _back(courier_id)


@bp.post("/tarif/<int:courier_id>/tarif/<int:rate_id>/akhir")
@requires(is_operator)
def end_rate(courier_id: int, rate_id: int) -> Page:
    """Let a rate end today."""
    try:
        with transaction():
            services.end_rate(current_actor(), courier_id, rate_id)
    except Stale as refusal:
        return _show(courier_id, words=explain(refusal)), 409
    flash(_("Akhir tarif sudah dicatat."), "success")
    return _back(courier_id)


def _show(courier_id: int, form: CourierForm | None = None, rate_form: RateForm | None = None, words: str = "") -> str:
    """The page of a service; a form given is the one just refused."""
    found = _courier(courier_id)
    fresh = RateForm(formdata=None, from_regency=FATULULI[:REGENCY_LENGTH], from_day=clock.today(), minimum_kg=1)
    if rate_form is None:
        fresh.offer(regencies())
    return show(
        "courier",
        courier=found,
        form=form or CourierForm(formdata=None, obj=found),
        rate_form=rate_form or fresh,
        page=queries.rates_page(courier_id, request.args.get("setelah")),
        today=clock.today(),
        words=words,
    )


def _courier(courier_id: int) -> Courier:
    found = queries.courier(courier_id)
    if found is None:
        raise NotFound
    return found


def _back(courier_id: int) -> Response:
    return redirect(url_for("admin.courier", courier_id=courier_id), 303)  # type: ignore[return-value]
