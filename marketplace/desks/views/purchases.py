"""The buyer's side of a purchase: how each shop's order stands, the code to show, taking it back."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from marketplace.checkout.services import settling
from marketplace.core.clock import now
from marketplace.core.db import transaction
from marketplace.core.errors import NotFound, Stale
from marketplace.core.paging import Page
from marketplace.desks.receipts import hand_out
from marketplace.desks.words import STATES, steps_of
from marketplace.orders import queries, services
from marketplace.orders.models import Purchase
from marketplace.orders.policies import Buyer, can_read_purchase, guest_key
from marketplace.orders.queries import PurchaseRow, PurchaseView
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import ProviderTrouble
from marketplace.receipts.queries import is_due, versions_of
from marketplace.shipping.rules import DeliveryMethod
from marketplace.stores.queries import stores_by_ids
from marketplace.talks import queries as talks
from marketplace.web.access import current_actor, public, to_sign_in
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
        return _private(_list(page.items, page))
    codes = remembered_purchases()
    rows = queries.guest_purchases(codes) if codes else []
    return _private(_list(rows))


def _list(rows: list[PurchaseRow], page: Page[PurchaseRow] | None = None) -> str:
    unread = talks.unread_of_purchases([row.id for row in rows]) if rows else {}
    return render_template("desks/purchases.html", rows=rows, page=page, unread=unread, **_words())


@bp.get("/pembelian/<string:code>")
@public
def purchase(code: str) -> Response:
    """A purchase with the order of each shop. A guest opens it with the key in the link."""
    found = queries.purchase_by_code(code)
    key = _key(found)
    if found is None or not can_read_purchase(current_actor(), found, key):
        return _not_yours(found)
    return _show(found.id, key)


@bp.post("/pembelian/<string:code>/pembatalan")
@public
def cancel(code: str) -> Response:
    """Take the whole purchase back, as long as no shop has said yes."""
    found = queries.purchase_by_code(code)
    key = _key(found)
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
    if queries.payment_of_purchase(purchase_id).refunded:
        return gettext("Pembelian dibatalkan. Uang Anda kami kembalikan ke kartu yang sama.")
    return gettext("Pembelian dibatalkan. Tidak ada yang perlu Anda bayar.")


@bp.get("/pesanan/<string:code>")
@public
def order(code: str) -> Response:
    """One shop's part of a purchase."""
    found = queries.order_by_code(code)
    view = queries.order_view(found.id) if found is not None else None
    bought = view[1] if view else None
    key = _key(bought)
    if found is None or view is None or bought is None or not can_read_purchase(current_actor(), bought, key):
        return _not_yours(bought)
    stores = stores_by_ids([view[0].store_id])
    refunds = queries.refund_notes([found.id]) if view[0].is_online else {}
    page = render_template(
        "desks/order.html",
        order=view[0],
        purchase=bought,
        stores=stores,
        refunds=refunds,
        receipts=versions_of([found.id]),
        key=_link_key(key),
        **_words(),
    )
    return _private(page)


@bp.post("/pesanan/<string:code>/kedatangan")
@public
def confirm_arrival(code: str) -> Response:
    """The parcel has come and is right; after this the shop has its money."""
    found = queries.order_by_code(code)
    view = queries.order_view(found.id) if found is not None else None
    bought = view[1] if view else None
    key = _key(bought)
    if found is None or bought is None or not can_read_purchase(current_actor(), bought, key):
        raise NotFound
    with transaction():
        services.confirm_arrival(Buyer(current_actor(), key), found.id)
    flash(gettext("Terima kasih. Pesanan ini selesai, dan uangnya diteruskan ke toko."), "success")
    return redirect(url_for("purchases.order", code=code, kunci=request.args.get("kunci")), 303)  # type: ignore[return-value]


@bp.get("/pesanan/<string:code>/kuitansi")
@public
def receipt(code: str) -> Response:
    """The receipt of an order as a PDF; `?versi=` names an earlier one. Before it is paid: back to the order."""
    found = queries.order_by_code(code)
    view = queries.order_view(found.id) if found is not None else None
    bought = view[1] if view else None
    if view is None or bought is None or not can_read_purchase(current_actor(), bought, _key(bought)):
        return _not_yours(bought)
    file = hand_out(view[0], request.args.get("versi"))
    if file is None:
        flash(gettext("Kuitansi tersedia setelah pesanan ini dibayar."), "info")
        return redirect(url_for("purchases.order", code=code, kunci=request.args.get("kunci")), 303)  # type: ignore[return-value]
    return file


def _key(found: Purchase | None) -> str:
    """The key that the visitor brings: in the link, or because this browser placed the purchase."""
    given = request.args.get("kunci", "")
    if given or found is None:
        return given
    return guest_key(found.code) if found.code in remembered_purchases() else ""


def _link_key(key: str) -> str | None:
    """The key as further links on the page carry it."""
    return key if request.args.get("kunci") else None


def _not_yours(found: Purchase | None) -> Response:
    """Not there, or not for this visitor: 404. Only an account's purchase may be opened by signing in."""
    if found is not None and found.person_id is not None and not current_actor().is_signed_in:
        return to_sign_in()
    raise NotFound


def _show(purchase_id: int, key: str, status: int = 200, words: str = "") -> Response:
    view = queries.purchase_view(purchase_id)
    if view is None:
        raise NotFound
    page = render_template(
        "desks/purchase.html",
        view=view,
        purchase=view.purchase,
        stores=stores_by_ids(order.store_id for order in view.orders),
        refunds=queries.refund_notes(order.id for order in view.orders) if view.is_online else {},
        receipts=versions_of(order.id for order in view.orders if is_due(order)),
        is_fresh=_is_fresh(view),
        key=_link_key(key),
        words=words,
        **_words(),
    )
    return _private(page, status)


def _words() -> dict[str, object]:
    return {
        "states": STATES,
        "steps_of": steps_of,
        "is_due": is_due,
        "OrderStatus": OrderStatus,
        "DeliveryMethod": DeliveryMethod,
    }


def _is_fresh(view: PurchaseView) -> bool:
    """Placed (paid, if online) just now, and nothing has happened yet: the time to say thank you."""
    since = view.payment.settled_at if view.is_online else view.purchase.placed_at
    return view.is_cancellable and since is not None and now() - since < FRESH


def _private(page: str, status: int = 200) -> Response:
    """Nothing of it is kept by a browser, and the key in its address goes to no other site."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
