"""Products in the making: kept field by field as they are typed, shown as buyers would see them, thrown away."""

from __future__ import annotations

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.catalog import queries
from marketplace.catalog.models import ProductDraft
from marketplace.catalog.queries import DraftView, ProductRow
from marketplace.catalog.services import drafts
from marketplace.core.actor import Right
from marketplace.core.clock import now
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Refusal, Stale
from marketplace.desks.forms import typed
from marketplace.desks.views import previews, saving, uploads
from marketplace.desks.views.screen import open_screen, show
from marketplace.desks.views.seller import own_product
from marketplace.media import services as media
from marketplace.web.access import current_actor, requires_right
from marketplace.web.errors import status_of
from marketplace.web.filters import wita_time
from marketplace.web.language import explain
from marketplace.web.limits import limiter

bp = Blueprint("product_drafts", __name__, url_prefix="/penjual/produk/draf")
Page = str | Response | tuple[str, int]
SAVES = "3000 per hour"
UPLOADS = "120 per hour"


@bp.get("/<string:key>")
@requires_right(Right.PRODUCTS)
def show_draft(key: str) -> Page:
    """The screen with what was typed so far; of a draft that was handed in, the product."""
    draft = _own(key)
    found = draft.made_id or draft.product_id
    if found is not None:
        return redirect(url_for("seller_products.edit", product_id=found))  # type: ignore[return-value]
    return show(open_screen(key))


@bp.post("/<string:key>")
@requires_right(Right.PRODUCTS)
@limiter.limit(UPLOADS)
def save(key: str) -> Page:
    """Keep what was typed, and put it up unless it is only to be kept."""
    draft = _own(key)
    if draft.product_id is not None:
        raise NotFound("catalog.draft_not_found")
    return saving.save(key)


@bp.post("/<string:key>/isian")
@requires_right(Right.PRODUCTS)
@limiter.limit(SAVES)
def save_fields(key: str) -> tuple[Response, int]:
    """Keep single fields, sent by the page's script. The draft begins when there is none of this key."""
    product = _product()
    try:
        with transaction():
            drafts.save_fields(_opened(key, product), typed.posted(request.form))
    except (Invalid, Stale) as refusal:
        return _refused(refusal)
    return jsonify(saved_at=wita_time(now())), 200


@bp.post("/<string:key>/foto")
@requires_right(Right.PRODUCTS)
@limiter.limit(UPLOADS)
def add_picture(key: str) -> tuple[Response, int]:
    """Take one picture in, sent by the page's script under a key of its own; the same again adds nothing."""
    product, upload_key = _product(), request.form.get("kunci_foto", "")[:40]
    makes = current_actor().stores_with(Right.PRODUCTS)
    found = queries.draft_of_product(product.id) if product else queries.draft(makes, key)
    if found is not None and drafts.has_upload(found.id, upload_key):
        return jsonify(saved_at=wita_time(now())), 200
    if found is None and queries.is_draft_of_others(makes, key):
        raise NotFound("catalog.draft_not_found")
    prepared, errors = uploads.prepare(request.files.getlist("pictures")[:1], 1)
    if not prepared:
        return jsonify(error=" ".join(errors) or _("Foto tidak sampai. Coba sekali lagi.")), 422
    try:
        with transaction():
            draft = _opened(key, product)
            if not drafts.has_upload(draft.id, upload_key):
                kept = [media.keep(current_actor(), one).id for one in prepared]
                drafts.add_pictures(current_actor(), draft, kept, upload_key)
    except (Invalid, Stale) as refusal:
        return _refused(refusal)
    return jsonify(saved_at=wita_time(now())), 200


@bp.post("/<string:key>/buang")
@requires_right(Right.PRODUCTS)
def discard(key: str) -> Page:
    """Throw a draft away, or the changes to a product."""
    draft = _own(key)
    with transaction():
        drafts.discard(current_actor(), key)
    if draft.product_id is not None:
        flash(_("Perubahan dibuang. Produk tetap seperti semula."), "success")
        return saving.go(url_for("seller_products.edit", product_id=draft.product_id))
    flash(_("Draf dihapus."), "success")
    return saving.go(url_for("seller_products.index"))


@bp.get("/<string:key>/lihat")
@requires_right(Right.PRODUCTS)
def preview(key: str) -> Response:
    """The draft as buyers would see it: for its shop alone, and not for search engines."""
    draft = _own(key)
    product = own_product(draft.product_id) if draft.product_id else None
    screen = open_screen(key, product)
    back = url_for("seller_products.edit", product_id=product.id) if product else url_for(".show_draft", key=key)
    page = Response(render_template("desks/product_preview.html", product=previews.view(screen), checks=[], back=back))
    page.headers["X-Robots-Tag"] = "noindex"
    page.headers["Cache-Control"] = "private, no-store"
    return page


def _own(key: str) -> DraftView:
    draft = queries.draft(current_actor().stores_with(Right.PRODUCTS), key)
    if draft is None:
        raise NotFound("catalog.draft_not_found")
    return draft


def _product() -> ProductRow | None:
    """The product that the page changes, if it is about one that is there."""
    sent = request.form.get("product_id", type=int)
    return own_product(sent) if sent else None


def _opened(key: str, product: ProductRow | None) -> ProductDraft:
    """The draft, locked; begun with the pictures of the product where there is one. Inside a transaction."""
    actor = current_actor()
    found = queries.draft(actor.stores_with(Right.PRODUCTS), key)
    sent = request.form.get("store_id", type=int) or 0
    store_id = product.store_id if product else found.store_id if found else sent
    if store_id not in actor.stores_with(Right.PRODUCTS):
        raise NotFound("catalog.draft_not_found")
    pictures = queries.revision(queries.latest_revision_id(product.id)).picture_ids if product else ()
    return drafts.open_draft(actor, store_id, key, product.id if product else None, pictures)


def _refused(refusal: Refusal) -> tuple[Response, int]:
    return jsonify(error=explain(refusal)), status_of(refusal)
