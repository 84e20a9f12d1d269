"""Pick-up points of the market."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.admin.forms.shipping import PointForm
from marketplace.admin.views.blueprint import bp, show
from marketplace.admin.words import POINT_KINDS, SERVES
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound
from marketplace.places.rules import FATULULI
from marketplace.shipping import services
from marketplace.shipping.models import PickupPoint
from marketplace.shipping.queries import points as queries
from marketplace.web.access import current_actor, is_operator, requires

Page = tuple[str, int] | str | Response


@bp.get("/titik-ambil")
@requires(is_operator)
def points() -> str:
    """All points, by name."""
    page = queries.points_page(request.args.get("setelah"))
    return show("points", page=page, kinds=POINT_KINDS, serves=SERVES)


@bp.get("/titik-ambil/baru")
@requires(is_operator)
def new_point() -> str:
    """An empty form; it begins where most buyers live."""
    form = PointForm(formdata=None, is_open=True)
    form.choose_regions(FATULULI)
    return show("point", form=form, point=None)


@bp.post("/titik-ambil/baru")
@requires(is_operator)
def create_point() -> Page:
    """Keep a new point."""
    return _save(None)


@bp.get("/titik-ambil/<int:point_id>")
@requires(is_operator)
def point(point_id: int) -> str:
    """One point, to change."""
    found = _point(point_id)
    form = PointForm(formdata=None, obj=found)
    form.kind.data, form.serves.data = found.kind.value, found.serves.value
    form.choose_regions()
    return show("point", form=form, point=found)


@bp.post("/titik-ambil/<int:point_id>")
@requires(is_operator)
def change_point(point_id: int) -> Page:
    """Keep what was changed."""
    return _save(_point(point_id))


def _save(found: PickupPoint | None) -> Page:
    point_id, form = found.id if found else None, PointForm()
    form.choose_regions()
    if form.is_region_step():
        return show("point", form=form, point=found)
    if not form.validate():
        return show("point", form=form, point=found), 422
    try:
        with transaction():
            services.save_point(current_actor(), form.draft(), point_id)
    except Invalid as refusal:
        form.refuse(refusal)
        return show("point", form=form, point=_point(point_id) if point_id else None), 422
    flash(_("Titik ambil sudah disimpan."), "success")
    return redirect(url_for("admin.points"), 303)  # type: ignore[return-value]


def _point(point_id: int) -> PickupPoint:
    found = queries.point(point_id)
    if found is None:
        raise NotFound
    return found
