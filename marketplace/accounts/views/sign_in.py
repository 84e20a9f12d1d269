"""Signing in, up and out."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import login_user

from marketplace.accounts import queries, services
from marketplace.accounts.forms import SignInForm, SignUpForm
from marketplace.accounts.views.blueprint import bp
from marketplace.accounts.views.device import address_of_request, device_of_request
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.web.access import Visitor, current_actor, current_token, local_path, public
from marketplace.web.language import current_language
from marketplace.web.limits import limiter
from marketplace.web.remembered import CODES

Page = tuple[str, int] | str | Response
KEPT_FOR_GUESTS = ("cart", CODES)


@bp.get("/masuk")
@public
def sign_in() -> Page:
    """Where somebody says who they are."""
    if current_actor().is_signed_in:
        return _onwards(request.args.get("next"))
    form = SignInForm(next=local_path(request.args.get("next")) or "")
    return render_template("accounts/sign_in.html", form=form)


@bp.post("/masuk")
@public
def create_sign_in() -> Page:
    """Sign in, or say that it did not work in words that fit every reason."""
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), 422
    try:
        token = token_for(form.email.data or "", form.password.data or "")
    except Invalid as refusal:
        form.refuse(refusal)
        return render_template("accounts/sign_in.html", form=form), 422
    begin_session(token)
    return _onwards(form.next.data)


def token_for(identifier: str, password: str) -> str:
    """Try to sign in: count, look (outside any transaction), then open or note it. Raises Invalid, TooMany."""
    with transaction():
        try_id = services.begin_try(identifier, address_of_request())
    person_id = services.check_password(identifier, password)
    if person_id is not None:
        try:
            with transaction():
                return services.open_sign_in(person_id, device_of_request(), try_id)
        except Invalid:  # blocked: noted and answered like a wrong password
            pass
    with transaction():
        services.note_refusal(identifier)
    raise Invalid("accounts.wrong_sign_in")


def begin_session(token: str) -> None:
    """Let this browser act by the token, in a session that knows nothing of the one before but what it did as a guest:
    her cart, and which purchases she may keep in the account.
    """
    kept = {key: session[key] for key in KEPT_FOR_GUESTS if key in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    presence = queries.actor_for(token)
    if presence is not None:
        login_user(Visitor(token, presence.actor))


@bp.get("/daftar")
@public
def sign_up() -> Page:
    """A new account."""
    if current_actor().is_signed_in:
        return _onwards(request.args.get("next"))
    form = SignUpForm(next=local_path(request.args.get("next")) or "")
    return render_template("accounts/sign_up.html", form=form)


@bp.post("/daftar")
@public
@limiter.limit("30 per hour")
def create_account() -> Page:
    """Make the account and sign in."""
    form = SignUpForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_up.html", form=form), 422
    try:
        with transaction():
            person = services.sign_up(
                form.name.data or "", form.email.data or "", form.password.data or "", current_language()
            )
            token = services.open_for(person.id, device_of_request())
    except Invalid as refusal:
        form.refuse(refusal)
        return render_template("accounts/sign_up.html", form=form), 422
    begin_session(token)
    flash(_("Selamat datang. Akun Anda sudah jadi."), "success")
    return _onwards(form.next.data)


@bp.post("/keluar")
@public
def sign_out() -> Response:
    """End the sign-in of this device and forget the visitor."""
    if current_actor().is_signed_in:
        token = current_token()
        with transaction():
            services.sign_out(token)
    session.clear()
    flash(_("Anda sudah keluar."), "success")
    return redirect("/", 303)  # type: ignore[return-value]


def _onwards(target: str | None) -> Response:
    return redirect(local_path(target) or url_for("accounts.home"), 303)  # type: ignore[return-value]
