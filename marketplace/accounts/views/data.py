"""One's own data: a copy of it, and the end of the account."""

from __future__ import annotations

import json
from datetime import date

from flask import Response, flash, redirect, render_template, session
from flask_babel import gettext as _

from marketplace.accounts import services
from marketplace.accounts.forms import CloseForm
from marketplace.accounts.services.exports import export
from marketplace.accounts.views.blueprint import bp
from marketplace.accounts.views.own import confirm_password, own_id
from marketplace.accounts.views.sign_in import Page
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.web.access import current_actor, signed_in


@bp.get("/akun/data")
@signed_in
def data() -> str:
    """What can be done with one's own data."""
    return render_template("accounts/data.html", form=CloseForm())


@bp.post("/akun/data/salinan")
@signed_in
def create_export() -> Response:
    """All of it as a JSON file. A POST, because it is written down that the copy was made."""
    with transaction():
        found = export(current_actor())
    response = Response(
        json.dumps(found, ensure_ascii=False, indent=2, default=_plain), content_type="application/json; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="data-saya.json"'
    return response


def _plain(value: object) -> str:
    """Times as ISO 8601, states by their word."""
    return value.isoformat() if isinstance(value, date) else str(value)


@bp.post("/akun/data/penutupan")
@signed_in
def close_account() -> Page:
    """Close the account for good."""
    form = CloseForm()
    if not form.validate_on_submit() or not confirm_password(form.current):
        return render_template("accounts/data.html", form=form), 422
    try:
        with transaction():
            services.close_account(current_actor(), own_id())
    except Invalid as refusal:
        form.refuse(refusal)
        return render_template("accounts/data.html", form=form), 422
    session.clear()
    flash(_("Akun Anda sudah ditutup dan data pribadi Anda sudah dihapus."), "success")
    return redirect("/", 303)  # type: ignore[return-value]
