"""Notices of a provider that lead to no booking: follow them again, or set them aside."""

from __future__ import annotations

import structlog
from flask import Response, flash, redirect, url_for
from flask_babel import gettext as _

from marketplace.admin import services
from marketplace.admin.views.blueprint import bp
from marketplace.admin.views.payments import Page, list_page, reason_form
from marketplace.checkout.services import settling
from marketplace.core.db import transaction
from marketplace.core.errors import Stale
from marketplace.payments import services as payment_services
from marketplace.payments.rules import ProviderTrouble
from marketplace.web.access import current_actor, is_operator, requires
from marketplace.web.language import explain

log = structlog.get_logger()


@bp.post("/pembayaran/pemberitahuan/<int:notice_id>/ulangan")
@requires(is_operator)
def follow_notice(notice_id: int) -> Page:
    """Read what a notice is about, and book it."""
    try:
        found = settling.read_notice(notice_id)
        if found is None:
            raise Stale("payments.notice_ended")
        with transaction():
            is_ours = services.follow(current_actor(), found)
    except ProviderTrouble as trouble:
        log.warning("admin.provider_away", notice=notice_id, why=str(trouble))
        return list_page(status=503, said=_("Penyedia tidak menjawab, jadi tidak ada yang diubah. Coba lagi sebentar."))
    except Stale as refusal:
        return list_page(status=409, said=explain(refusal))
    if is_ours:
        flash(_("Pemberitahuan sudah dibukukan."), "success")
    else:
        flash(_("Pemberitahuan itu tidak menyebut pembayaran pasar ini."), "warning")
    return _back()


@bp.post("/pembayaran/pemberitahuan/<int:notice_id>/pengesampingan")
@requires(is_operator)
def set_notice_aside(notice_id: int) -> Page:
    """Say why nothing of ours is behind a notice."""
    form = reason_form(notice_id)
    if not form.validate_on_submit():
        return list_page(notice_id, form, 422)
    try:
        with transaction():
            payment_services.notices.set_aside(current_actor(), notice_id, form.reason.data or "")
    except Stale as refusal:
        return list_page(status=409, said=explain(refusal))
    flash(_("Pemberitahuan itu disisihkan."), "success")
    return _back()


def _back() -> Response:
    return redirect(url_for("admin.payments_list"), 303)  # type: ignore[return-value]
