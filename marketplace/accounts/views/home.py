"""The account's first page, and one's own data to correct."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.accounts import queries, services
from marketplace.accounts.forms import ProfileForm
from marketplace.accounts.views.blueprint import bp
from marketplace.accounts.views.own import confirm_password, own_id
from marketplace.accounts.views.sign_in import Page
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.web.access import current_actor, signed_in


@bp.get("/akun")
@signed_in
def home() -> str:
    """The ways to orders, addresses, security, data, and the desks of this person."""
    return render_template("accounts/home.html", person=queries.person(own_id()))


@bp.get("/akun/profil")
@signed_in
def profile() -> str:
    """Name, contacts and language, to correct."""
    person = queries.person(own_id())
    return render_template("accounts/profile.html", form=ProfileForm(obj=person))


@bp.post("/akun/profil")
@signed_in
def change_profile() -> Page:
    """Correct them at once; the password is asked, for a way in could be led elsewhere by it."""
    form = ProfileForm()
    if not form.validate_on_submit() or not confirm_password(form.current):
        return render_template("accounts/profile.html", form=form), 422
    try:
        with transaction():
            services.change_profile(
                current_actor(),
                own_id(),
                form.name.data or "",
                form.email.data or "",
                form.phone.data or "",
                form.language.data,
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return render_template("accounts/profile.html", form=form), 422
    flash(_("Data Anda sudah diperbarui."), "success")
    return redirect(url_for("accounts.home"), 303)  # type: ignore[return-value]
