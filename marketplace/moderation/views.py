"""Where a visitor says that something is wrong with a product or a shop."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, redirect, render_template, session, url_for

from marketplace.accounts.queries import contact
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.moderation import queries, services
from marketplace.moderation.forms import ReportForm
from marketplace.moderation.queries import ThingView
from marketplace.moderation.rules import Kind
from marketplace.web.access import current_actor, public
from marketplace.web.limits import limiter

bp = Blueprint("moderation", __name__, url_prefix="/laporkan")
Page = str | Response | tuple[str, int]
BROWSER = "reporter"
SENDS = "10 per hour"


@bp.get("/<any(produk, toko):kind>/<string:slug>")
@public
def report(kind: str, slug: str) -> str:
    """The form; who is signed in finds her address in it and may take it out."""
    about = queries.public_thing(Kind(kind), slug)
    person = contact(current_actor().person_id or 0)
    return _show(about, ReportForm(formdata=None, contact=person.email if person else ""))


@bp.post("/<any(produk, toko):kind>/<string:slug>")
@public
@limiter.limit(SENDS)
def send(kind: str, slug: str) -> Page:
    """Take a report in. What a program filled in is thanked for and dropped."""
    about, form = queries.public_thing(Kind(kind), slug), ReportForm()
    if not form.validate_on_submit():
        return _show(about, form), 422
    if not form.is_trapped:
        try:
            with transaction():
                services.report(current_actor(), _browser(), about.thing, form.said())
        except Invalid as refusal:
            form.refuse(refusal)
            return _show(about, form), 422
    return redirect(url_for("moderation.thanks", kind=kind, slug=slug), 303)  # type: ignore[return-value]


@bp.get("/<any(produk, toko):kind>/<string:slug>/terima-kasih")
@public
def thanks(kind: str, slug: str) -> str:
    """What happens next."""
    return render_template("moderation/thanks.html", about=queries.public_thing(Kind(kind), slug))


def _browser() -> str:
    """The key by which a guest's browser is known again, made when it is first needed."""
    if BROWSER not in session:
        session[BROWSER] = secrets.token_urlsafe(24)
        session.permanent = True
    return str(session[BROWSER])


def _show(about: ThingView, form: ReportForm) -> str:
    return render_template("moderation/report.html", about=about, form=form)
