"""Collection rounds: when they run, what they cost, where they go, who runs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.accounts import services as accounts
from marketplace.accounts.queries import runners_of
from marketplace.accounts.services.contacts import find_person
from marketplace.admin.forms.rounds import RoundFeeForm, RoundForm, RoundRegionForm, RunnerForm, typed_places
from marketplace.admin.views.blueprint import bp, show
from marketplace.core.actor import Role
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound
from marketplace.places.rules import FATULULI
from marketplace.rounds import services
from marketplace.rounds.models import Round
from marketplace.rounds.queries import setting as queries
from marketplace.web.access import current_actor, is_operator, requires
from marketplace.web.forms import BaseForm

Page = tuple[str, int] | str | Response


@bp.get("/putaran")
@requires(is_operator)
def rounds() -> str:
    """All rounds, by name."""
    return show("rounds", page=queries.rounds_page(request.args.get("setelah")))


@bp.get("/putaran/baru")
@requires(is_operator)
def new_round() -> str:
    """An empty form."""
    return show("round_new", form=RoundForm(formdata=None, is_open=True))


@bp.post("/putaran/baru")
@requires(is_operator)
def create_round() -> Page:
    """Keep a new round, and go on to where it goes."""
    form = RoundForm()
    if not form.validate():
        return show("round_new", form=form), 422
    try:
        with transaction():
            round_id = services.save_round(current_actor(), form.draft()).id
    except Invalid as refusal:
        form.refuse(refusal)
        return show("round_new", form=form), 422
    flash(_("Putaran sudah disimpan. Sekarang isi ongkos, daerah, dan pelarinya."), "success")
    return _to(round_id)


@bp.get("/putaran/<int:round_id>")
@requires(is_operator)
def collection_round(round_id: int) -> str:
    """One round with all that belongs to it."""
    return _page(_round(round_id))


@bp.post("/putaran/<int:round_id>")
@requires(is_operator)
def change_round(round_id: int) -> Page:
    """Keep what was changed."""
    form = RoundForm()
    return _keep(round_id, "form", form, lambda: services.save_round(current_actor(), form.draft(), round_id))


@bp.post("/putaran/<int:round_id>/ongkos")
@requires(is_operator)
def set_round_fee(round_id: int) -> Page:
    """A fee from a day on."""
    form = RoundFeeForm()
    return _keep(
        round_id,
        "fee_form",
        form,
        lambda: services.set_fee(current_actor(), round_id, form.fee.data or 0, form.from_day.data),
    )


@bp.post("/putaran/<int:round_id>/daerah")
@requires(is_operator)
def set_round_region(round_id: int) -> Page:
    """Go to a region."""
    form = RoundRegionForm()
    form.choose_regions()
    if form.is_region_step():
        return _page(_round(round_id), region_form=form)
    return _keep(round_id, "region_form", form, lambda: services.set_region(current_actor(), round_id, form.draft()))


@bp.post("/putaran/<int:round_id>/daerah/hapus")
@requires(is_operator)
def remove_round_region(round_id: int) -> Response:
    """Go there no more."""
    with transaction():
        services.remove_region(current_actor(), round_id, request.form.get("region_code", ""))
    return _to(round_id)


@bp.post("/putaran/<int:round_id>/urutan")
@requires(is_operator)
def order_round_stops(round_id: int) -> Page:
    """At which shop the runner calls first."""
    form = BaseForm()
    return _keep(round_id, "stops_form", form, lambda: services.order_stops(current_actor(), round_id, typed_places()))


@bp.post("/putaran/<int:round_id>/pelari")
@requires(is_operator)
def add_runner(round_id: int) -> Page:
    """Let somebody with an account run it; taken away again on that person's page."""
    form = RunnerForm()

    def grant() -> None:
        person = find_person(form.contact.data or "")
        if person is None:
            raise Invalid("rounds.no_such_person", field="contact")
        accounts.people.grant(current_actor(), person.id, Role.RUNNER, round_id)

    _round(round_id)
    return _keep(round_id, "runner_form", form, grant)


def _keep(round_id: int, name: str, form: BaseForm, act: Callable[[], object]) -> Page:
    """Validate, act, and come back; or show the page again with what is wrong and what was typed."""
    found = _round(round_id)
    if not form.validate():
        return _page(found, **{name: form}), 422
    try:
        with transaction():
            act()
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(_round(round_id), **{name: form}), 422
    flash(_("Tersimpan."), "success")
    return _to(round_id)


def _page(found: Round, **forms: BaseForm) -> str:
    ready: dict[str, Any] = {
        "form": RoundForm(formdata=None),
        "fee_form": RoundFeeForm(formdata=None),
        "runner_form": RunnerForm(formdata=None),
        "stops_form": BaseForm(formdata=None),
    }
    ready["form"].tell(found)
    if "region_form" not in forms:
        ready["region_form"] = RoundRegionForm(formdata=None, visits=True, brings=True)
        ready["region_form"].choose_regions(FATULULI)
    return show(
        "round",
        round=found,
        fees=queries.fees_of(found.id),
        regions=queries.regions_of(found.id),
        shops=queries.shops_of(found.id),
        runners=runners_of(found.id),
        **(ready | forms),
    )


def _round(round_id: int) -> Round:
    found = queries.round_by_id(round_id)
    if found is None:
        raise NotFound
    return found


def _to(round_id: int) -> Response:
    return redirect(url_for("admin.collection_round", round_id=round_id), 303)  # type: ignore[return-value]
