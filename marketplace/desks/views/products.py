"""The seller's goods: the list, a new one, the page of one. Words go to the curators; nothing else here does."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.catalog import queries
from marketplace.catalog.queries import DraftRow, keeping, leaves
from marketplace.catalog.rules import lacking
from marketplace.catalog.services import products
from marketplace.core.actor import Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, Stale
from marketplace.curation import services as curation
from marketplace.curation.queries import standings
from marketplace.desks.views import saving
from marketplace.desks.views.keeping import GOODS, KEPT, search_from
from marketplace.desks.views.screen import new_key, open_screen, sent_key, show, take_in
from marketplace.desks.views.seller import own_product
from marketplace.imports.policies import can_import
from marketplace.web.access import current_actor, requires_right
from marketplace.web.errors import status_of
from marketplace.web.language import explain
from marketplace.web.limits import limiter

bp = Blueprint("seller_products", __name__, url_prefix="/penjual/produk")
Page = str | Response | tuple[str, int]

DRAFTS = "draf"
DRAFTS_ON_TOP = 3
UPLOADS = "120 per hour"


# --- the list --------------------------------------------------------------


@bp.get("")
@requires_right(*GOODS)
def index() -> str:
    """The goods of all stores the seller works for: searched, filtered, sorted, by pages; above them the drafts."""
    makes, store_ids = current_actor().stores_with(Right.PRODUCTS), current_actor().stores_with(*GOODS)
    cursor = request.args.get("setelah")
    if request.args.get("keadaan") == DRAFTS:
        drafts = queries.open_drafts(makes, cursor)
        return render_template("desks/product_drafts.html", page=drafts, lacks=_lacks(drafts.items))
    search = search_from(request.args)
    page = keeping.kept_products(store_ids, search, cursor)
    said = {name: value[:80] for name in KEPT if (value := request.args.get(name, ""))}
    begun = queries.open_drafts(makes, limit=DRAFTS_ON_TOP).items if not said and not cursor else []
    return render_template(
        "desks/products.html",
        page=page,
        standings=standings([row.id for row in page.items]),
        drafts=begun,
        lacks=_lacks(begun),
        search=search,
        cursor=cursor,
        said=said,
        count=keeping.count_kept(store_ids, search),
        count_to=keeping.COUNT_TO,
        groups=leaves(queries.categories()),
        edits=keeping.recent_edits(current_actor().person_id),
        may_import=any(can_import(current_actor(), store_id) for store_id in makes),
    )


def _lacks(rows: list[DraftRow]) -> dict[str, str]:
    """What is missing in each draft, in words, by key."""
    if not rows:
        return {}
    lasting = {str(row.id) for row in queries.categories().by_id.values() if queries.asks_composition(row)}
    words = {
        "pictures": _("foto"),
        "name": _("nama"),
        "category_id": _("kategori"),
        "composition": _("komposisi"),
        "price": _("harga"),
        "weight": _("berat"),
    }
    return {row.key: ", ".join(words[name] for name in lacking(row.fields, row.pictures, lasting)) for row in rows}


# --- a new one -------------------------------------------------------------


@bp.get("/baru")
@requires_right(Right.PRODUCTS)
def new() -> Page:
    """An empty screen. Its draft begins with the first save.

    With `?kunci=` the screen of a draft that only a phone knows of so far: photos wait there for its first request. One
    that is here by now is shown where it stands; of one that is done the page says so by another key.
    """
    key = sent_key(request.args)
    found = queries.draft(current_actor().stores_with(Right.PRODUCTS), key)
    if found is not None and found.submitted_at is None and found.product_id is None:
        return redirect(url_for("product_drafts.show_draft", key=key))  # type: ignore[return-value]
    return show(open_screen(key if found is None else new_key()))


@bp.post("/baru")
@requires_right(Right.PRODUCTS)
@limiter.limit(UPLOADS)
def create() -> Page:
    """Keep what was typed as a draft, and put it up unless it is only to be kept."""
    return saving.save(sent_key(request.form))


# --- one that is there -----------------------------------------------------


@bp.get("/<int:product_id>")
@requires_right(*GOODS)
def edit(product_id: int) -> str:
    """All about one product: where it stands, its words, its forms and stock."""
    return show(open_screen(new_key(), own_product(product_id)))


@bp.post("/<int:product_id>")
@requires_right(Right.PRODUCTS)
@limiter.limit(UPLOADS)
def revise(product_id: int) -> Page:
    """Save what changed: price, stock and forms at once; words and pictures go to the curators."""
    product = own_product(product_id)
    screen = take_in(sent_key(request.form), product)
    where = url_for("seller_products.edit", product_id=product_id)
    if saving.is_step():
        return saving.step(screen)
    if not screen.is_complete():
        return show(screen), 422
    try:
        with transaction():
            said, is_new = saving.change(screen, request.form.get("tanda"))
    except (Invalid, Stale) as refusal:
        screen = saving.refused(screen, refusal)
        return show(screen), status_of(refusal)
    flash(said, "success" if is_new else "info")
    return saving.go(where)


# --- on and off the shelves ------------------------------------------------


@bp.post("/<int:product_id>/tampilan")
@requires_right(Right.PRODUCTS)
def set_visibility(product_id: int) -> Page:
    """Hide the product, or show it again."""
    product = own_product(product_id)
    is_new = product.live_revision_id is None and not standings([product_id])
    hides = request.form.get("tampil") == "0"
    try:
        with transaction():
            (products.hide if hides else products.show)(current_actor(), product_id)
            if is_new and not hides:
                curation.submit(current_actor(), product_id, queries.latest_revision_id(product_id))
    except (Invalid, Stale) as refusal:
        flash(explain(refusal), "error")
        return redirect(url_for("seller_products.edit", product_id=product_id), 303)  # type: ignore[return-value]
    flash(_("Produk disembunyikan dari pembeli.") if hides else _("Produk ditampilkan lagi."), "success")
    return redirect(url_for("seller_products.edit", product_id=product_id), 303)  # type: ignore[return-value]


@bp.post("/<int:product_id>/arsip")
@requires_right(Right.PRODUCTS)
def archive(product_id: int) -> Page:
    """Take the product away for good."""
    own_product(product_id)
    with transaction():
        products.archive(current_actor(), product_id)
    flash(_("Produk dihapus dari toko. Pesanan yang sudah ada tidak berubah."), "success")
    return redirect(url_for("seller_products.index"), 303)  # type: ignore[return-value]
