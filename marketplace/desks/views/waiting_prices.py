"""Prices that a helper wrote: they hold once the owner says so with her own code, here or on the helper's screen."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts import queries as accounts
from marketplace.accounts.services import codes
from marketplace.accounts.services.codes import Purpose
from marketplace.catalog.services import pricing
from marketplace.core.actor import Actor, Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale, TooMany
from marketplace.desks.forms.team import CodeForm
from marketplace.stores.queries import store as store_of
from marketplace.web.access import current_actor, requires_right
from marketplace.web.limits import limiter

bp = Blueprint("waiting_prices", __name__, url_prefix="/penjual/harga-menunggu")
Page = str | Response | tuple[str, int]


@bp.get("")
@requires_right(Right.PRICES)
def index() -> str:
    """What waits in the shop."""
    return _show(_store_id(), CodeForm(formdata=None))


@bp.post("")
@requires_right(Right.PRICES)
@limiter.limit("60 per hour")
def confirm() -> Page:
    """Send the owner a code for exactly these prices (`langkah=kode`), or let them hold by her code."""
    store_id, form, seen = _store_id(), CodeForm(), request.form.get("lihat", "")[:64]
    owner = _owner(store_id)
    form.validate()
    try:
        if request.form.get("langkah") == "kode":
            with transaction():
                codes.ask(owner, Purpose.PRICES, pricing.change_of(pricing.waiting([store_id])))
            flash(_("Kode sudah dikirim ke surel pemilik toko."), "success")
            return _back(store_id)
        with transaction():
            wrong = pricing.confirm(owner, store_id, seen, form.code.data or "", current_actor())
    except Stale:
        flash(_("Daftar harga ini sudah berubah. Periksa lagi lalu minta kode baru."), "error")
        return _show(store_id, CodeForm(formdata=None)), 409
    except (Invalid, TooMany) as refusal:
        form.refuse(Invalid(refusal.message_id, field="code", **refusal.values))
        return _show(store_id, form), 429 if isinstance(refusal, TooMany) else 422
    if wrong is not None:
        form.refuse(wrong)
        return _show(store_id, form), 422
    flash(_("Harga baru berlaku."), "success")
    return _back(store_id)


@bp.post("/<int:pending_id>/penarikan")
@requires_right(Right.PRICES)
def withdraw(pending_id: int) -> Page:
    """Drop one of them."""
    store_id = _store_id()
    with transaction():
        pricing.withdraw(current_actor(), store_id, pending_id)
    flash(_("Perubahan harga dibatalkan."), "success")
    return _back(store_id)


def _owner(store_id: int) -> Actor:
    """The owner at her own desk; for a helper's screen, the owner who stands beside."""
    actor = current_actor()
    if actor.owns(store_id):
        return actor
    found = accounts.owner_actor(store_id) if actor.helping else None
    if found is None:
        raise NotFound
    return found


def _store_id() -> int:
    own = current_actor().stores_with(Right.PRICES)
    wanted = request.values.get("toko", type=int) or own[0]
    if wanted not in own:
        raise NotFound("stores.not_found")
    return wanted


def _show(store_id: int, form: CodeForm) -> str:
    rows = pricing.waiting([store_id])
    actor = current_actor()
    return render_template(
        "desks/waiting_prices.html",
        store=store_of(store_id),
        rows=rows,
        seen=pricing.change_of(rows),
        names=accounts.names_of(row.asked_by for row in rows),
        form=form,
        may_confirm=actor.owns(store_id) or actor.helping is not None,
    )


def _back(store_id: int) -> Response:
    return redirect(url_for("waiting_prices.index", toko=store_id), 303)  # type: ignore[return-value]
