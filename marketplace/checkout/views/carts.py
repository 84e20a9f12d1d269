"""The cart: what lies in it, and what is put in and taken out."""

from __future__ import annotations

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from marketplace.checkout import queries, services
from marketplace.checkout.rules import MOST_OF_ONE
from marketplace.checkout.views.visitor import bp, cart_owner, filling_owner, tell_count
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.rounds.queries.offers import shops_together
from marketplace.web.access import public
from marketplace.web.language import explain
from marketplace.web.security import tokenless


@bp.get("/keranjang")
@public
def cart() -> Response:
    """What lies in the cart, shop by shop, with what has changed since it was put there."""
    view = queries.cart_view(cart_owner())
    together = shops_together(shop.store_id for shop in view.shops) if len(view.shops) > 1 else None
    page = render_template("checkout/cart.html", cart=view, together=together)
    return tell_count(make_response(page), view.count)


@bp.post("/keranjang")
@public
@tokenless
def add_to_cart() -> Response:
    """Put pieces in, from a product page."""
    variant_id, quantity = _variant_id(), _quantity()
    owner = filling_owner()
    try:
        with transaction():
            held = services.add(owner, variant_id, quantity)
            count = queries.count(owner)
    except Invalid as refusal:
        return _too_few(refusal, str(refusal.values.get("url", "")))
    _say(held, quantity or 1)
    return _to_cart(count)


@bp.post("/keranjang/jumlah")
@public
def set_quantity() -> Response:
    """Let another number of pieces lie in the cart."""
    variant_id, quantity = _variant_id(), _quantity()
    owner = cart_owner()
    if quantity is None:
        raise Invalid("checkout.quantity", field="quantity", most=MOST_OF_ONE)
    try:
        with transaction():
            held = services.set_quantity(owner, variant_id, quantity)
            count = queries.count(owner)
    except Invalid as refusal:
        return _too_few(refusal, url_for("checkout.cart"))
    if held < quantity:
        flash(_capped(held), "warning")
    return _to_cart(count)


@bp.post("/keranjang/penghapusan")
@public
def remove() -> Response:
    """Take a variant out."""
    variant_id, owner = _variant_id(), cart_owner()
    with transaction():
        services.remove(owner, variant_id)
        count = queries.count(owner)
    flash(gettext("Barang sudah dikeluarkan dari keranjang."), "success")
    return _to_cart(count)


def _to_cart(count: int) -> Response:
    response = make_response(redirect(url_for("checkout.cart"), 303))
    return tell_count(response, count)


def _say(held: int, wanted: int) -> None:
    """After adding: fewer in the cart than were just asked for means that the stock was the limit."""
    if held < wanted:
        flash(_capped(held), "warning")
    else:
        flash(gettext("Sudah masuk keranjang."), "success")


def _capped(held: int) -> str:
    return gettext("Stok tinggal %(count)s, jadi sebanyak itu yang ada di keranjang Anda.", count=held)


def _variant_id() -> int:
    number = _whole(request.form.get("variant_id", ""))
    if number is None:
        abort(404)
    return number


def _quantity() -> int | None:
    """How many pieces were asked for, None when nothing is said. Raises Invalid."""
    typed = request.form.get("quantity")
    number = _whole(typed) if typed else None
    if typed and number is None:
        raise Invalid("checkout.quantity", field="quantity", most=MOST_OF_ONE)
    return number


def _too_few(refusal: Invalid, back: str) -> Response:
    """Back to where the quantity was typed, with the fewest that are sold. Raises any other refusal on."""
    if refusal.message_id != "checkout.below_minimum":
        raise refusal
    flash(explain(refusal), "error")
    return redirect(back, 303)  # type: ignore[return-value]


def _whole(text: str) -> int | None:
    """A whole number of a sane length, or None."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
