"""The password and the devices that are signed in."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.accounts import queries, services
from marketplace.accounts.forms import ChangePasswordForm
from marketplace.accounts.views.blueprint import bp
from marketplace.accounts.views.own import confirm_password, own_id
from marketplace.accounts.views.sign_in import Page
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.web.access import current_actor, current_token, signed_in


@bp.get("/akun/keamanan")
@signed_in
def security() -> str:
    """Change the password; see and end what is signed in."""
    return _page(ChangePasswordForm())


@bp.post("/akun/keamanan")
@signed_in
def change_password() -> Page:
    """Keep a new password; every other device is signed out."""
    form = ChangePasswordForm()
    if not form.validate_on_submit() or not confirm_password(form.current):
        return _page(form), 422
    token = current_token()
    try:
        with transaction():
            services.change_password(current_actor(), own_id(), form.password.data or "", token)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(form), 422
    flash(_("Kata sandi sudah diganti. Perangkat lain sudah dikeluarkan."), "success")
    return _back()


@bp.post("/akun/keamanan/perangkat/<int:sign_in_id>/pengakhiran")
@signed_in
def end_sign_in(sign_in_id: int) -> Response:
    """Sign one device out."""
    with transaction():
        services.revoke(current_actor(), sign_in_id)
    flash(_("Perangkat itu sudah dikeluarkan."), "success")
    return _back()


@bp.post("/akun/keamanan/perangkat/pengakhiran")
@signed_in
def end_other_sign_ins() -> Response:
    """Sign every other device out."""
    token = current_token()
    with transaction():
        services.revoke_others(current_actor(), token)
    flash(_("Semua perangkat lain sudah dikeluarkan."), "success")
    return _back()


def _page(form: ChangePasswordForm) -> str:
    presence = queries.actor_for(current_token())
    return render_template(
        "accounts/security.html",
        form=form,
        sign_ins=queries.sign_ins_of(own_id()),
        this_one=presence.sign_in_id if presence else None,
    )


def _back() -> Response:
    return redirect(url_for("accounts.security"), 303)  # type: ignore[return-value]
