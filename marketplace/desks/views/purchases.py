"""The buyer's side of a purchase: how each shop's order stands, the code to show, taking it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from marketplace.changes.queries import changes_of, parcels_of, wait_for_buyer
from marketplace.checkout.services import settling
from marketplace.core.clock import now
from marketplace.core.db import transaction
from marketplace.core.errors import NotFound, Stale
from marketplace.core.paging import Page
from marketplace.desks.changing import change_moments
from marketplace.desks.claim_words import claim_moments
from marketplace.desks.claims import claim_steps
from marketplace.desks.forms.orders import AcceptanceForm
from marketplace.desks.receipts import hand_out
from marketplace.desks.views.buying import Bought, bought_order, key_of, link_key, not_yours, private
from marketplace.desks.words import STATES, WAYS_TO_PAY
from marketplace.orders import queries, services
from marketplace.orders.models import Purchase
from marketplace.orders.policies import Buyer, can_read_purchase
from marketplace.orders.queries import OrderView, PurchaseRow, PurchaseView, RefundNote
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import BY_HAND, ProviderTrouble
from marketplace.payouts import queries as payouts
from marketplace.receipts.queries import is_due, versions_of
from marketplace.shipping.rules import DeliveryMethod
from marketplace.stores.queries import stores_by_ids
from marketplace.talks import queries as talks
from marketplace.web.access import current_actor, public, signed_in
from marketplace.web.language import explain
from marketplace.web.remembered import remembered_purchases

bp = Blueprint("purchases", __name__)
FRESH = timedelta(minutes=15)


@bp.get("/pesanan")
@public
def purchases() -> Response:
    """All that a person bought; for a guest, what this browser remembers."""
    actor = current_actor()
    if actor.person_id is not None:
        page = queries.person_purchases(actor.person_id, after=request.args.get("setelah"))
        return private(_list(page.items, page))
    codes = remembered_purchases()
    rows = queries.guest_purchases(codes) if codes else []
    return private(_list(rows))


def _list(rows: list[PurchaseRow], page: Page[PurchaseRow] | None = None) -> str:
    ids = [row.id for row in rows]
    return render_template(
        "desks/purchases.html",
        rows=rows,
        page=page,
        unread=talks.unread_of_purchases(ids) if ids else {},
        to_answer=wait_for_buyer(ids) if ids else {},
        **_words(),
    )


@bp.get("/pembelian/<string:code>")
@public
def purchase(code: str) -> Response:
    """A purchase with the order of each shop. A guest opens it with the key in the link."""
    found = queries.purchase_by_code(code)
    key = key_of(found)
    if found is None or not can_read_purchase(current_actor(), found, key):
        return not_yours(found)
    return _show(found.id, key)


@bp.post("/pembelian/<string:code>/akun")
@signed_in
def keep(code: str) -> Response:
    """A guest's purchase goes into the account of whoever holds its key and is signed in now."""
    found = queries.purchase_by_code(code)
    if found is None:
        raise NotFound
    with transaction():
        services.keep_purchase(Buyer(current_actor(), key_of(found)), found.id)
    flash(gettext("Pembelian ini tersimpan di akun Anda."), "success")
    return redirect(url_for("purchases.purchase", code=code), 303)  # type: ignore[return-value]


@bp.post("/pembelian/<string:code>/pembatalan")
@public
def cancel(code: str) -> Response:
    """Take the whole purchase back, as long as no shop has said yes."""
    found = queries.purchase_by_code(code)
    key = key_of(found)
    if found is None or not can_read_purchase(current_actor(), found, key):
        raise NotFound
    purchase_id = found.id
    to_pay = queries.online_payment(found)
    try:
        if to_pay is not None:
            readings = settling.close(to_pay)  # nothing may come in after this
            with transaction():
                settling.apply(readings)
        with transaction():
            services.cancel_purchase(Buyer(current_actor(), key), purchase_id)
    except ProviderTrouble:
        return _show(
            purchase_id,
            key,
            503,
            gettext("Pembatalan belum berhasil. Coba lagi sebentar."),
        )
    except Stale as refusal:
        words = explain(refusal)
        return _show(purchase_id, key, 409, words)
    flash(_cancelled_words(purchase_id), "success")
    return redirect(url_for("purchases.purchase", code=code, kunci=request.args.get("kunci")), 303)  # type: ignore[return-value]


def _cancelled_words(purchase_id: int) -> str:
    payment = queries.payment_of_purchase(purchase_id)
    if payment.refunded:
        if payment.method in BY_HAND:
            return gettext("Pembelian dibatalkan. Uang Anda kami kembalikan ke rekening Anda.")
        return gettext("Pembelian dibatalkan. Uang Anda kami kembalikan lewat cara bayar yang sama.")
    return gettext("Pembelian dibatalkan. Tidak ada yang perlu Anda bayar.")


@bp.get("/pesanan/<string:code>")
@public
def order(code: str) -> Response:
    """One shop's part of a purchase."""
    found = bought_order(code)
    return found if isinstance(found, Response) else show_order(found)


def show_order(found: Bought, words: str = "", status: int = 200, form: AcceptanceForm | None = None) -> Response:
    """The page of one order, with words about what was not done."""
    notes = queries.refund_notes([found.order.id]) if found.order.is_online or found.order.refunded else {}
    page = render_template(
        "desks/order.html",
        **_changes([found.order]),
        order=found.order,
        purchase=found.purchase,
        stores=stores_by_ids([found.order.store_id]),
        refunds=notes,
        asked=payouts.ask_of(found.purchase.id) if _goes_by_bank(notes) else None,
        claims=claim_steps([found.order.id]),
        receipts=versions_of([found.order.id]),
        key=link_key(found.key),
        words=words,
        refused_form=form,
        **_words(),
    )
    return private(page, status)


