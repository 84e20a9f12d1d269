"""What is asked about goods of a category."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.admin import queries
from marketplace.admin.forms import AttributeForm
from marketplace.admin.views.blueprint import bp, show
from marketplace.admin.views.categories import STEPS
from marketplace.catalog.models import Category
from marketplace.catalog.queries import own_attributes
from marketplace.catalog.rules import Attribute
from marketplace.catalog.services.attributes import move_attribute, save_attribute
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound
from marketplace.web.access import current_actor, is_operator, requires

Page = tuple[str, int] | str | Response


@bp.get("/kategori/<int:category_id>/pertanyaan/baru")
@requires(is_operator)
def new_attribute(category_id: int) -> str:
    """An empty form for one more question."""
    return _page(AttributeForm(is_active=True), _category(category_id), None)


@bp.post("/kategori/<int:category_id>/pertanyaan/baru")
@requires(is_operator)
def create_attribute(category_id: int) -> Page:
    """Keep a new question."""
    return _save(_category(category_id), None)


@bp.get("/kategori/<int:category_id>/pertanyaan/<int:attribute_id>")
@requires(is_operator)
def attribute(category_id: int, attribute_id: int) -> str:
    """One of them, to ask otherwise."""
    found = _attribute(category_id, attribute_id)
    form = AttributeForm(obj=found, kind=found.kind.value, choices="\n".join(found.choices))
    return _page(form, _category(category_id), found)


@bp.post("/kategori/<int:category_id>/pertanyaan/<int:attribute_id>")
@requires(is_operator)
def change_attribute(category_id: int, attribute_id: int) -> Page:
    """Keep what was changed."""
    return _save(_category(category_id), _attribute(category_id, attribute_id))


@bp.post("/kategori/<int:category_id>/pertanyaan/<int:attribute_id>/urutan")
@requires(is_operator)
def move_question(category_id: int, attribute_id: int) -> Response:
    """Let it change places with its neighbour."""
    step = STEPS.get(request.form.get("arah", ""))
    if step is None:
        abort(400)
    with transaction():
        move_attribute(current_actor(), category_id, attribute_id, step)
    return _back(category_id)


def _save(category: Category, found: Attribute | None) -> Page:
    category_id = category.id
    form = AttributeForm()
    if found is not None:
        form.kind.data = found.kind.value
    if not form.validate_on_submit():
        return _page(form, category, found), 422
    try:
        with transaction():
            save_attribute(current_actor(), category_id, form.draft(), found.id if found else None)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(form, _category(category_id), found), 422
    flash(_("Pertanyaan sudah disimpan."), "success")
    return _back(category_id)


def _category(category_id: int) -> Category:
    found = queries.category(category_id)
    if found is None:
        raise NotFound
    return found


def _attribute(category_id: int, attribute_id: int) -> Attribute:
    found = next((each for each in own_attributes(category_id) if each.id == attribute_id), None)
    if found is None:
        raise NotFound
    return found


def _page(form: AttributeForm, category: Category, found: Attribute | None) -> str:
    return show("attribute", form=form, category=category, attribute=found)


def _back(category_id: int) -> Response:
    where = url_for("admin.category", category_id=category_id, _anchor="pertanyaan")
    return redirect(where, 303)  # type: ignore[return-value]
