"""The tree of categories."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.admin import queries
from marketplace.admin.forms import CategoryForm
from marketplace.admin.views.blueprint import bp, show
from marketplace.admin.words import ANSWERS
from marketplace.catalog.models import Category
from marketplace.catalog.queries import own_attributes
from marketplace.catalog.services.categories import move_category, save_category
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound
from marketplace.web.access import current_actor, is_operator, requires

Page = tuple[str, int] | str | Response
STEPS = {"naik": -1, "turun": 1}


@bp.get("/kategori")
@requires(is_operator)
def categories() -> str:
    """The whole tree, inactive ones as well."""
    return show("categories", categories=queries.category_lines())


@bp.get("/kategori/baru")
@requires(is_operator)
def new_category() -> str:
    """An empty form, perhaps already below a top category."""
    return _page(CategoryForm(is_active=True, parent_id=request.args.get("induk", 0, int)), None)


@bp.post("/kategori/baru")
@requires(is_operator)
def create_category() -> Page:
    """Keep a new category."""
    return _save(None)


@bp.get("/kategori/<int:category_id>")
@requires(is_operator)
def category(category_id: int) -> str:
    """One of them, to change."""
    found = _find(category_id)
    return _page(CategoryForm(obj=found, parent_id=found.parent_id or 0), found)


@bp.post("/kategori/<int:category_id>")
@requires(is_operator)
def change_category(category_id: int) -> Page:
    """Keep what was changed."""
    return _save(_find(category_id))


@bp.post("/kategori/<int:category_id>/urutan")
@requires(is_operator)
def move(category_id: int) -> Response:
    """Let it change places with its neighbour."""
    step = STEPS.get(request.form.get("arah", ""))
    if step is None:
        abort(400)
    with transaction():
        move_category(current_actor(), category_id, step)
    return _back()


def _save(found: Category | None) -> Page:
    category_id = found.id if found else None
    form = CategoryForm()
    form.offer_parents(queries.tops(but=category_id))
    if not form.validate_on_submit():
        return _page(form, found), 422
    try:
        with transaction():
            save_category(current_actor(), form.draft(), category_id)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(form, _find(category_id) if category_id else None), 422
    flash(_("Kategori sudah disimpan."), "success")
    return _back()


def _find(category_id: int) -> Category:
    found = queries.category(category_id)
    if found is None:
        raise NotFound
    return found


def _page(form: CategoryForm, category: Category | None) -> str:
    form.offer_parents(queries.tops(but=category.id if category else None))
    asked = own_attributes(category.id) if category else ()
    return show("category", form=form, category=category, asked=asked, answers=ANSWERS)


def _back() -> Response:
    return redirect(url_for("admin.categories"), 303)  # type: ignore[return-value]
