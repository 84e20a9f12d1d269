"""Claims that the two sides could not settle: both sides' words, and a decision line by line."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.admin.forms.claims import DecisionForm, decision_form
from marketplace.admin.views.blueprint import bp, show
from marketplace.claims import queries, services
from marketplace.claims.queries import ClaimView
from marketplace.claims.rules import MEDIATED, ClaimState
from marketplace.claims.services import Said
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.media.services import document
from marketplace.orders.queries import order_view
from marketplace.web.access import current_actor, is_operator, requires
from marketplace.web.language import explain
from marketplace.web.private import private_file

Page = str | Response | tuple[str, int]


@bp.get("/komplain")
@requires(is_operator)
def claims() -> str:
    """What waits for a decision, the most urgent first; `?semua=1` also what is decided and may be appealed."""
    everything = request.args.get("semua") == "1"
    page = queries.for_operator(request.args.get("setelah"), only_waiting=not everything)
    return show("claims", page=page, everything=everything, part=url_for("admin.claims"))


@bp.get("/komplain/<int:claim_id>")
@requires(is_operator)
def claim(claim_id: int) -> Page:
    """One claim, as long as it is mediated."""
    return _page(_mediated(claim_id))


@bp.post("/komplain/<int:claim_id>")
@requires(is_operator)
def decide_claim(claim_id: int) -> Page:
    """Decide it; after an appeal, for good."""
    found = queries.claim_view(claim_id)
    if found is None:
        raise NotFound
    form = decision_form(found)
    key = form.form_key()
    if not form.validate_on_submit():
        return _page(found, form, 422)
    said = Said(key, form.text.data or "")
    decide = services.conclude if found.state is ClaimState.APPEALED else services.decide
    try:
        with transaction():
            decide(current_actor(), claim_id, form.by_line(), form.of_delivery(), said)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(found, form, 422)
    except Stale as refusal:
        return _page(found, form, 409, explain(refusal))
    flash(_("Putusan tersimpan. Kedua pihak sudah kami kabari."), "success")
    return redirect(url_for("admin.claims"), 303)  # type: ignore[return-value]


@bp.get("/komplain/<int:claim_id>/foto/<int:step_id>/<int:position>")
@requires(is_operator)
def claim_picture(claim_id: int, step_id: int, position: int) -> Response:
    """A picture of such a claim."""
    media_id = queries.picture_file(_mediated(claim_id).order_id, step_id, position)
    if media_id is None:
        raise NotFound
    return private_file(*document(media_id), f"komplain-{step_id}-{position}")


def _mediated(claim_id: int) -> ClaimView:
    """A claim that an operator is asked about. Raises NotFound for one that the two sides settle themselves."""
    found = queries.claim_view(claim_id)
    if found is None or found.state not in MEDIATED:
        raise NotFound
    return found


def _page(found: ClaimView, form: DecisionForm | None = None, status: int = 200, said: str = "") -> tuple[str, int]:
    view = order_view(found.order_id)
    if view is None:
        raise NotFound
    order, purchase = view
    if form is None:
        form = decision_form(found, formdata=None)
        form.form_key()
    may_decide = found.state in (ClaimState.MEDIATION, ClaimState.APPEALED) and (
        found.state is ClaimState.MEDIATION or found.decided_by != current_actor().person_id
    )
    return (
        show(
            "claim",
            claim=found,
            order=order,
            purchase=purchase,
            form=form,
            said=said,
            may_decide=may_decide,
            is_appeal=found.state is ClaimState.APPEALED,
            pictures=_pictures(found),
            part=url_for("admin.claims"),
        ),
        status,
    )


def _pictures(found: ClaimView) -> dict[int, list[str]]:
    return {
        step.id: [
            url_for("admin.claim_picture", claim_id=found.id, step_id=step.id, position=position)
            for position in step.pictures
        ]
        for step in found.steps
    }
