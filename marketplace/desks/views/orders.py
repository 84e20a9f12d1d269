"""The seller's orders: answer, make ready, hand over against the buyer's four digits."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.core.actor import Actor, Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Refusal, TooMany
from marketplace.desks.forms.orders import CodeForm, ReasonForm
from marketplace.desks.money import order_money
from marketplace.desks.words import STATES, steps_of, time_left
from marketplace.orders import queries, services
from marketplace.orders.rules import OrderStatus
from marketplace.web.access import current_actor, requires_right
from marketplace.web.errors import status_of
from marketplace.web.language import explain

bp = Blueprint("seller_orders", __name__, url_prefix="/penjual/pesanan")
Page = str | Response | tuple[str, int]

TABS = {
    "baru": (_l("Baru"), (OrderStatus.WAITING,)),
    "diproses": (_l("Diproses"), (OrderStatus.PROCESSING,)),
    "siap": (_l("Siap & dikirim"), (OrderStatus.READY, OrderStatus.ON_THE_WAY)),
    "selesai": (_l("Selesai"), (OrderStatus.DONE,)),
    "batal": (_l("Batal"), (OrderStatus.DECLINED, OrderStatus.CANCELLED, OrderStatus.LAPSED)),
}


@bp.get("")
@requires_right(Right.ORDERS)
def index() -> str:
    """The orders of all stores the seller works for, by state, the newest first."""
    chosen = request.args.get("keadaan", "")
    chosen = chosen if chosen in TABS else "baru"
    stores = current_actor().stores_with(Right.ORDERS)
    counts = queries.open_counts(stores)
    tabs = [
        (_tab_label(str(label), sum(counts.get(status, 0) for status in statuses)), name)
        for name, (label, statuses) in TABS.items()
    ]
    page = queries.store_orders(stores, TABS[chosen][1], request.args.get("setelah"))
    return render_template(
        "desks/orders.html", counts=counts, page=page, tabs=tabs, chosen=chosen, states=STATES, time_left=time_left
    )


@bp.get("/jumlah")
@requires_right(Right.ORDERS)
def count() -> dict[str, int]:
    """How many orders wait for an answer: asked now and then by an open page."""
    return {"waiting": queries.open_counts(current_actor().stores_with(Right.ORDERS))[OrderStatus.WAITING]}


@bp.get("/<string:code>")
@requires_right(Right.ORDERS)
def order(code: str) -> Page:
    """One order with all that is needed to fulfil it."""
    return _show(_own(code))


@bp.post("/<string:code>/penerimaan")
@requires_right(Right.ORDERS)
def create_acceptance(code: str) -> Page:
    """Say yes."""
    return _step(code, services.accept, _("Pesanan diterima. Siapkan barangnya, pembeli sudah dikabari."))


@bp.post("/<string:code>/penolakan")
@requires_right(Right.ORDERS)
def create_decline(code: str) -> Page:
    """Say no, with a reason."""
    order_id = _own(code)
    form = ReasonForm()
    if not form.validate():
        return _show(order_id, reason_form=form), 422

    def decline(actor: Actor, declined_id: int) -> object:
        return services.decline(actor, declined_id, form.reason.data)

    done = _("Pesanan ditolak. Pembeli membaca alasan Anda, stok kembali tersedia.")
    if _is_online(order_id):
        done = _("Pesanan ditolak. Pembeli membaca alasan Anda dan uangnya kembali sendiri, stok kembali tersedia.")
    return _step(code, decline, done)


@bp.post("/<string:code>/kesiapan")
@requires_right(Right.ORDERS)
def create_readiness(code: str) -> Page:
    """The goods are packed, or on their way."""
    return _step(code, services.mark_ready, _("Pembeli sudah dikabari. Minta kodenya saat menyerahkan barang."))


@bp.post("/<string:code>/serah-terima")
@requires_right(Right.ORDERS)
def create_handover(code: str) -> Page:
    """The buyer has the goods and paid: her digits prove it. A wrong try is counted before it is shown."""
    order_id = _own(code)
    form = CodeForm()
    if not form.validate():
        return _show(order_id, code_error=form.code.errors[0]), 422
    try:
        with transaction():
            wrong = services.hand_over(current_actor(), order_id, form.code.data)
    except Refusal as refusal:
        return _refused(order_id, refusal)
    if wrong is not None:
        return _refused(order_id, wrong)
    if _is_online(order_id):
        flash(_("Selesai. Uang pesanan ini sekarang milik Anda: lihat di Saldo."), "success")
    else:
        flash(_("Selesai. Uang tunai tercatat sebagai sudah Anda terima."), "success")
    return _back(code)


def _step(code: str, step: Callable[[Actor, int], object], done: str) -> Page:
    """Take one step with an order; if it has moved on meanwhile, show how it stands now."""
    order_id = _own(code)
    try:
        with transaction():
            step(current_actor(), order_id)
    except Refusal as refusal:
        return _refused(order_id, refusal)
    flash(done, "success")
    return _back(code)


def _refused(order_id: int, refusal: Refusal) -> Page:
    status = status_of(refusal)
    if status == 404:
        raise refusal
    if isinstance(refusal, Invalid):
        return _show(order_id, code_error=explain(refusal)), status
    response = make_response(_show(order_id, words=explain(refusal)), status)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _own(code: str) -> int:
    """The id of an order of a store that the visitor works for. Raises NotFound for any other."""
    found = queries.order_id_by_code(code, current_actor().stores_with(Right.ORDERS))
    if found is None:
        raise NotFound("orders.not_found")
    return found


def _is_online(order_id: int) -> bool:
    """Was it paid by card, so that no cash is in the shop's hand?"""
    found = queries.order_view(order_id)
    return found is not None and found[0].is_online


def _show(order_id: int, reason_form: ReasonForm | None = None, code_error: str = "", words: str = "") -> str:
    found = queries.order_view(order_id)
    if found is None:
        raise NotFound("orders.not_found")
    return render_template(
        "desks/seller_order.html",
        order=found[0],
        purchase=found[1],
        states=STATES,
        steps=steps_of(found[0]),
        money=order_money(found[0]),
        time_left=time_left,
        reason_form=reason_form or ReasonForm(formdata=None),
        is_declining=reason_form is not None,
        code_error=code_error,
        words=words,
    )


def _back(code: str) -> Response:
    return redirect(url_for("seller_orders.order", code=code), 303)  # type: ignore[return-value]


def _tab_label(label: str, number: int) -> str:
    return f"{label} ({number})" if number else label
