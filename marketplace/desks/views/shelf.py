"""Prices and forms: free to change at any time, and guarded against what was sold meanwhile."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from marketplace.catalog import queries
from marketplace.catalog.queries import ProductRow, VariantRow
from marketplace.catalog.services import variants
from marketplace.core.actor import Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.desks.forms.products import VariantForm
from marketplace.desks.views.rights import allowed
from marketplace.desks.views.seller import own_product
from marketplace.web.access import current_actor, requires_right
from marketplace.web.errors import status_of

bp = Blueprint("shelf", __name__, url_prefix="/penjual")
Page = str | Response | tuple[str, int]


@bp.post("/produk/<int:product_id>/varian")
@requires_right(Right.PRODUCTS)
def add_variant(product_id: int) -> Page:
    """Sell the product in one more form."""
    product = own_product(product_id)
    form = VariantForm(prefix="baru-")
    if not form.validate():
        return _show_variant(product, form), 422
    try:
        with transaction():
            variants.add_variant(current_actor(), product_id, form.draft())
    except Invalid as refusal:
        form.refuse(refusal)
        return _show_variant(product, form), 422
    return _back(product_id, _("Varian ditambahkan."))


@bp.post("/produk/<int:product_id>/varian/<int:variant_id>")
@requires_right(Right.PRODUCTS, Right.PRICES, Right.STOCK)
def change_variant(product_id: int, variant_id: int) -> Page:
    """Change price, weight, name and stock of one form, all that is sent or nothing; what is not sent stays."""
    product = own_product(product_id)
    row = _own_variant(product_id, variant_id)
    form = VariantForm(_whole(row), prefix=f"v{variant_id}-")
    if not form.validate():
        return _show_variant(product, form, _own_variant(product_id, variant_id)), 422
    draft, seen = form.draft(), form.seen_on_hand.data
    try:
        with transaction():
            variants.change_variant(
                current_actor(), variant_id, price=draft.price, weight=draft.weight, name=draft.name
            )
            if form.on_hand.name in request.form:
                variants.set_stock(current_actor(), variant_id, draft.on_hand, -1 if seen is None else seen)
    except (Invalid, Stale) as refusal:
        status = _refuse(form, refusal)
        return _show_variant(product, form, _own_variant(product_id, variant_id)), status
    return _back(product_id, _("Harga dan stok tersimpan."))


@bp.post("/produk/<int:product_id>/varian/<int:variant_id>/penghentian")
@requires_right(Right.PRODUCTS)
def stop_variant(product_id: int, variant_id: int) -> Page:
    """Sell the product in this form no more."""
    product = own_product(product_id)
    _own_variant(product_id, variant_id)
    try:
        with transaction():
            variants.remove_variant(current_actor(), variant_id)
    except Invalid as refusal:
        form = VariantForm(formdata=None, prefix=f"v{variant_id}-", obj=_own_variant(product_id, variant_id))
        form.refuse(refusal)
        return _show_variant(product, form, _own_variant(product_id, variant_id)), 422
    return _back(product_id, _("Varian tidak dijual lagi."))


@bp.post("/produk/<int:product_id>/varian/<int:variant_id>/pemulihan")
@requires_right(Right.PRODUCTS)
def restore_variant(product_id: int, variant_id: int) -> Page:
    """Sell the product in this form again."""
    own_product(product_id)
    _own_variant(product_id, variant_id)
    with transaction():
        variants.restore_variant(current_actor(), variant_id)
    return _back(product_id, _("Varian dijual lagi."))


def _show_variant(product: ProductRow, form: VariantForm, row: VariantRow | None = None) -> str:
    """A form that was refused, of one variant or of a new one (None)."""
    return render_template("desks/variant.html", product=product, form=form, row=row, may=allowed(product.store_id))


def _whole(row: VariantRow) -> MultiDict[str, str]:
    """What was sent, and of the parts that were not, how they stand."""
    said = {"name": row.name, "price": str(row.price), "weight": str(row.weight), "on_hand": str(row.on_hand)}
    sent = {name: request.form.getlist(name) for name in request.form}
    return MultiDict({f"v{row.id}-{part}": [words] for part, words in said.items()} | sent)


def _own_variant(product_id: int, variant_id: int) -> VariantRow:
    found = next((row for row in queries.variants(product_id) if row.id == variant_id), None)
    if found is None:
        raise NotFound("catalog.product_not_found")
    return found


def _refuse(form: VariantForm, refusal: Invalid | Stale) -> int:
    """Show the refusal; after a lost race the form is held to the count of now. Returns the status to answer with."""
    if isinstance(refusal, Stale):
        form.seen_on_hand.data = refusal.values["now"]
        form.seen_on_hand.raw_data = None
        form.refuse(Invalid(refusal.message_id, field="on_hand", **refusal.values))
    else:
        form.refuse(refusal)
    return status_of(refusal)


def _back(product_id: int, words: str) -> Response:
    flash(words, "success")
    return redirect(url_for("seller_products.edit", product_id=product_id), 303)  # type: ignore[return-value]
