"""The facilitator's page: the shops that asked for help, and nothing about any other."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.accounts.services import helping
from marketplace.core.db import transaction
from marketplace.stores.queries import stores_by_ids
from marketplace.web.access import current_actor, current_token, is_facilitator, requires

bp = Blueprint("facilitator", __name__, url_prefix="/pendamping")


@bp.get("")
@requires(is_facilitator)
def index() -> str:
    """Who asked, until when, what for."""
    asked = helping.open_for(current_actor().person_id or 0)
    return render_template("desks/facilitator.html", asked=asked, stores=stores_by_ids(row.store_id for row in asked))


@bp.post("/<int:assistance_id>/mulai")
@requires(is_facilitator)
def begin(assistance_id: int) -> Response:
    """Act for this shop from now on."""
    token = current_token()
    with transaction():
        helping.begin(current_actor(), assistance_id, token)
    return redirect(url_for("seller_overview.index"), 303)  # type: ignore[return-value]


@bp.post("/selesai")
@requires(is_facilitator)
def leave() -> Response:
    """Act for oneself again."""
    token = current_token()
    with transaction():
        helping.leave(current_actor(), token)
    flash(_("Anda selesai membantu untuk sekarang."), "success")
    return redirect(url_for("facilitator.index"), 303)  # type: ignore[return-value]


@bp.post("/<int:assistance_id>/pengakhiran")
@requires(is_facilitator)
def end(assistance_id: int) -> Response:
    """End this help for good."""
    with transaction():
        helping.end(current_actor(), assistance_id)
    flash(_("Bantuan berakhir."), "success")
    return redirect(url_for("facilitator.index"), 303)  # type: ignore[return-value]
