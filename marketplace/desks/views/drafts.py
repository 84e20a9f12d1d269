"""Products in the making: kept field by field as they are typed, shown as buyers would see them, thrown away."""

from __future__ import annotations

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.catalog import queries
from marketplace.catalog.models import ProductDraft
from marketplace.catalog.queries import DraftView, ProductRow
from marketplace.catalog.services import albums, drafts
from marketplace.core.actor import Right
from marketplace.core.clock import now
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Refusal, Stale
from marketplace.desks.forms import typed
from marketplace.desks.views import photos, previews, saving
from marketplace.desks.views.screen import open_screen, show
from marketplace.desks.views.seller import own_product
from marketplace.web import tus
from marketplace.web.access import current_actor, requires_right
from marketplace.web.errors import status_of
from marketplace.web.filters import wita_time
from marketplace.web.language import explain
from marketplace.web.limits import limiter

bp = Blueprint("product_drafts", __name__, url_prefix="/penjual/produk/draf")
Page = str | Response | tuple[str, int]
SAVES = "3000 per hour"
UPLOADS = "120 per hour"
BEGINS = "240 per hour"
LOOKS = "1200 per hour"


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
    """Keep single fields, sent by the page's script. The draft begins when there is none of this key.

    The answer says how these fields stand now (`shown`, as the page's own `awal`): a page that is sent as a whole later
    does not undo what another page typed into them meanwhile.
    """
    product, sent = _product(), typed.posted(request.form)
    try:
        with transaction():
            drafts.save_fields(_opened(key, product), sent)
    except (Invalid, Stale) as refusal:
        return _refused(refusal)
    return jsonify(saved_at=wita_time(now()), shown={name: typed.mark_of(sent[name]) for name in sent}), 200


@bp.get("/<string:key>/foto")
@requires_right(Right.PRODUCTS)
@limiter.limit(LOOKS)
def places(key: str) -> str:
    """The pictures of the screen alone, for looking again."""
    product = _product()
    if product is None:
        _own(key)
    return render_template("desks/_album_places.html", view=open_screen(key, product).album)


@bp.post("/<string:key>/unggahan")
@requires_right(Right.PRODUCTS)
@tus.speaks_tus
@limiter.limit(BEGINS)
def begin_upload(key: str) -> Response:
    """Creation of tus: a place in the album for a picture that now comes in pieces. The draft begins if need be."""
    product = _product()
    with transaction():
        album_id = _opened(key, product).album_id or 0
        return photos.begun(lambda length, name: albums.begin_upload(current_actor(), album_id, name, length))


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
    sent = request.values.get("product_id", type=int)
    return own_product(sent) if sent else None


def _opened(key: str, product: ProductRow | None) -> ProductDraft:
    """The draft, locked; begun if there is none. Inside a transaction."""
    actor = current_actor()
    found = queries.draft(actor.stores_with(Right.PRODUCTS), key)
    sent = request.values.get("store_id", type=int) or 0
    store_id = product.store_id if product else found.store_id if found else sent
    if store_id not in actor.stores_with(Right.PRODUCTS):
        raise NotFound("catalog.draft_not_found")
    return drafts.open_draft(actor, store_id, key, product.id if product else None)


def _refused(refusal: Refusal) -> tuple[Response, int]:
    return jsonify(error=explain(refusal)), status_of(refusal)
