"""What the buttons of the one screen do with what was typed: keep it, put it up, or change what is there."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.catalog import queries
from marketplace.catalog.models import Product
from marketplace.catalog.queries import ProductRow, VariantRow
from marketplace.catalog.rules import Supply, VariantDraft, cell_key
from marketplace.catalog.services import albums, drafts, pricing, products, supply, variants
from marketplace.core.actor import Right
from marketplace.core.db import db, transaction
from marketplace.core.errors import Invalid, Stale
from marketplace.curation import services as curation
from marketplace.desks.forms import typed
from marketplace.desks.views import photos
from marketplace.desks.views.screen import Screen, open_screen, show, take_in
from marketplace.stores.queries import store
from marketplace.stores.rules import StoreStatus
from marketplace.web.access import current_actor
from marketplace.web.language import explain

Page = str | Response | tuple[str, int]
ACT, KEEP = "aksi", "simpan"
STEPS = {KEEP: "", "kategori": "#kategori", "pilihan": "#pilihan", "foto": "#foto", "lihat": "", "salin": "#pilihan"}


def is_step() -> bool:
    """Was a button pressed that only keeps what was typed?"""
    return asked() in STEPS or photos.is_act(asked())


def asked() -> str:
    """The button that was pressed."""
    return request.form.get(ACT, "")


def go(where: str) -> Response:
    """On to the next page, after a step to the part of the page that it is about."""
    part = "#foto" if photos.is_act(asked()) else STEPS.get(asked(), "")
    return redirect(where + part, 303)  # type: ignore[return-value]


def save(key: str) -> Page:
    """Keep what this request brings in the draft of a new product, and put it up unless a step was asked for."""
    found = queries.draft(current_actor().stores_with(Right.PRODUCTS), key)
    if found is not None and found.made_id is not None:
        return _to_product(found.made_id)
    screen = take_in(key)
    if is_step():
        return step(screen)
    if not screen.is_complete():
        return show(screen), 422
    try:
        with transaction():
            made_id = _publish(screen)
    except Invalid as refusal:
        screen.refuse(refusal)
        return show(screen), 422
    flash(_created(made_id), "success")
    return _to_product(made_id)


def step(screen: Screen) -> Page:
    """On after a button that only keeps what was typed: to the part of the page that it is about."""
    for note in screen.notes:
        flash(note, "error")
    if asked() == "salin":
        copy_first(screen)
    place, what = photos.asked_for(screen.album, asked())
    if place and what == photos.EDIT:
        back = page_of(screen)
        return redirect(url_for("albums.edit", key=screen.album.key, picture_id=place, kembali=back), 303)  # type: ignore[return-value]
    if screen.product and asked() != "lihat":
        return go(page_of(screen))
    if asked() == KEEP and not screen.notes:
        flash(_("Draf tersimpan. Anda bisa melanjutkannya kapan saja dari daftar produk."), "success")
    view = "product_drafts.preview" if asked() == "lihat" else "product_drafts.show_draft"
    return go(url_for(view, key=screen.key))


def page_of(screen: Screen) -> str:
    """The address of the screen."""
    if screen.product:
        return url_for("seller_products.edit", product_id=screen.product.id)
    return url_for("product_drafts.show_draft", key=screen.key)


def copy_first(screen: Screen) -> None:
    """Give every form that is on sale the price and the stock of the first one."""
    cells = [cell for cell in screen.form.cells if not cell.is_off]
    copied = {
        f"cell-{cell.key}-{part}": screen.data.getlist(f"cell-{cells[0].key}-{part}")
        for cell in cells[1:]
        for part in ("price", "on_hand")
    }
    with transaction():
        drafts.save_fields(drafts.own_draft(current_actor(), screen.key), copied)


def _publish(screen: Screen) -> int:
    """Make the product of a draft, once: who comes second is given the same one. The id of the product."""
    actor, form = current_actor(), screen.form
    draft = drafts.own_draft(actor, screen.key)
    if draft.made_id is not None:
        return draft.made_id
    made: Product = products.create(
        actor,
        form.store_id.data,
        form.chosen_category,
        form.said(_pictures(draft.album_id)),
        form.variants(),
        form.supply_draft(),
    )
    curation.submit(actor, made.id, queries.latest_revision_id(made.id))
    drafts.finish(actor, draft, made)
    return made.id


def _pictures(album_id: int | None) -> list[tuple[int, str]]:
    return albums.settled(current_actor(), album_id) if album_id else []


def _to_product(product_id: int) -> Response:
    return redirect(url_for("seller_products.edit", product_id=product_id), 303)  # type: ignore[return-value]


def _created(product_id: int) -> str:
    if pricing.waits(current_actor()):
        return _("Produk tersimpan. Produk tayang setelah pemilik toko menyetujui harganya.")
    made = queries.product(product_id)
    if store(made.store_id).status is StoreStatus.PENDING:
        return _("Produk tersimpan. Begitu toko Anda dibuka, produk ini tampil atau masuk antrean kurator.")
    if made.live_revision_id:
        return _("Produk sudah tayang dan diajukan ke kurator untuk tanda Terkurasi.")
    return _("Produk tersimpan dan diajukan ke kurator. Produk tayang setelah lolos kurasi.")


# --- changes to one that is there ------------------------------------------


def change(screen: Screen, seen_forms: str | None) -> tuple[str, bool]:
    """Take the changes of a screen over, all or nothing; words about it, and whether anything changed.

    Raises Invalid and Stale as the services do.
    """
    product, form, actor = _product(screen), screen.form, current_actor()
    draft = drafts.open_draft(actor, product.store_id, screen.key, product.id)
    before, waited = _free_parts(product.id), pricing.waiting([product.store_id])
    written = products.revise(actor, product.id, form.said(_pictures(draft.album_id)), category_id=form.chosen_category)
    if written is not None:
        curation.submit(actor, product.id, written.id)
    wanted = form.supply_draft()
    supply.set_supply(actor, product.id, wanted)
    placed = _placed(screen)
    variants.save_all(
        actor, product.id, wanted.axes, [(_id(row), said) for row, said, _seen in placed], seen=seen_forms
    )
    if wanted.supply is not Supply.TO_ORDER:
        counted = [(row, said.on_hand, seen) for row, said, seen in placed if row is not None]
        _count(counted, may_count=actor.may(Right.STOCK, product.store_id))
    drafts.close(draft)
    db.session.flush()
    if pricing.waiting([product.store_id]) != waited and pricing.waits(actor):
        return _("Tersimpan. Harga yang Anda tulis menunggu persetujuan pemilik toko."), True
    return _said(written is not None, _free_parts(product.id) != before)


def refused(screen: Screen, refusal: Invalid | Stale) -> Screen:
    """The screen again, with the refusal; after a lost race it holds to the counts and forms of now."""
    if isinstance(refusal, Invalid):
        screen.refuse(refusal)
        return screen
    product = _product(screen)
    moved = refusal.values.get("variant_id")
    if moved is None:
        screen.form.form_errors.append(explain(refusal))
        return screen
    row = next(row for row in queries.variants(product.id) if row.id == moved)
    prefix = _prefix(screen, row)
    seen = {f"{prefix}seen_on_hand": [str(row.on_hand)], f"{prefix}on_hand": screen.data.getlist(f"{prefix}on_hand")}
    with transaction():
        draft = drafts.open_draft(current_actor(), product.store_id, screen.key, product.id)
        drafts.save_fields(draft, seen)
    again = open_screen(screen.key, product)
    again.form.validate()
    again.form[f"{prefix}on_hand"].errors = [explain(refusal)]
    return again


def _said(is_said_anew: bool, is_changed: bool) -> tuple[str, bool]:
    if is_said_anew and is_changed:
        return _("Harga dan stok langsung berlaku. Perubahan foto dan keterangan diajukan ke kurator."), True
    if is_said_anew:
        return _("Perubahan tersimpan dan diajukan ke kurator."), True
    if is_changed:
        return _("Tersimpan dan langsung berlaku, tanpa kurasi."), True
    return _("Tidak ada yang berubah."), False


def _product(screen: Screen) -> ProductRow:
    assert screen.product is not None  # noqa: S101  (only changes to a product come here)
    return screen.product


def _id(row: VariantRow | None) -> int | None:
    return row.id if row else None


def _prefix(screen: Screen, row: VariantRow) -> str:
    product = _product(screen)
    if not screen.form.options:
        return ""
    return f"cell-{cell_key(typed.options_of(row, product.axes))}-"


def _placed(screen: Screen) -> list[tuple[VariantRow | None, VariantDraft, int]]:
    """Each form on sale with the variant it is of now, None for a new one, and the count its seller saw (-1: none)."""
    form, product = screen.form, _product(screen)
    on_sale = [row for row in screen.variants if row.is_active]
    if not form.options:
        seen = form.seen_on_hand.data
        if not on_sale:  # its only form waits for the owner's word on the price
            return [(None, said, -1) for said in form.variants()]
        return [(row, said, -1 if seen is None else seen) for row, said in zip(on_sale, form.variants(), strict=False)]
    by_key = {cell_key(typed.options_of(row, product.axes)): row for row in on_sale}
    placed = []
    for cell in form.cells:
        if not cell.is_off:
            seen = cell["seen_on_hand"].data
            placed.append((by_key.get(cell.key), cell.variant(), -1 if seen is None else seen))
    return placed


def _count(counted: list[tuple[VariantRow, int, int]], *, may_count: bool) -> None:
    """Set the stock of variants that are there already, each guarded by what was seen."""
    for row, on_hand, seen in counted:
        if on_hand == seen:
            continue
        if not may_count:
            raise Invalid("catalog.stock_not_yours", field="on_hand")
        try:
            variants.set_stock(current_actor(), row.id, on_hand, seen)
        except Stale as refusal:
            refusal.values["variant_id"] = row.id
            raise


def _free_parts(product_id: int) -> tuple[object, ...]:
    """All that is free of the curators."""
    counts = [(row.id, row.on_hand) for row in queries.variants(product_id)]
    return queries.forms_mark(product_id), queries.supply_of(product_id), counts