def _acceptance_form(order: OrderView, purchase: Purchase) -> AcceptanceForm:
    """The form by which the buyer takes an order, with her name in it."""
    return AcceptanceForm(formdata=None, name=purchase.buyer_name).numbered(order.id)


@bp.post("/pesanan/<string:code>/kedatangan")
@public
def confirm_arrival(code: str) -> Response:
    """It has come and is right; after this the shop has its money."""
    found = bought_order(code)
    if isinstance(found, Response):
        return found
    form = AcceptanceForm().numbered(found.order.id)
    if not form.validate():
        return show_order(found, status=422, form=form)
    try:
        with transaction():
            services.confirm_arrival(found.visitor, found.order.id, form.told())
    except Stale as refusal:
        return _overtaken(code, refusal)
    flash(gettext("Terima kasih. Pesanan ini selesai, dan uangnya diteruskan ke toko."), "success")
    return _to_order(code)


@bp.post("/pesanan/<string:code>/belum-tiba")
@public
def deny_arrival(code: str) -> Response:
    """It counts as arrived, and has not."""
    done = gettext("Terima kasih sudah mengabari. Toko kami beri tahu, dan pesanan ini belum selesai.")
    return _step(code, services.deny_arrival, done)


@bp.post("/pesanan/<string:code>/pembatalan")
@public
def take_back(code: str) -> Response:
    """The shop is late, and the buyer does not want to wait any longer."""
    return _step(code, services.take_back, gettext("Pesanan ini dibatalkan. Toko sudah kami beri tahu."))


def _step(code: str, step: Callable[[Buyer, int], object], done: str) -> Response:
    """Take one step with an order; if it has moved on meanwhile, show how it stands now."""
    found = bought_order(code)
    if isinstance(found, Response):
        return found
    try:
        with transaction():
            step(found.visitor, found.order.id)
    except Stale as refusal:
        return _overtaken(code, refusal)
    flash(done, "success")
    return _to_order(code)


def _overtaken(code: str, refusal: Stale) -> Response:
    """The order as it is now, and why nothing was done."""
    words, found = explain(refusal), bought_order(code)
    return found if isinstance(found, Response) else show_order(found, words, 409)


@bp.get("/pesanan/<string:code>/kuitansi")
@public
def receipt(code: str) -> Response:
    """The receipt of an order as a PDF; `?versi=` names an earlier one. Before it is paid: back to the order."""
    found = bought_order(code)
    if isinstance(found, Response):
        return found
    file = hand_out(found.order, request.args.get("versi"))
    if file is None:
        flash(gettext("Kuitansi tersedia setelah pesanan ini dibayar."), "info")
        return _to_order(code)
    return file


def _to_order(code: str) -> Response:
    return redirect(url_for("purchases.order", code=code, kunci=request.args.get("kunci")), 303)  # type: ignore[return-value]


def _show(purchase_id: int, key: str, status: int = 200, words: str = "") -> Response:
    view = queries.purchase_view(purchase_id)
    if view is None:
        raise NotFound
    has_notes = view.is_online or view.payment.refunded
    notes = queries.refund_notes(order.id for order in view.orders) if has_notes else {}
    page = render_template(
        "desks/purchase.html",
        view=view,
        purchase=view.purchase,
        stores=stores_by_ids(order.store_id for order in view.orders),
        refunds=notes,
        asked=payouts.ask_of(purchase_id) if _goes_by_bank(notes) or _is_owed_beside(view) else None,
        claims=claim_steps(order.id for order in view.orders),
        **_changes(view.orders),
        receipts=versions_of(order.id for order in view.orders if is_due(order)),
        way_to_pay=WAYS_TO_PAY[view.purchase.payment_method],
        is_fresh=_is_fresh(view),
        key=link_key(key),
        words=words,
        **_words(),
    )
    return private(page, status)


def _goes_by_bank(notes: Mapping[int, Sequence[RefundNote]]) -> bool:
    """Does anything of these orders go to the buyer's own bank account?"""
    return any(note.by_bank for of_order in notes.values() for note in of_order)


def _is_owed_beside(view: PurchaseView) -> bool:
    """Does money go back that is no order's? It may go to her bank account."""
    return view.refunded_beside > 0


def _changes(orders: Iterable[OrderView]) -> dict[str, object]:
    """What was asked and what was sent in parts, of those orders that have any of it."""
    ids = [order.id for order in orders if order.has_changes]
    return {"changes": changes_of(ids), "parcels": parcels_of(ids)}


def _words() -> dict[str, object]:
    return {
        "states": STATES,
        "time_line": queries.time_line,
        "claim_moments": claim_moments,
        "acceptance_form": _acceptance_form,
        "change_moments": change_moments,
        "is_due": is_due,
        "OrderStatus": OrderStatus,
        "DeliveryMethod": DeliveryMethod,
    }


def _is_fresh(view: PurchaseView) -> bool:
    """Placed (paid, if online) just now, and nothing has happened yet: the time to say thank you."""
    since = view.payment.settled_at if view.is_online else view.purchase.placed_at
    return view.is_cancellable and since is not None and now() - since < FRESH
