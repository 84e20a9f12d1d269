"""What the shop says about itself, with a preview of what buyers will read."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.core.actor import Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.desks.forms.store import ProfileForm
from marketplace.desks.views.seller import chosen_store
from marketplace.media import services as media
from marketplace.places.queries import names
from marketplace.shipping.queries import zones
from marketplace.stores import services
from marketplace.stores.models import Store
from marketplace.stores.policies import can_manage, follows_application
from marketplace.stores.queries import StoreCard, stores_by_ids
from marketplace.web.access import current_actor, requires_right
from marketplace.web.limits import limiter
from marketplace.web.security import let_the_phone_say_where

bp = Blueprint("seller_profile", __name__, url_prefix="/penjual/toko/profil")
Page = str | Response | tuple[str, int]
UPLOADS = "60 per hour"
bp.after_request(let_the_phone_say_where)


@bp.get("")
@requires_right(Right.SHOP)
def edit() -> str:
    """The profile as a form, beside what buyers read now."""
    store = _own_store()
    form = ProfileForm(formdata=None, obj=store)
    form.choose_regions(store.village_code)
    return _show(store, form)


@bp.post("")
@requires_right(Right.SHOP)
@limiter.limit(UPLOADS)
def update() -> Page:
    """Let the shop say something else about itself; or look first (`langkah=lihat`), or choose the next region."""
    store = _own_store()
    store_id, form = store.id, ProfileForm()
    form.choose_regions()
    if form.is_region_step() or request.form.get("langkah") == "lihat":
        return _show(store, form)
    if not form.validate():
        return _show(store, form), 422
    try:
        prepared = _prepared_logo(form)
        with transaction():
            services.update_profile(current_actor(), store_id, form.profile())
            if prepared is not None:
                services.set_logo(current_actor(), store_id, media.keep(current_actor(), prepared).id)
            elif form.without_logo.data:
                services.set_logo(current_actor(), store_id, None)
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(_own_store(), form), 422
    flash(_("Profil toko tersimpan."), "success")
    return redirect(url_for("seller_store.index", toko=store_id), 303)  # type: ignore[return-value]


@bp.post("/pratinjau")
@requires_right(Right.SHOP)
def preview() -> str:
    """What buyers would read, from what is typed; nothing is kept."""
    store = _own_store()
    form = ProfileForm()
    form.choose_regions()
    return render_template("desks/_profile_preview.html", **_face(store, form))


def _own_store() -> Store:
    store = chosen_store(Right.SHOP)
    if not can_manage(current_actor(), store):
        raise NotFound("stores.not_found")
    if follows_application(current_actor(), store):
        raise Stale("stores.follows_application")
    return store


def _prepared_logo(form: ProfileForm) -> media.Prepared | None:
    """The new logo, taken in outside the transaction. Raises Invalid (field logo)."""
    upload = form.logo.data
    if not upload or not upload.filename:
        return None
    try:
        return media.prepare_picture(upload.stream)
    except Invalid as refusal:
        raise Invalid(refusal.message_id, field="logo", **refusal.values) from refusal


def _show(store: Store, form: ProfileForm) -> str:
    return render_template("desks/store_profile.html", form=form, has_logo=store.logo_id, **_face(store, form))


def _face(store: Store, form: ProfileForm) -> dict[str, object]:
    """The shop as buyers would see it."""
    return {"store": _typed(stores_by_ids([store.id])[store.id], form), "zones": zones(store.id), "planned": ()}


def _typed(card: StoreCard, form: ProfileForm) -> StoreCard:
    """The shop's card with what is typed instead of what is kept."""
    village = form.village_code.data or card.village_code
    place = names([village]).get(village, card.region_names)
    return replace(
        card,
        name=form.name.data or card.name,
        story=form.story.data or "",
        street=form.street.data or "",
        landmark=form.landmark.data or "",
        nib=form.nib.data or "",
        has_pickup=bool(form.has_pickup.data),
        pickup_place=form.pickup_place.data or "",
        pickup_hours=form.pickup_hours.data or "",
        pin=form.point() if form.may_show_pin() else None,
        region_names=place,
        logo=None if form.without_logo.data else card.logo,
    )
