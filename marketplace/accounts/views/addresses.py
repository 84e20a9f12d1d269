"""Addresses of one's own."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.accounts import queries, services
from marketplace.accounts.forms import AddressForm
from marketplace.accounts.views.blueprint import bp
from marketplace.accounts.views.own import own_id
from marketplace.accounts.views.sign_in import Page
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.places.queries import region
from marketplace.places.rules import FATULULI
from marketplace.web.access import current_actor, signed_in


@bp.get("/akun/alamat")
@signed_in
def addresses() -> str:
    """All of them, the main one first."""
    return render_template("accounts/addresses.html", addresses=queries.addresses_of(own_id()))


@bp.get("/akun/alamat/baru")
@signed_in
def new_address() -> str:
    """A form that begins in Fatululi, with the person's own name and number."""
    person = queries.person(own_id())
    form = AddressForm(recipient=person.name if person else "", phone=(person.phone if person else "") or "")
    form.choose_regions(FATULULI)
    _fill_postcode(form)
    return _show(form, None)


@bp.post("/akun/alamat/baru")
@signed_in
def create_address() -> Page:
    """Keep a new address."""
    return _save(None)


@bp.get("/akun/alamat/<int:address_id>")
@signed_in
def address(address_id: int) -> str:
    """One address, to change."""
    form = AddressForm(obj=services.own_address(current_actor(), address_id))
    form.choose_regions()
    return _show(form, address_id)


@bp.post("/akun/alamat/<int:address_id>")
@signed_in
def change_address(address_id: int) -> Page:
    """Keep what was changed."""
    services.own_address(current_actor(), address_id)
    return _save(address_id)


@bp.post("/akun/alamat/<int:address_id>/penghapusan")
@signed_in
def remove_address(address_id: int) -> Response:
    """Drop an address."""
    with transaction():
        services.remove_address(current_actor(), address_id)
    flash(_("Alamat sudah dihapus."), "success")
    return _back()


@bp.post("/akun/alamat/<int:address_id>/utama")
@signed_in
def make_main(address_id: int) -> Response:
    """Let it be the main address."""
    with transaction():
        services.make_default(current_actor(), address_id)
    flash(_("Alamat utama sudah diganti."), "success")
    return _back()


def _save(address_id: int | None) -> Page:
    form = AddressForm()
    form.choose_regions()
    if form.is_region_step():
        _fill_postcode(form)
        return _show(form, address_id)
    if not form.validate_on_submit():
        return _show(form, address_id), 422
    try:
        with transaction():
            services.save_address(current_actor(), form.draft(), address_id)
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(form, address_id), 422
    flash(_("Alamat sudah disimpan."), "success")
    return _back()


def _show(form: AddressForm, address_id: int | None) -> str:
    return render_template("accounts/address.html", form=form, address_id=address_id)


def _fill_postcode(form: AddressForm) -> None:
    """The postcode of the village chosen; none while there is no village, for then it was another one's."""
    village = region(form.village_code.data) if form.village_code.data else None
    form.postcode.data = (village.postcode if village else "") or ""


def _back() -> Response:
    return redirect(url_for("accounts.addresses"), 303)  # type: ignore[return-value]
