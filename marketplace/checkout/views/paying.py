"""Paying online: the page of a payment, the way to the provider and back.

A payment's address is a secret of the buyer: who holds it may see how the payment stands and pay it. What was bought
and by whom is on the purchase's own page, which asks for more.
"""

from __future__ import annotations

import structlog
from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from marketplace.checkout import services
from marketplace.checkout.services import paying, settling
from marketplace.checkout.views import by_hand
from marketplace.checkout.views.visitor import bp, filling_owner, tell_count
from marketplace.checkout.words import DECLINED_THERE, PAGES, TEST_NOTE, TROUBLES
from marketplace.core.db import db, transaction
from marketplace.core.errors import NotFound, Refusal, Stale
from marketplace.core.ports import port
from marketplace.orders import queries as orders
from marketplace.orders import services as order_services
from marketplace.orders.models import Purchase
from marketplace.orders.policies import Buyer, can_read_purchase, guest_key
from marketplace.payments import queries
from marketplace.payments.models import Payment
from marketplace.payments.rules import BY_HAND, ENDED_UNPAID, PAID, PaymentState, ProviderTrouble, Refused, Trouble
from marketplace.payments.services import Providers, attempts
from marketplace.web.access import current_actor, public
from marketplace.web.language import explain
from marketplace.web.remembered import remembered_purchases

log = structlog.get_logger()


@bp.get("/bayar/<string:reference>")
@public
def payment(reference: str) -> Response:
    """How a payment stands, and the way on."""
    return _page(payment_of(reference))


@bp.post("/bayar/<string:reference>")
@public
def pay(reference: str) -> Response:
    """On to the provider's page: the one that is open, or a new one."""
    return go_and_pay(payment_of(reference).id)


def go_and_pay(payment_id: int) -> Response:
    """To the provider's page, or to the payment's own page with words why that is not possible now.

    What is paid by hand has no provider: its own page says where to.
    """
    found = _again(payment_id)
    if found.method in BY_HAND:
        return to_page(found)
    try:
        _look_for_lost(payment_id)
        url = _page_of_provider(payment_id)
    except ProviderTrouble as trouble:
        log.warning("checkout.provider_away", payment_id=payment_id, why=str(trouble))
        return _page(_again(payment_id), 503, gettext("Halaman bayar sedang tidak dapat dibuka. Coba lagi sebentar."))
    except Stale as refusal:
        words = explain(refusal)
        return _page(_again(payment_id), 409, words)
    return redirect(url, 303)  # type: ignore[return-value]


def to_page(found: Payment) -> Response:
    """To the page of a payment; a guest who may read the purchase keeps its key."""
    purchase = orders.purchase_of_payment(found.id)
    key = link_key(purchase) if may_read(purchase) else None
    page = url_for("checkout.payment", reference=found.reference, kunci=key)
    return redirect(page, 303)  # type: ignore[return-value]


def _look_for_lost(payment_id: int) -> None:
    """A try whose answer was lost is looked for at the provider before it is asked again."""
    live = queries.live_attempt(payment_id)
    is_lost = live is not None and not live.session_ref and (live.last_error or not paying.is_in_flight(live))
    db.session.rollback()
    if is_lost:
        readings = settling.read(payment_id)
        with transaction():
            settling.apply(readings)


def _page_of_provider(payment_id: int) -> str:
    """The address where the buyer pays. Raises Stale, Unavailable, OutcomeUnknown."""
    with transaction():
        step = paying.begin(payment_id)
    if step.url:
        return step.url
    try:
        started = paying.start(step)
    except Refused as refusal:
        with transaction():
            attempts.note_refused(step.attempt_id, refusal)
        raise Stale("payments.refused") from refusal
    except ProviderTrouble as trouble:
        with transaction():
            attempts.note_unanswered(step.attempt_id, trouble)
        raise
    with transaction():
        attempts.note_started(step.attempt_id, started)
    return started.url


@bp.get("/bayar/<string:reference>/kembali")
@public
def come_back(reference: str) -> Response:
    """Where the provider sends the buyer, paid or not: ask the provider, and show what is true.

    Coming here pays nothing by itself: what counts is what the provider answers.
    """
    found = payment_of(reference)
    try:
        readings = settling.read(found.id)
        with transaction():
            settling.apply(readings)
    except ProviderTrouble as trouble:
        log.warning("checkout.not_read", reference=reference, why=str(trouble))
        return _page(
            payment_of(reference), 200, gettext("Pembayaran Anda sedang kami periksa. Kabarnya sebentar lagi.")
        )
    except Stale as refusal:
        return _page(payment_of(reference), 409, explain(refusal))
    found = payment_of(reference)
    purchase = orders.purchase_of_payment(found.id)
    if found.state in PAID and may_read(purchase):
        return redirect(url_for("purchases.purchase", code=purchase.code, kunci=link_key(purchase)), 303)  # type: ignore[return-value]
    return redirect(url_for("checkout.payment", reference=reference), 303)  # type: ignore[return-value]


