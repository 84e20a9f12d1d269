"""Where each product of a seller stands with the curators, and what to do."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.core.actor import Right
from marketplace.core.db import transaction
from marketplace.core.errors import NotFound
from marketplace.curation import queries, services
from marketplace.curation.policies import can_submit
from marketplace.web.access import current_actor, requires_right

bp = Blueprint("seller_curation", __name__, url_prefix="/penjual/kurasi")


@bp.get("")
@requires_right(Right.PRODUCTS)
def index() -> str:
    """The goods of all the visitor's shops, the newest first."""
    page = queries.for_store(current_actor().stores_with(Right.PRODUCTS), request.args.get("setelah"))
    return render_template("desks/curation.html", page=page)


@bp.post("/<int:submission_id>")
@requires_right(Right.PRODUCTS)
def hand_in_again(submission_id: int) -> Response:
    """Ask again with the same words, once what was missing elsewhere is there."""
    held = queries.submission(submission_id)
    if not can_submit(current_actor(), held.store_id):
        raise NotFound
    product_id, revision_id = held.product_id, held.revision_id
    with transaction():
        services.submit(current_actor(), product_id, revision_id)
    flash(_("Ajuan masuk lagi ke antrean kurasi."), "success")
    return redirect(url_for("seller_curation.index"), 303)  # type: ignore[return-value]
