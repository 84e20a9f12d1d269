"""The way back in for somebody who forgot the password."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.accounts import services
from marketplace.accounts.forms import ForgotForm, ResetForm
from marketplace.accounts.views.blueprint import bp
from marketplace.accounts.views.device import device_of_request
from marketplace.accounts.views.sign_in import Page, begin_session
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.web.access import public
from marketplace.web.limits import limiter


@bp.get("/lupa-sandi")
@public
def forgot() -> str:
    """Ask for a link."""
    return render_template("accounts/forgot.html", form=ForgotForm())


@bp.post("/lupa-sandi")
@public
@limiter.limit("20 per hour")
def create_reset() -> Page:
    """Have the link sent. The answer is the same whether or not there is such an account."""
    form = ForgotForm()
    if not form.validate_on_submit():
        return render_template("accounts/forgot.html", form=form), 422
    with transaction():
        services.ask_reset(form.email.data or "")
    return redirect(url_for("accounts.reset_sent"), 303)  # type: ignore[return-value]


@bp.get("/lupa-sandi/terkirim")
@public
def reset_sent() -> str:
    """What to do now."""
    return render_template("accounts/reset_sent.html")


@bp.get("/lupa-sandi/<string:token>")
@public
def reset(token: str) -> Page:
    """Choose a new password, as long as the link is good."""
    try:
        services.person_of_link(token)
    except Invalid:
        return _dead_link()
    return _private(render_template("accounts/reset.html", form=ResetForm()))


@bp.post("/lupa-sandi/<string:token>")
@public
@limiter.limit("30 per hour")
def create_password(token: str) -> Page:
    """Keep the new password, sign out everywhere else, and sign in here."""
    form = ResetForm()
    if not form.validate_on_submit():
        return render_template("accounts/reset.html", form=form), 422
    try:
        with transaction():
            person_id = services.reset_password(token, form.password.data or "")
            opened = services.open_for(person_id, device_of_request())
    except Invalid as refusal:
        if not refusal.field:
            return _dead_link()
        form.refuse(refusal)
        return render_template("accounts/reset.html", form=form), 422
    begin_session(opened)
    flash(_("Kata sandi baru sudah tersimpan. Perangkat lain sudah dikeluarkan."), "success")
    return redirect(url_for("accounts.home"), 303)  # type: ignore[return-value]


def _private(page: str) -> Response:
    """The address of this page is a key: no other site may learn it."""
    response = Response(page)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _dead_link() -> Page:
    return render_template("accounts/reset_dead.html"), 410
