"""The page of a payment by hand: where to pay, exactly how much, until when; and what was shown as proof."""

from __future__ import annotations

from flask import Response, make_response, render_template, url_for

from config import Config
from marketplace.bank import queries as bank
from marketplace.bank.rules import MOST_PROOFS, qris
from marketplace.checkout.forms import ProofForm
from marketplace.checkout.words import TEST_NOTE
from marketplace.core.ports import port
from marketplace.orders.models import Purchase
from marketplace.payments.models import Payment
from marketplace.payments.rules import PaymentMethod, PaymentState
from marketplace.payments.services import Providers

STILL_SHOWN = (PaymentState.PENDING, PaymentState.EXPIRED)


def page(
    found: Payment, purchase: Purchase | None, key: str | None, status: int = 200, words: str = "", form: object = None
) -> Response:
    """How the payment stands. `purchase` is None for a visitor who may not read it: she may pay, and show nothing."""
    provider = port(Providers).get(found.method)
    proofs = bank.proofs_of([found.id]).get(found.id, []) if purchase is not None else []
    shown = render_template(
        "checkout/by_hand.html",
        payment=found,
        states=PaymentState,
        here=url_for("checkout.payment", reference=found.reference, kunci=key if purchase is not None else None),
        is_transfer=found.method is PaymentMethod.TRANSFER,
        bank=port(Config),
        code=code_of(found),
        is_off=provider is None,
        is_test=provider is not None and provider.is_test,
        test_note=TEST_NOTE,
        purchase=purchase,
        key=key if purchase is not None else None,
        proofs=proofs,
        form=form or ProofForm(formdata=None),
        may_show=purchase is not None and found.state in STILL_SHOWN and len(proofs) < MOST_PROOFS,
        words=words,
    )
    response = make_response(shown, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def code_of(found: Payment) -> tuple[str, str] | None:
    """The payload of the QRIS code for this payment, and whom it pays. None: it is not paid so, or there is no code."""
    payload = port(Config).qris_payload
    if found.method is not PaymentMethod.QRIS or not payload:
        return None
    return qris.with_amount(payload, found.to_pay), qris.parse(payload).merchant
