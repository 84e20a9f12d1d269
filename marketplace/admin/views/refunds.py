"""Money back by the operator's hand: a part of an order or all of it, and refunds that failed."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _

from marketplace.admin import services
from marketplace.admin.forms import RefundForm
from marketplace.admin.views.blueprint import bp, show
from marketplace.admin.views.payments import Page, back, find_payment, payment_page, provider_away, reason_form
from marketplace.checkout.services import settling
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.orders import queries as orders
from marketplace.orders import services as order_services
from marketplace.orders.queries import OrderMoney
from marketplace.payments import queries as payments
from marketplace.payments import services as payment_services
from marketplace.payments.models import Refund
from marketplace.payments.rules import ProviderTrouble
from marketplace.web.access import current_actor, is_operator, requires
from marketplace.web.language import explain


@bp.get("/pembayaran/<string:reference>/pesanan/<string:code>/pengembalian")
@requires(is_operator)
def refund_form(reference: str, code: str) -> tuple[str, int]:
    """How much of an order is to go back."""
    order = _order(reference, code)
    return _page(reference, order, _fresh(order))


@bp.post("/pembayaran/<string:reference>/pesanan/<string:code>/pengembalian")
@requires(is_operator)
def create_refund(reference: str, code: str) -> Page:
    """Give a part of an order back, or after a second question all that is left of it."""
    order, form = _order(reference, code), RefundForm()
    if not form.validate_on_submit() or form.ask_twice(order.left):
        return _page(reference, order, form, 422)
    try:
        with transaction():
            order_services.refunds.refund_order(
                current_actor(), order.id, form.goods.data, form.delivery.data, form.reason.data or "", form.seen.data
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(reference, order, form, 422)
    except Stale as refusal:
        order = _order(reference, code)
        form.seen.raw_data, form.seen.data = None, order.refunded
        return _page(reference, order, form, 409, explain(refusal))
    flash(_("Pengembalian dicatat dan dikirim ke penyedia sebentar lagi."), "success")
    return back(reference)


@bp.post("/pembayaran/<string:reference>/pengembalian/<string:refund>/ulangan")
@requires(is_operator)
def retry_refund(reference: str, refund: str) -> Page:
    """Ask anew for a refund that failed."""
    refund_id = _refund(reference, refund).id
    try:
        with transaction():
            order_services.refunds.retry(current_actor(), refund_id)
    except (Stale, Invalid) as refusal:
        return payment_page(reference, 409, explain(refusal))
    flash(_("Pengembalian diminta lagi."), "success")
    return back(reference)


@bp.post("/pembayaran/<string:reference>/pengembalian/<string:refund>/rekening")
@requires(is_operator)
def refund_by_bank(reference: str, refund: str) -> Page:
    """Send a refund that failed to the buyer's own bank account instead: she is asked for it.

    First the provider is read: somebody may have sent it there by hand meanwhile, and our bank would not refuse it.
    """
    refund_id, payment_id = _refund(reference, refund).id, find_payment(reference).id
    try:
        readings = settling.read(payment_id)
        with transaction():
            services.book(current_actor(), reference, readings)
        with transaction():
            order_services.refunds.retry(current_actor(), refund_id, by_bank=True)
    except ProviderTrouble as trouble:
        return provider_away(reference, trouble)
    except (Stale, Invalid) as refusal:
        return payment_page(reference, 409, explain(refusal))
    flash(_("Pembeli kami tanya nomor rekeningnya. Sesudah itu uangnya ikut kiriman bank."), "success")
    return back(reference)


@bp.post("/pembayaran/<string:reference>/pengembalian/<string:refund>/pengesampingan")
@requires(is_operator)
def set_refund_aside(reference: str, refund: str) -> Page:
    """Say why a refund that failed needs nothing more."""
    refund_id = _refund(reference, refund).id
    form = reason_form(refund_id)
    if not form.validate_on_submit():
        return payment_page(reference, 422, forms={refund: form})
    try:
        with transaction():
            payment_services.refunds.set_aside(current_actor(), refund_id, form.reason.data or "")
    except Stale as refusal:
        return payment_page(reference, 409, explain(refusal))
    flash(_("Pengembalian itu disisihkan."), "success")
    return back(reference)


def _order(reference: str, code: str) -> OrderMoney:
    found = next((order for order in orders.money_of_orders(find_payment(reference).id) if order.code == code), None)
    if found is None:
        raise NotFound
    return found


def _refund(reference: str, refund: str) -> Refund:
    refunds = payments.refunds_of(find_payment(reference).id)
    found = next((each for each in refunds if each.reference == refund), None)
    if found is None:
        raise NotFound
    return found


def _fresh(order: OrderMoney) -> RefundForm:
    """Nothing of the goods, nothing of the delivery: the operator says how much, not the form."""
    return RefundForm(goods=0, delivery=0, seen=order.refunded)


def _page(reference: str, order: OrderMoney, form: RefundForm, status: int = 200, said: str = "") -> tuple[str, int]:
    return show("refund", reference=reference, order=order, form=form, said=said), status
