"""The seller's goods: the list, a new one, the words of one. Words go to the curators; nothing else here does."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.catalog import queries
from marketplace.catalog.queries import CategoryRow, ProductRow, RevisionView, Visibility
from marketplace.catalog.services import products
from marketplace.certificates import queries as certificates
from marketplace.certificates.rules import ABOUT
from marketplace.core.actor import Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.curation import services as curation
from marketplace.curation.queries import standings
from marketplace.desks.forms.products import NewProductForm, VariantForm, WordsForm
from marketplace.desks.views.seller import own_product
from marketplace.desks.views.uploads import Attached
from marketplace.places.queries import regencies
from marketplace.stores.queries import stores_by_ids
from marketplace.web.access import current_actor, requires_right
from marketplace.web.forms import add_error
from marketplace.web.limits import limiter

bp = Blueprint("seller_products", __name__, url_prefix="/penjual/produk")
Page = str | Response | tuple[str, int]

FILTERS = {
    "publik": Visibility.PUBLIC,
    "menunggu": Visibility.NOT_YET_PUBLIC,
    "tersembunyi": Visibility.HIDDEN,
}
GOODS = (Right.PRODUCTS, Right.PRICES, Right.STOCK)
UPLOADS = "120 per hour"


# --- the list --------------------------------------------------------------


@bp.get("")
@requires_right(*GOODS)
def index() -> str:
    """The goods of all stores the seller works for, newest first."""
    chosen = request.args.get("keadaan", "")
    page = queries.seller_products(
        current_actor().stores_with(*GOODS), FILTERS.get(chosen), request.args.get("setelah")
    )
    return render_template(
        "desks/products.html",
        page=page,
        standings=standings([row.id for row in page.items]),
        chosen=chosen if chosen in FILTERS else "",
    )


# --- a new one -------------------------------------------------------------


@bp.get("/baru")
@requires_right(Right.PRODUCTS)
def new() -> str:
    """An empty form."""
    return _show_new(_new_form(), Attached([], current_actor().stores_with(Right.PRODUCTS)))


@bp.post("/baru")
@requires_right(Right.PRODUCTS)
@limiter.limit(UPLOADS)
def create() -> Page:
    """Put a product up and hand its words to the curators. Good pictures stay, whatever else is wrong."""
    actor = current_actor()
    form = _new_form()
    attached = Attached.from_request(actor.stores_with(Right.PRODUCTS))
    attached.take(form.pictures.data)
    category = queries.categories().by_id.get(form.chosen_category)
    if not _is_complete(form, attached, category):
        return _show_new(form, attached), 422
    try:
        with transaction():
            made = products.create(
                actor, form.store_id.data, form.chosen_category, form.draft(attached.media_ids), [form.variant()]
            )
            curation.submit(actor, made.id, queries.latest_revision_id(made.id))
            product_id = made.id
    except Invalid as refusal:
        form.refuse(refusal)
        return _show_new(form, attached), 422
    flash(_created(product_id), "success")
    return redirect(url_for("seller_products.edit", product_id=product_id), 303)  # type: ignore[return-value]


def _created(product_id: int) -> str:
    if queries.product(product_id).live_revision_id:
        return _("Produk sudah tayang dan diajukan ke kurator untuk tanda Terkurasi.")
    return _("Produk tersimpan dan diajukan ke kurator. Produk tayang setelah lolos kurasi.")


def _new_form() -> NewProductForm:
    form = NewProductForm()
    store_ids = current_actor().stores_with(Right.PRODUCTS)
    _offer(form, store_ids)
    form.offer_places([(store.id, store.name) for store in stores_by_ids(store_ids).values()], queries.categories())
    return form


def _show_new(form: NewProductForm, attached: Attached) -> str:
    shown = attached.shown()
    setattr(form.pictures.flags, "required", not shown)  # noqa: B010  (flags are whatever is set on them)
    return render_template("desks/product_new.html", form=form, attached=shown)


# --- the words of one ------------------------------------------------------


@bp.get("/<int:product_id>")
@requires_right(*GOODS)
def edit(product_id: int) -> str:
    """All about one product: where it stands, its forms and stock, its words."""
    return show_product(own_product(product_id))


@bp.post("/<int:product_id>")
@requires_right(Right.PRODUCTS)
@limiter.limit(UPLOADS)
def revise(product_id: int) -> Page:
    """Say something else about a product and hand it to the curators; what passed stays public meanwhile."""
    product = own_product(product_id)
    form = _words_form(product)
    attached = Attached.from_request([product.store_id])
    attached.take(form.pictures.data)
    category = queries.categories().by_id.get(product.category_id)
    if not _is_complete(form, attached, category):
        return show_product(product, form, attached), 422
    try:
        with transaction():
            written = products.revise(current_actor(), product_id, form.draft(attached.media_ids))
            if written is not None:
                curation.submit(current_actor(), product_id, written.id)
            is_new = written is not None
    except Invalid as refusal:
        form.refuse(refusal)
        return show_product(product, form, attached), 422
    words = _("Perubahan tersimpan dan diajukan ke kurator.") if is_new else _("Tidak ada yang berubah.")
    flash(words, "success" if is_new else "info")
    return redirect(url_for("seller_products.edit", product_id=product_id), 303)  # type: ignore[return-value]


def show_product(
    product: ProductRow,
    form: WordsForm | None = None,
    attached: Attached | None = None,
    variant_forms: dict[int, VariantForm] | None = None,
) -> str:
    """The page of one product; forms given are those just refused (0: the one for a new variant)."""
    newest = queries.revision(queries.latest_revision_id(product.id))
    refused = variant_forms or {}
    rows = queries.variants(product.id)
    forms = {
        row.id: refused.get(row.id)
        or VariantForm(formdata=None, obj=row, prefix=f"v{row.id}-", seen_on_hand=row.on_hand)
        for row in rows
    }
    return render_template(
        "desks/product.html",
        product=product,
        newest=newest,
        missing=[ABOUT[kind].label for kind in newest.missing],
        standing=standings([product.id]).get(product.id),
        form=form or _words_form(product, newest),
        attached=(attached or Attached(newest.picture_ids, [product.store_id])).shown(),
        variants=rows,
        variant_forms=forms,
        new_variant=refused.get(0) or VariantForm(formdata=None, prefix="baru-"),
        new_variant_is_open=0 in refused,
    )


def _words_form(product: ProductRow, newest: RevisionView | None = None) -> WordsForm:
    form = WordsForm(formdata=None, obj=newest, certificate_ids=_ids(newest)) if newest else WordsForm()
    _offer(form, [product.store_id])
    return form


def _ids(newest: RevisionView) -> list[int]:
    return [claim.id for claim in newest.certificates]


def _offer(form: WordsForm, store_ids: tuple[int, ...] | list[int]) -> None:
    held = [row for store_id in store_ids for row in certificates.for_store(store_id)]
    form.offer(
        [(region.code, region.name) for region in regencies()],
        [(row.id, _named(row)) for row in held],
    )


def _named(row: certificates.CertificateRow) -> str:
    """A certificate by its kind and its number as printed, which may begin with the kind already."""
    return row.printed if row.printed.startswith(row.label) else f"{row.label} {row.printed}"


def _is_complete(form: WordsForm, attached: Attached, category: CategoryRow | None) -> bool:
    """Does the form hold all it must? Adds words where it does not."""
    is_valid = form.validate()
    errors = list(attached.errors)
    if not attached.media_ids and not errors:
        errors.append(_("Tambahkan setidaknya satu foto."))
    add_error(form.pictures, *errors)
    lacks_composition = category is not None and bool(category.needs.lasting) and not form.composition.data
    if lacks_composition:
        add_error(form.composition, _("Tulis komposisinya: pembeli berhak tahu isinya."))
    return bool(is_valid) and not errors and not lacks_composition


# --- on and off the shelves ------------------------------------------------


@bp.post("/<int:product_id>/tampilan")
@requires_right(Right.PRODUCTS)
def set_visibility(product_id: int) -> Page:
    """Hide the product, or show it again."""
    own_product(product_id)
    hides = request.form.get("tampil") == "0"
    with transaction():
        (products.hide if hides else products.show)(current_actor(), product_id)
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
