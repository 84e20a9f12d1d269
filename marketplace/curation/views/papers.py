"""The types of certificates, and which goods need which: curators read, the head curator and the operator edit."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.catalog.queries import all_needs, categories
from marketplace.catalog.rules import GOODS_WORDS, LEVEL_WORDS
from marketplace.catalog.services import needs
from marketplace.certificates.policies import can_manage_types
from marketplace.certificates.queries import misfits, type_of, types
from marketplace.certificates.rules import SCOPES, VALIDITIES, About
from marketplace.certificates.services.types import save_type
from marketplace.core import clock
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.curation.forms.papers import EndForm, NeedForm, TypeForm
from marketplace.curation.policies import can_see_types
from marketplace.curation.queries import papers as queries
from marketplace.web.access import current_actor, requires
from marketplace.web.language import explain

bp = Blueprint("papers", __name__, url_prefix="/kurasi/sertifikat")
Page = str | Response | tuple[str, int]


@bp.get("")
@requires(can_see_types)
def index() -> str:
    """All types, and what is asked of goods, category by category."""
    return render_template(
        "curation/papers.html",
        types=types(),
        groups=queries.by_category(),
        may_manage=can_manage_types(current_actor()),
        **_words(),
    )


@bp.get("/baru")
@requires(can_manage_types)
def new() -> str:
    """An empty form."""
    return _show_type(TypeForm(is_active=True, is_public=True, warn_days=90), None)


@bp.post("/baru")
@requires(can_manage_types)
def create() -> Page:
    """Keep a new type."""
    return _save(None)


@bp.get("/<string:code>")
@requires(can_see_types)
def one(code: str) -> str:
    """One type: what it is, who needs it, what was changed when."""
    about = type_of(code)
    return _show_type(TypeForm.of(about), about)


@bp.post("/<string:code>")
@requires(can_manage_types)
def change(code: str) -> Page:
    """Keep what was changed."""
    return _save(type_of(code))


@bp.post("/<string:code>/aturan")
@requires(can_manage_types)
def add_need(code: str) -> Page:
    """Let goods need this paper from a day on."""
    about, form = type_of(code), NeedForm()
    form.offer(categories(), types(), about)
    if not form.validate():
        return _show_type(TypeForm.of(about), about, need_form=form), 422
    try:
        with transaction():
            needs.add_need(current_actor(), code, form.draft())
    except Invalid as refusal:
        form.refuse(refusal)
        return _show_type(TypeForm.of(about), about, need_form=form), 422
    flash(_("Aturan baru sudah dicatat."), "success")
    return _back(code, "aturan")


@bp.post("/<string:code>/aturan/<int:need_id>/akhir")
@requires(can_manage_types)
def end_need(code: str, need_id: int) -> Page:
    """Let a rule end on a day."""
    about, form = type_of(code), EndForm()
    if need_id not in {need.id for need in all_needs() if need.kind == code}:
        raise NotFound
    if form.validate():
        try:
            with transaction():
                needs.end_need(current_actor(), need_id, form.until_day.data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(_("Akhir aturan sudah dicatat."), "success")
            return _back(code, "aturan")
    return _show_type(TypeForm.of(about), about, ending=(need_id, form)), 422


def _save(about: About | None) -> Page:
    form = TypeForm()
    if not form.validate():
        return _show_type(form, about), 422
    try:
        with transaction():
            kept = save_type(current_actor(), form.about(about.code if about else ""))
    except Invalid as refusal:
        form.refuse(refusal)
        return _show_type(form, about), 422
    except Stale as refusal:
        if about is None:
            raise
        form.form_errors.append(explain(refusal))
        form.form_errors.extend(form.differences(about))
        form.version.process_data(about.version)  # saving again is a decision now
        return _show_type(form, about), 409
    flash(_("Jenis surat sudah disimpan."), "success")
    wrong = misfits(kept)
    if wrong:
        flash(
            ngettext(
                "%(num)s nomor yang sudah terdaftar tidak cocok dengan bentuk ini.",
                "%(num)s nomor yang sudah terdaftar tidak cocok dengan bentuk ini.",
                wrong,
            ),
            "warning",
        )
    return _back(kept.code)


def _show_type(
    form: TypeForm,
    about: About | None,
    need_form: NeedForm | None = None,
    ending: tuple[int, EndForm] | None = None,
) -> str:
    """The page of a type; a form given is the one just refused."""
    fresh = NeedForm(formdata=None, from_day=clock.today(), grace_days=0)
    if need_form is None and about is not None:
        fresh.offer(categories(), types(), about)
    return render_template(
        "curation/paper.html",
        form=form,
        about=about,
        types=types(),
        needs=queries.rules_of(about.code) if about else [],
        history=queries.history(about.code) if about else [],
        need_form=need_form or fresh,
        need_is_open=need_form is not None,
        ending=ending,
        today=clock.today(),
        may_manage=can_manage_types(current_actor()),
        **_words(),
    )


def _words() -> dict[str, object]:
    return {
        "scopes": SCOPES,
        "validities": VALIDITIES,
        "goods_words": GOODS_WORDS,
        "level_words": LEVEL_WORDS,
        "act_words": queries.ACTS,
    }


def _back(code: str, anchor: str | None = None) -> Page:
    return redirect(url_for("papers.one", code=code, _anchor=anchor), 303)  # type: ignore[return-value]
