"""The seller's shop: profile, where it delivers, its certificates. The owner changes it; staff may look."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.catalog.queries import checklist, shop_goods
from marketplace.catalog.rules import GOODS_WORDS
from marketplace.certificates import queries as certificates
from marketplace.certificates import rules as certificate_rules
from marketplace.certificates import services as certificate_services
from marketplace.certificates.policies import can_read_file
from marketplace.certificates.rules import CheckResult
from marketplace.core import clock
from marketplace.core.actor import Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound
from marketplace.desks.forms.store import CertificateForm
from marketplace.desks.views.seller import chosen_store
from marketplace.media import services as media
from marketplace.places.queries import names
from marketplace.places.rules import FATULULI
from marketplace.shipping import queries as shipping
from marketplace.shipping import services as shipping_services
from marketplace.shipping.forms import ZoneForm
from marketplace.shipping.queries.couriers import couriers_to_choose
from marketplace.shipping.queries.points import points_to_choose
from marketplace.stores import services
from marketplace.stores.models import Store
from marketplace.stores.policies import can_manage
from marketplace.stores.queries import store as store_of
from marketplace.stores.queries import stores_by_ids
from marketplace.stores.rules import StoreStatus
from marketplace.web.access import current_actor, is_seller, requires, requires_right
from marketplace.web.limits import limiter
from marketplace.web.private import private_file

bp = Blueprint("seller_store", __name__, url_prefix="/penjual/toko")
Page = str | Response | tuple[str, int]
UPLOADS = "60 per hour"


@bp.get("")
@requires(is_seller)
def index() -> str:
    """The shop at a glance: profile, delivery, certificates."""
    return _show(chosen_store())


@bp.post("/keadaan")
@requires_right(Right.SHOP)
def set_status() -> Page:
    """Pause the shop, or open it again."""
    store_id = _own_store().id
    opens = request.form.get("buka") == "1"
    with transaction():
        services.set_status(current_actor(), store_id, StoreStatus.OPEN if opens else StoreStatus.PAUSED)
    flash(
        _("Toko dibuka lagi.") if opens else _("Toko dijeda: pembeli bisa melihat, tetapi belum bisa memesan."),
        "success",
    )
    return _back(store_id)


# --- where it delivers -----------------------------------------------------


@bp.get("/wilayah-antar")
@requires_right(Right.SHOP)
def new_zone() -> str:
    """An empty form; it begins where most buyers live."""
    store = _own_store()
    form = ZoneForm(formdata=None)
    form.choose_regions(FATULULI)
    return render_template("desks/store_zone.html", store=store, form=form)


@bp.post("/wilayah-antar")
@requires_right(Right.SHOP)
def set_zone() -> Page:
    """Deliver to a region for a fee."""
    store = _own_store()
    store_id, form = store.id, ZoneForm()
    form.choose_regions()
    if form.is_region_step():
        return render_template("desks/store_zone.html", store=store, form=form)
    if not form.validate():
        return render_template("desks/store_zone.html", store=store, form=form), 422
    try:
        with transaction():
            shipping_services.set_zone(
                current_actor(), store_id, form.region_code(), form.fee.data, form.note.data or ""
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return render_template("desks/store_zone.html", store=store_of(store_id), form=form), 422
    flash(_("Wilayah antar tersimpan."), "success")
    return _back(store_id, "wilayah-antar")


@bp.post("/wilayah-antar/hapus")
@requires_right(Right.SHOP)
def remove_zone() -> Page:
    """Stop delivering to a region."""
    store_id = _own_store().id
    with transaction():
        shipping_services.remove_zone(current_actor(), store_id, request.form.get("region_code", "")[:13])
    flash(_("Wilayah antar dihapus."), "success")
    return _back(store_id, "wilayah-antar")


# --- certificates ----------------------------------------------------------


@bp.get("/sertifikat")
@requires_right(Right.SHOP)
def new_certificate() -> str:
    """An empty form, of a kind that was asked for."""
    form = CertificateForm(formdata=None, kind=request.args.get("jenis", ""))
    return _show_certificate(_own_store(), form)


@bp.post("/sertifikat")
@requires_right(Right.SHOP)
@limiter.limit(UPLOADS)
def register_certificate() -> Page:
    """Check the number only (`langkah=periksa`), or write the certificate down with its paper."""
    store = _own_store()
    store_id, form = store.id, CertificateForm()
    is_valid = form.validate()
    if request.form.get("langkah") == "periksa":
        return _show_certificate(store, form, _checked(form))
    if not is_valid:
        return _show_certificate(store, form), 422
    try:
        _register(store_id, form)
    except Invalid as refusal:
        form.refuse(refusal)
        return _show_certificate(store_of(store_id), form), 422
    flash(_("Sertifikat tersimpan. Cantumkan pada produknya supaya ikut diperiksa kurator."), "success")
    return _back(store_id, "sertifikat")


@bp.get("/sertifikat/<int:certificate_id>/berkas")
@requires_right(Right.SHOP, Right.PRODUCTS)
def certificate_file(certificate_id: int) -> Response:
    """The private paper, for the shop's own people."""
    found = certificates.certificate(certificate_id)
    if found.file_id is None or not can_read_file(current_actor(), found):
        raise NotFound
    content, kind = media.document(found.file_id)
    return private_file(content, kind, f"sertifikat-{certificate_id}")


