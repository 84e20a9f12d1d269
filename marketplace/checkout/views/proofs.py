"""What a buyer who pays by hand sends and takes away: her proofs, and the QRIS code as a picture."""

from __future__ import annotations

from flask import Response, flash
from flask_babel import gettext

from marketplace.bank import services as bank
from marketplace.checkout.forms import ProofForm
from marketplace.checkout.views import by_hand
from marketplace.checkout.views.paying import link_key, may_read, payment_of, to_page, visitor_key
from marketplace.checkout.views.visitor import bp
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.media import services as media
from marketplace.orders.policies import Buyer
from marketplace.orders.queries import purchase_of_payment
from marketplace.payments.models import Payment
from marketplace.payments.queries import payment_by_reference
from marketplace.payments.rules import BY_HAND, PaymentState
from marketplace.web import qr
from marketplace.web.access import current_actor, public
from marketplace.web.language import explain
from marketplace.web.limits import limiter
from marketplace.web.private import private_file


@bp.post("/bayar/<string:reference>/bukti")
@public
@limiter.limit("60 per hour")
def show_proof(reference: str) -> Response:
    """Take a proof in; the goods wait for it to be looked at."""
    found, buyer = _own(reference)
    payment_id, form = found.id, ProofForm()
    if not form.validate():
        return _again(reference, form, 422)
    try:
        prepared = bank.proofs.prepare(form.upload())
    except Invalid as refusal:
        form.refuse(refusal)
        return _again(reference, form, 422)
    try:
        with transaction():
            bank.proofs.add(buyer, payment_id, prepared, form.payer_name.data or "")
    except (Invalid, Stale) as refusal:
        media.discard(prepared)
        return _again(reference, form, 422 if isinstance(refusal, Invalid) else 409, explain(refusal))
    flash(gettext("Bukti Anda sudah kami terima dan sedang kami periksa."), "success")
    return to_page(payment_of(reference))


@bp.get("/bayar/<string:reference>/bukti/<int:proof_id>")
@public
def proof(reference: str, proof_id: int) -> Response:
    """One of the buyer's own proofs."""
    found, buyer = _own(reference)
    content = bank.proofs.read_own(buyer, found.id, proof_id)
    return private_file(*content, f"bukti-{proof_id}")


@bp.get("/bayar/<string:reference>/qris.png")
@public
def qris_picture(reference: str) -> Response:
    """The code as a picture to be saved, for an app on the same phone."""
    found = payment_by_reference(reference)
    code = by_hand.code_of(found) if found is not None and found.state is PaymentState.PENDING else None
    if found is None or code is None:
        raise NotFound
    response = Response(qr.png(code[0]), content_type="image/png")
    name = f"qris-{found.to_pay}.png"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _own(reference: str) -> tuple[Payment, Buyer]:
    """A payment by hand before its buyer. Raises NotFound for anybody else."""
    found = payment_of(reference)
    purchase = purchase_of_payment(found.id)
    if found.method not in BY_HAND or not may_read(purchase):
        raise NotFound
    return found, Buyer(current_actor(), visitor_key(purchase))


def _again(reference: str, form: ProofForm, status: int, words: str = "") -> Response:
    found = payment_of(reference)
    purchase = purchase_of_payment(found.id)
    return by_hand.page(found, purchase, link_key(purchase), status, words, form)