@bp.post("/bayar/<string:reference>/keranjang")
@public
def refill_cart(reference: str) -> Response:
    """Take an unpaid purchase back and put its goods into the cart again."""
    found = payment_of(reference)
    purchase = orders.purchase_of_payment(found.id)
    if not may_read(purchase):
        raise NotFound
    payment_id, purchase_id, code = found.id, purchase.id, purchase.code
    try:
        if found.state is PaymentState.PENDING:
            _take_back(payment_id, purchase_id, code)
    except ProviderTrouble as trouble:
        log.warning("checkout.not_taken_back", reference=reference, why=str(trouble))
        return _page(_again(payment_id), 503, gettext("Pembayaran belum dapat dibatalkan. Coba lagi sebentar."))
    except Stale as refusal:
        return _page(_again(payment_id), 409, explain(refusal))
    if _again(payment_id).state not in ENDED_UNPAID:
        return _page(_again(payment_id), 409)
    return _fill(purchase_id)


def _take_back(payment_id: int, purchase_id: int, code: str) -> None:
    """Close the provider's page first; what was paid just before counts, and then nothing is taken back."""
    readings = settling.close(payment_id)
    with transaction():
        settling.apply(readings)
    if _again(payment_id).state is PaymentState.PENDING:
        with transaction():
            order_services.cancel_purchase(Buyer(current_actor(), guest_key(code)), purchase_id)


def _fill(purchase_id: int) -> Response:
    """The cart with the goods of that purchase; what cannot be had any more is named."""
    missing, count = [], 0
    for variant_id, quantity in orders.wanted(purchase_id).items():
        try:
            with transaction():
                services.add(filling_owner(), variant_id, quantity)
            count += quantity
        except Refusal as refusal:
            missing.append(explain(refusal))
    for words in missing:
        flash(words, "warning")
    if count:
        flash(gettext("Barangnya sudah kembali di keranjang."), "success")
    return tell_count(make_response(redirect(url_for("checkout.cart"), 303)), count)


def payment_of(reference: str) -> Payment:
    """An online payment by its reference. Raises NotFound."""
    found = queries.payment_by_reference(reference)
    if found is None or found.hold_until is None:
        raise NotFound
    return found


def _again(payment_id: int) -> Payment:
    return db.session.get_one(Payment, payment_id, populate_existing=True)


def may_read(purchase: Purchase) -> bool:
    """May this visitor see what was bought: the buyer signed in, or the guest whose browser bought it."""
    return can_read_purchase(current_actor(), purchase, visitor_key(purchase))


def visitor_key(purchase: Purchase) -> str:
    """The key that the visitor brings: in the address, or because this browser placed the purchase."""
    given = request.args.get("kunci", "")
    return given or (guest_key(purchase.code) if purchase.code in remembered_purchases() else "")


def link_key(purchase: Purchase) -> str | None:
    """The key as links to a guest's purchase carry it; whoever gets it may read the purchase."""
    return guest_key(purchase.code) if purchase.person_id is None else None


def _page(found: Payment, status: int = 200, words: str = "") -> Response:
    purchase = orders.purchase_of_payment(found.id)
    is_buyers = may_read(purchase)
    if found.method in BY_HAND:
        return by_hand.page(found, purchase if is_buyers else None, link_key(purchase), status, words)
    tries = queries.attempts_of(found.id)
    trouble = tries[-1].trouble if tries else Trouble.NONE
    provider = port(Providers).get(found.method)
    icon, button_words, next_words = PAGES[found.method]
    page = render_template(
        "checkout/payment.html",
        payment=found,
        states=PaymentState,
        can_start=paying.can_start(found),
        button_icon=icon,
        button_words=button_words,
        next_words=next_words,
        trouble=DECLINED_THERE.get((found.method, trouble)) or TROUBLES.get(trouble, ""),
        is_test=provider is not None and provider.is_test,
        test_note=TEST_NOTE,
        purchase=purchase if is_buyers else None,
        key=link_key(purchase) if is_buyers else None,
        words=words,
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