def _register(store_id: int, form: CertificateForm) -> None:
    """The paper is taken in outside the transaction, after the number is known to be well-formed."""
    kind, upload = form.kind.data, form.file.data
    result = certificate_rules.check(certificates.type_of(kind), form.number.data, clock.today())
    if result.problem:
        raise Invalid(result.problem, field="number", **result.values)
    prepared = _prepared(upload) if upload and upload.filename else None
    with transaction():
        file_id = media.keep(current_actor(), prepared).id if prepared else None
        certificate_services.register(
            current_actor(),
            store_id,
            kind,
            form.number.data,
            form.holder.data or "",
            form.valid_until.data,
            file_id,
        )


def _prepared(upload: object) -> media.Prepared:
    try:
        return media.prepare_document(upload.stream)  # type: ignore[attr-defined]
    except Invalid as refusal:
        raise Invalid(refusal.message_id, field="file", **refusal.values) from refusal


def _checked(form: CertificateForm) -> CheckResult | None:
    """What the number tells, as soon as kind and number are there."""
    if form.kind.errors or form.number.errors:
        return None
    return certificate_rules.check(certificates.type_of(form.kind.data), form.number.data, clock.today())


# --- what all share --------------------------------------------------------


def _own_store() -> Store:
    """The same, for those who may change it."""
    store = chosen_store(Right.SHOP)
    if not can_manage(current_actor(), store):
        raise NotFound("stores.not_found")
    return store


def _show(store: Store) -> str:
    actor = current_actor()
    cards = stores_by_ids(actor.store_ids)
    return render_template(
        "desks/store.html",
        store=store,
        card=cards[store.id],
        stores=cards.values(),
        place=names([store.village_code]).get(store.village_code, ""),
        may_manage=can_manage(actor, store),
        zones=shipping.zones(store.id),
        points=[each.name for each in points_to_choose(store.id) if each.is_given or each.is_chosen],
        couriers=[each.name for each in couriers_to_choose(store.id) if each.is_chosen],
        certificates=certificates.for_store(store.id),
        checklist=checklist(shop_goods(store.id), store),
        goods_words=GOODS_WORDS,
    )


def _show_certificate(store: Store, form: CertificateForm, checked: CheckResult | None = None) -> str:
    about = certificates.types().get(form.kind.data or "")
    return render_template("desks/store_certificate.html", store=store, form=form, checked=checked, about=about)


def _back(store_id: int, anchor: str | None = None) -> Page:
    return redirect(url_for("seller_store.index", toko=store_id, _anchor=anchor), 303)  # type: ignore[return-value]
