"""People: find them, give and take roles, keep somebody out and let them in again."""

from __future__ import annotations

import structlog
from flask import Response, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from config import Config
from marketplace.accounts import queries as accounts
from marketplace.accounts import services
from marketplace.accounts.models import Person
from marketplace.admin import queries
from marketplace.admin.forms import GrantForm, HandOverForm, ReasonForm
from marketplace.admin.views.blueprint import bp, show
from marketplace.admin.words import ROLES
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.ports import port
from marketplace.web.access import current_actor, is_operator, requires

Page = tuple[str, int] | str | Response
ACTS_SHOWN = 15
log = structlog.get_logger()


@bp.get("/orang")
@requires(is_operator)
def people() -> str:
    """The newest, or those whose name, address or number holds a text."""
    text = request.args.get("q", "").strip()[:100]
    found = queries.people(text, request.args.get("halaman"))
    return show("people", people=found, q=text)


@bp.get("/orang/<int:person_id>")
@requires(is_operator)
def person(person_id: int) -> str:
    """One person: contacts, roles, whether kept out, what was done to the account."""
    log.info("admin.person_viewed", person=person_id, operator=current_actor().person_id)
    return _page(_find(person_id), GrantForm(), ReasonForm())


@bp.post("/orang/<int:person_id>/peran")
@requires(is_operator)
def create_grant(person_id: int) -> Page:
    """Give a role."""
    form = GrantForm()
    form.offer_stores(queries.store_names())
    if not form.validate_on_submit():
        return _page(_find(person_id), form, ReasonForm()), 422
    role, scope = form.chosen
    try:
        with transaction():
            services.grant(current_actor(), person_id, role, scope)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(_find(person_id), form, ReasonForm()), 422
    flash(_("Peran sudah diberikan."), "success")
    return _back(person_id)


@bp.post("/orang/<int:person_id>/peran/<int:grant_id>/pencabutan")
@requires(is_operator)
def revoke_grant(person_id: int, grant_id: int) -> Response:
    """Take a role away."""
    try:
        with transaction():
            services.revoke_grant(current_actor(), grant_id)
    except Invalid:
        flash(_("Anda tidak bisa mencabut peran pengelola Anda sendiri. Minta pengelola lain."), "error")
    else:
        flash(_("Peran sudah dicabut."), "success")
    return _back(person_id)


@bp.post("/orang/<int:person_id>/kata-sandi")
@requires(is_operator)
def hand_over_reset(person_id: int) -> Page:
    """Give somebody who was checked a way back in. The link is shown once."""
    form = HandOverForm()
    if not form.validate_on_submit():
        return _page(_find(person_id), GrantForm(), ReasonForm(), form), 422
    try:
        with transaction():
            token = services.hand_over_reset(current_actor(), person_id, form.proof.data, form.words.data or "")
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(_find(person_id), GrantForm(), ReasonForm(), form), 422
    link = port(Config).site_url + url_for("accounts.reset", token=token)
    response = make_response(_page(_find(person_id), GrantForm(), ReasonForm(), reset_link=link))
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post("/orang/<int:person_id>/pemblokiran")
@requires(is_operator)
def create_block(person_id: int) -> Page:
    """Keep somebody out."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(_find(person_id), GrantForm(), form), 422
    try:
        with transaction():
            services.block(current_actor(), person_id, form.reason.data or "")
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(_find(person_id), GrantForm(), form), 422
    flash(_("Akun sudah diblokir dan dikeluarkan dari semua perangkat."), "success")
    return _back(person_id)


@bp.post("/orang/<int:person_id>/pembukaan")
@requires(is_operator)
def unblock(person_id: int) -> Response:
    """Let somebody in again."""
    with transaction():
        services.unblock(current_actor(), person_id)
    flash(_("Blokir sudah dibuka."), "success")
    return _back(person_id)


def _find(person_id: int) -> Person:
    found = accounts.person(person_id)
    if found is None:
        raise NotFound
    return found


def _page(
    person: Person,
    grant_form: GrantForm,
    reason_form: ReasonForm,
    hand_over_form: HandOverForm | None = None,
    reset_link: str = "",
) -> str:
    grant_form.offer_stores(queries.store_names())
    about = queries.TrailFilter(thing_type="person", thing_id=str(person.id))
    return show(
        "person",
        person=person,
        grants=queries.grants(person.id),
        acts=queries.trail(about, limit=ACTS_SHOWN).items,
        grant_form=grant_form,
        reason_form=reason_form,
        role_words=ROLES,
        hand_over_form=hand_over_form or HandOverForm(formdata=None),
        is_handing_over=hand_over_form is not None,
        reset_link=reset_link,
    )


def _back(person_id: int) -> Response:
    return redirect(url_for("admin.person", person_id=person_id), 303)  # type: ignore[return-value]
