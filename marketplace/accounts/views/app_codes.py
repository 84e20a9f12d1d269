"""The authenticator app: set up by a QR code, taken away by one of its own codes."""

from __future__ import annotations

import segno
from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.accounts.services import codes
from marketplace.accounts.views.blueprint import bp
from marketplace.accounts.views.own import own_id
from marketplace.accounts.views.sign_in import Page
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, TooMany
from marketplace.web.access import current_actor, signed_in
from marketplace.web.language import explain
from marketplace.web.limits import limiter


@bp.get("/akun/keamanan/aplikasi")
@signed_in
def code_app() -> Page:
    """Set the app up, or see that it is."""
    return _show()


@bp.post("/akun/keamanan/aplikasi")
@signed_in
@limiter.limit("30 per hour")
def confirm_code_app() -> Page:
    """Take the app into use; the recovery codes are shown this once."""
    try:
        with transaction():
            made = codes.confirm_app(current_actor(), request.form.get("code", ""))
    except TooMany as refusal:
        return _show(explain(refusal)), 429
    if isinstance(made, Invalid):
        return _show(explain(made)), 422
    response = make_response(render_template("accounts/recovery_codes.html", codes=made))
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post("/akun/keamanan/aplikasi/penghapusan")
@signed_in
@limiter.limit("30 per hour")
def remove_code_app() -> Page:
    """Use the app no more."""
    try:
        with transaction():
            wrong = codes.remove_app(current_actor(), request.form.get("code", ""))
    except TooMany as refusal:
        return _show(explain(refusal)), 429
    if wrong is not None:
        return _show(explain(wrong)), 422
    flash(_("Aplikasi kode tidak dipakai lagi."), "success")
    return redirect(url_for("accounts.security"), 303)  # type: ignore[return-value]


def _show(error: str = "") -> str:
    address = ""
    has_app = codes.has_app(own_id())
    if not has_app:
        with transaction():
            address = codes.begin_app(current_actor())
    drawn = segno.make(address, micro=False).svg_inline(scale=5, border=2, title=_("Kode QR")) if address else ""
    return render_template("accounts/code_app.html", has_app=has_app, qr=Markup(drawn), address=address, error=error)  # noqa: S704
