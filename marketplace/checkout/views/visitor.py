"""Whose cart it is: a person's by her sign-in, a guest's by a token in the session cookie."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, current_app, request, session

from marketplace.checkout import queries, services
from marketplace.checkout.rules import GUEST_CART_DAYS, CartOwner
from marketplace.core.db import transaction
from marketplace.web.access import current_actor

bp = Blueprint("checkout", __name__)
TOKEN = "cart"  # noqa: S105  (the name of a place in the session)
COUNT_COOKIE = "belintt_cart"
WITHOUT_CART = {"static", "web.asset", "web.healthz", "web.readyz", "media.picture"}


def cart_owner() -> CartOwner:
    """Whose cart this visitor sees."""
    actor = current_actor()
    if actor.is_signed_in:
        return CartOwner(person_id=actor.person_id)
    return CartOwner(token=session.get(TOKEN, ""))


def filling_owner() -> CartOwner:
    """The same for somebody about to put something in: a guest gets a token, kept as long as her cart is."""
    if not current_actor().is_signed_in and TOKEN not in session:
        session[TOKEN] = secrets.token_urlsafe(24)
        session.permanent = True
    return cart_owner()


def count_cart() -> int | None:
    """The number on the cart badge of a person signed in."""
    return queries.count(CartOwner(person_id=current_actor().person_id))


def tell_count(response: Response, count: int) -> Response:
    """Let the pages of a guest, which come from the cache, know how many pieces lie in the cart."""
    if current_actor().is_signed_in or count == 0:
        response.delete_cookie(COUNT_COOKIE)
        return response
    response.set_cookie(
        COUNT_COOKIE,
        str(count),
        max_age=GUEST_CART_DAYS * 86_400,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response


@bp.before_app_request
def adopt_guest_cart() -> None:
    """What a guest chose is hers after she signs in: the first request that follows moves it to her own cart."""
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies or request.endpoint in WITHOUT_CART:
        return
    if TOKEN not in session or not current_actor().is_signed_in:
        return
    person_id, token = current_actor().person_id, session[TOKEN]
    if person_id is not None and token:
        with transaction():
            services.merge(person_id, token)
    del session[TOKEN]


@bp.after_app_request
def forget_guest_count(response: Response) -> Response:
    """The count of a guest's cart says nothing about a person signed in."""
    if COUNT_COOKIE in request.cookies and request.endpoint not in WITHOUT_CART and current_actor().is_signed_in:
        response.delete_cookie(COUNT_COOKIE)
    return response
