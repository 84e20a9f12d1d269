"""Courier services and what they ask: the post by weight, local couriers by zone, each rate and fee from a day on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.admin.forms.shipping import FORMS, CourierForm, FeeForm, RateForm
from marketplace.admin.views.blueprint import bp, show
from marketplace.core import clock
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.places.queries import RegionRow, districts_with_villages, regencies
from marketplace.places.rules import FATULULI, REGENCY_LENGTH
from marketplace.shipping import services
from marketplace.shipping.models import Courier
from marketplace.shipping.queries import couriers as queries
from marketplace.shipping.queries.local import fees_page, regency_of
from marketplace.shipping.queries.post import rates_page
from marketplace.shipping.rules import CourierKind
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
    """An empty form of the kind that the address names."""
    heaviest = {CourierKind.POST: 30, CourierKind.LOCAL: 10}[_kind()]
    return show("courier_new", form=FORMS[_kind()](formdata=None, is_active=True, tolerance=0, most_kg=heaviest))


@bp.post("/tarif/baru")
@requires(is_operator)
def create_courier() -> Page:
    """Keep a new service."""
    form = FORMS[_kind()]()
    if not form.validate():
        return show("courier_new", form=form), 422
    try:
        with transaction():
            courier_id = services.save_courier(current_actor(), form.draft()).id
    except Invalid as refusal:
        form.refuse(refusal)
        return show("courier_new", form=form), 422
    flash(_("Layanan sudah disimpan. Tulis sekarang ongkosnya."), "success")
    return _back(courier_id)


@bp.get("/tarif/<int:courier_id>")
@requires(is_operator)
def courier(courier_id: int) -> str:
    """One service with its rates, or its fees."""
    return _show(courier_id)


@bp.post("/tarif/<int:courier_id>")
@requires(is_operator)
def change_courier(courier_id: int) -> Page:
    """Keep what was changed."""
    form = FORMS[_courier(courier_id).kind]()
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
    """Let a rate of the post hold from a day on."""
    _courier(courier_id, CourierKind.POST)
    form = RateForm()
    form.offer(regencies())
    return _keep(courier_id, form, lambda: services.add_rate(current_actor(), courier_id, form.draft()))


@bp.post("/tarif/<int:courier_id>/zona")
@requires(is_operator)
def add_fee(courier_id: int) -> Page:
    """Let a fee of a local courier hold from a day on."""
    _courier(courier_id, CourierKind.LOCAL)
    form, regency = FeeForm(), _regency(courier_id)
    form.offer(regency, districts_with_villages(regency.code))
    return _keep(courier_id, form, lambda: services.add_fee(current_actor(), courier_id, form.draft()))


@bp.post("/tarif/<int:courier_id>/tarif/<int:rate_id>/akhir")
@requires(is_operator)
def end_rate(courier_id: int, rate_id: int) -> Page:
    """Let a rate end today."""
    return _end(courier_id, lambda: services.end_rate(current_actor(), courier_id, rate_id))


@bp.post("/tarif/<int:courier_id>/zona/<int:fee_id>/akhir")
@requires(is_operator)
def end_fee(courier_id: int, fee_id: int) -> Page:
    """Let a fee end today."""
    return _end(courier_id, lambda: services.end_fee(current_actor(), courier_id, fee_id))


def _keep(courier_id: int, form: RateForm | FeeForm, act: Callable[[], object]) -> Page:
    """Validate, act, and come back; or show the page again with what is wrong and what was typed."""
    if not form.validate():
        return _show(courier_id, rate_form=form), 422
    try:
        with transaction():
            act()
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(courier_id, rate_form=form), 422
    flash(_("Tarif sudah dicatat."), "success")
    return _back(courier_id)


def _end(courier_id: int, act: Callable[[], None]) -> Page:
    try:
        with transaction():
            act()
    except Stale as refusal:
        return _show(courier_id, words=explain(refusal)), 409
    flash(_("Akhir tarif sudah dicatat."), "success")
    return _back(courier_id)


def _show(
    courier_id: int, form: CourierForm | None = None, rate_form: RateForm | FeeForm | None = None, words: str = ""
) -> str:
    """The page of a service; a form given is the one just refused."""
    found = _courier(courier_id)
    tell = _of_zones if found.kind is CourierKind.LOCAL else _of_rates
    return show(
        "local_courier" if found.kind is CourierKind.LOCAL else "courier",
        courier=found,
        form=form or FORMS[found.kind](formdata=None, obj=found),
        today=clock.today(),
        words=words,
        **tell(courier_id, request.args.get("setelah"), rate_form),
    )


def _of_rates(courier_id: int, cursor: str | None, form: RateForm | FeeForm | None) -> dict[str, Any]:
    """What the page of a postal service tells."""
    fresh = RateForm(formdata=None, from_regency=FATULULI[:REGENCY_LENGTH], from_day=clock.today(), minimum_kg=1)
    if form is None:
        fresh.offer(regencies())
    return {"rate_form": form or fresh, "page": rates_page(courier_id, cursor)}


def _of_zones(courier_id: int, cursor: str | None, form: RateForm | FeeForm | None) -> dict[str, Any]:
    """What the page of a local courier tells."""
    regency = _regency(courier_id)
    fresh = FeeForm(formdata=None, from_code=regency.code, from_day=clock.today(), days=0)
    if form is None:
        fresh.offer(regency, districts_with_villages(regency.code))
    told = {"rate_form": form or fresh, "page": fees_page(courier_id, cursor)}
    return told | {"regency": regency, "regencies": regencies()}


def _regency(courier_id: int) -> RegionRow:
    """Whose zones are written down: the regency that the address names, else that of the last fee, else Kota Kupang."""
    known = {row.code: row for row in regencies()}
    asked = request.args.get("wilayah", "")
    return known[asked if asked in known else regency_of(courier_id) or FATULULI[:REGENCY_LENGTH]]


def _kind() -> CourierKind:
    """The kind of service that the address names; the post, when it names none."""
    return CourierKind.LOCAL if request.args.get("jenis") == CourierKind.LOCAL else CourierKind.POST


def _courier(courier_id: int, kind: CourierKind | None = None) -> Courier:
    found = queries.courier(courier_id)
    if found is None or kind not in (None, found.kind):
        raise NotFound
    return found


def _back(courier_id: int) -> Response:
    wanted = request.args.get("wilayah")
    return redirect(url_for("admin.courier", courier_id=courier_id, wilayah=wanted), 303)  # type: ignore[return-value]
