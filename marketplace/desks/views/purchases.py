"""The buyer's side of a purchase: how each shop's order stands, the code to show, taking it back."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from marketplace.checkout.services import settling
from marketplace.core.clock import now
from marketplace.core.db import transaction
from marketplace.core.errors import NotFound, Stale
from marketplace.core.paging import Page
from marketplace.desks.receipts import hand_out
from marketplace.desks.views.buying import bought_order, key_of, link_key, not_yours, private
from marketplace.desks.words import STATES, steps_of
from marketplace.orders import queries, services
from marketplace.orders.policies import Buyer, can_read_purchase
from marketplace.orders.queries import PurchaseRow, PurchaseView
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import ProviderTrouble
from marketplace.receipts.queries import is_due, versions_of
from marketplace.shipping.rules import DeliveryMethod
from marketplace.stores.queries import stores_by_ids
from marketplace.talks import queries as talks
from marketplace.web.access import current_actor, public
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
    unread = talks.unread_of_purchases([row.id for row in rows]) if rows else {}
    return render_template("desks/purchases.html", rows=rows, page=page, unread=unread, **_words())


@bp.get("/pembelian/<string:code>")
@public
def purchase(code: str) -> Response:
    """A purchase with the order of each shop. A guest opens it with the key in the link."""
    found = queries.purchase_by_code(code)
    key = key_of(found)
    if found is None or not can_read_purchase(current_actor(), found, key):
        return not_yours(found)
    return _show(found.id, key)


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
    if queries.payment_of_purchase(purchase_id).refunded:
        return gettext("Pembelian dibatalkan. Uang Anda kami kembalikan lewat cara bayar yang sama.")
    return gettext("Pembelian dibatalkan. Tidak ada yang perlu Anda bayar.")


@bp.get("/pesanan/<string:code>")
@public
def order(code: str) -> Response:
    """One shop's part of a purchase."""
    found = bought_order(code)
    if isinstance(found, Response):
        return found
    page = render_template(
        "desks/order.html",
        order=found.order,
        purchase=found.purchase,
        stores=stores_by_ids([found.order.store_id]),
        refunds=queries.refund_notes([found.order.id]) if found.order.is_online else {},
        receipts=versions_of([found.order.id]),
        key=link_key(found.key),
        **_words(),
    )
    return private(page)


@bp.post("/pesanan/<string:code>/kedatangan")
@public
def confirm_arrival(code: str) -> Response:
    """The parcel has come and is right; after this the shop has its money."""
    found = bought_order(code)
    if isinstance(found, Response):
        return found
    with transaction():
        services.confirm_arrival(found.visitor, found.order.id)
    flash(gettext("Terima kasih. Pesanan ini selesai, dan uangnya diteruskan ke toko."), "success")
    return _to_order(code)


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
    page = render_template(
        "desks/purchase.html",
        view=view,
        purchase=view.purchase,
        stores=stores_by_ids(order.store_id for order in view.orders),
        refunds=queries.refund_notes(order.id for order in view.orders) if view.is_online else {},
        receipts=versions_of(order.id for order in view.orders if is_due(order)),
        is_fresh=_is_fresh(view),
        key=link_key(key),
        words=words,
        **_words(),
    )
    return private(page, status)


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
