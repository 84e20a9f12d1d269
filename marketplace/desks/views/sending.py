"""Beside the shop's own zones: pick-up points it brings goods to, courier services that it sends with."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.core.actor import Right
from marketplace.core.db import transaction
from marketplace.core.errors import NotFound
from marketplace.desks.views.seller import chosen_store
from marketplace.rounds.queries.setting import rounds_to_choose
from marketplace.rounds.services import choose_rounds
from marketplace.shipping import services
from marketplace.shipping.queries.couriers import couriers_to_choose
from marketplace.shipping.queries.points import points_to_choose
from marketplace.stores.models import Store
from marketplace.stores.policies import can_manage
from marketplace.web.access import current_actor, requires_right

bp = Blueprint("seller_sending", __name__, url_prefix="/penjual/toko/kiriman")
MOST = 200


@bp.get("")
@requires_right(Right.SHOP)
def edit() -> str:
    """What the shop chose, and what it may choose."""
    store = _own_store()
    return render_template(
        "desks/store_sending.html",
        store=store,
        points=points_to_choose(store.id),
        couriers=couriers_to_choose(store.id),
        rounds=rounds_to_choose(store.id),
    )


@bp.post("")
@requires_right(Right.SHOP)
def choose() -> Response:
    """Keep the choice; what is not offered any more is passed over."""
    store_id = _own_store().id
    with transaction():
        services.choose_points(current_actor(), store_id, _ids("titik"))
        services.choose_couriers(current_actor(), store_id, _ids("layanan"))
        choose_rounds(current_actor(), store_id, _ids("putaran"))
    flash(_("Titik ambil, kurir, dan putaran tersimpan."), "success")
    return redirect(url_for("seller_store.index", toko=store_id, _anchor="kiriman"), 303)  # type: ignore[return-value]


def _own_store() -> Store:
    store = chosen_store(Right.SHOP)
    if not can_manage(current_actor(), store):
        raise NotFound("stores.not_found")
    return store


def _ids(name: str) -> list[int]:
    """The ids that were ticked; what is no id is passed over."""
    return [int(value) for value in request.form.getlist(name)[:MOST] if value.isascii() and value.isdigit()]
