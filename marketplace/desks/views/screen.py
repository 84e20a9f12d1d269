"""The one screen on which a product is typed: what it shows, and how what was typed reaches the draft."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from wtforms import Field

from marketplace.accounts.queries import helpers_of
from marketplace.catalog import queries
from marketplace.catalog.queries import CategoryRow, DraftView, ProductRow, RevisionView, VariantRow
from marketplace.catalog.queries.albums import AlbumView, album_of, album_to_be
from marketplace.catalog.rules import (
    MOST_PICTURES,
    Attribute,
    AttributeValue,
    Fact,
    Supply,
    Unanswerable,
    answer_of,
    facts_of,
    is_draft_key,
)
from marketplace.catalog.services import drafts, pricing
from marketplace.certificates import queries as certificates
from marketplace.core.actor import Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.curation.queries import standings
from marketplace.desks.forms import typed
from marketplace.desks.forms.products import VariantForm
from marketplace.desks.forms.screen import ScreenForm, build, category_in
from marketplace.desks.views import photos
from marketplace.desks.views.rights import Allowed, allowed
from marketplace.places.queries import regencies
from marketplace.stores.queries import stores_by_ids
from marketplace.web.access import current_actor
from marketplace.web.forms import add_error
from marketplace.web.language import explain

REGENCY = len("53.71")
"""How much of a village's code is that of its regency."""
FLAT = {"options": "values_1", "axes": "axis_1", "tiers": "tier-1-price"}
"""Where a refusal about something that is no field of its own is shown."""


@dataclass
class Screen:
    """What the page shows. `draft` is what was kept so far; `product` is set for changes to one that is there."""

    key: str
    store_id: int
    product: ProductRow | None = None
    words: RevisionView | None = None
    variants: list[VariantRow] = field(default_factory=list)
    draft: DraftView | None = None
    data: Any = None
    album: AlbumView = None  # type: ignore[assignment]
    form: ScreenForm = None  # type: ignore[assignment]
    category: CategoryRow | None = None
    notes: list[str] = field(default_factory=list)
    left_out: tuple[Fact, ...] = ()
    """What the product says now and its other category does not ask, or not so."""

    @property
    def pictures(self) -> list[tuple[int, str]]:
        """Media id and the seller's own description."""
        return [(item.media_id, item.alt) for item in self.album.pictures if item.media_id]

    @property
    def media_ids(self) -> list[int]:
        return [media_id for media_id, _alt in self.pictures]

    def is_complete(self) -> bool:
        """Does the screen hold all it must? Adds words where it does not."""
        is_valid = self.form.validate()
        errors = list(self.notes)
        coming = sum(1 for item in self.album.items if item.is_waiting)
        if coming:
            errors.append(explain(Invalid("catalog.pictures_on_their_way", count=coming)))
        elif not self.pictures and not errors:
            errors.append(_("Tambahkan setidaknya satu foto."))
        add_error(self.form.pictures, *errors)
        lacks = queries.asks_composition(self.category) and not self.form.composition.data
        if lacks:
            add_error(self.form.composition, _("Tulis komposisinya: pembeli berhak tahu isinya."))
        return is_valid and not errors and not lacks

    def refuse(self, refusal: Invalid) -> None:
        """Show a service's refusal where it belongs: at the field of the form of the product that it means."""
        row = refusal.values.get("row")
        cells = [cell for cell in self.form.cells if not cell.is_off]
        if isinstance(row, int) and row <= len(cells) and refusal.field in ("price", "on_hand", "weight", "sku"):
            add_error(cells[row - 1][refusal.field], explain(refusal))
        elif refusal.field in FLAT:
            add_error(self.form[FLAT[refusal.field]], explain(refusal))
        else:
            self.form.refuse(refusal)


def new_key() -> str:
    """The name of a draft that is not there yet."""
    return secrets.token_urlsafe(18)


def open_screen(key: str, product: ProductRow | None = None, changes: typed.Typed | None = None) -> Screen:
    """The screen for a draft of a new product, or of one that is there. `changes` are laid over what was kept."""
    actor = current_actor()
    draft = queries.draft_of_product(product.id) if product else queries.draft(actor.stores_with(Right.PRODUCTS), key)
    store_id = product.store_id if product else draft.store_id if draft else actor.stores_with(Right.PRODUCTS)[0]
    screen = Screen(draft.key if draft else key, store_id, product, draft=draft)
    home = stores_by_ids([store_id])[store_id].village_code[:REGENCY]
    base: typed.Typed = {**typed.BLANK, "store_id": [str(store_id)], "origin_code": [home]}
    if product:
        screen.words = queries.revision(queries.latest_revision_id(product.id))
        screen.variants = queries.variants(product.id)
        base |= typed.as_typed(screen.words, screen.variants, queries.supply_of(product.id))
    screen.data = typed.laid(base, draft.fields if draft else {}, changes or {})
    screen.album = _album(screen)
    _build(screen)
    return screen


def _album(screen: Screen) -> AlbumView:
    """The album of the draft; of a draft that is still to begin, what it will begin with."""
    if screen.draft and screen.draft.album_id:
        return album_of(screen.draft.album_id)
    if screen.words is None:
        return album_to_be(screen.store_id)
    shown = zip(screen.words.picture_ids, screen.words.pictures, strict=True)
    return album_to_be(screen.store_id, screen.words.name, shown)


def _build(screen: Screen) -> None:
    actor, tree = current_actor(), queries.categories()
    for name in [name for name in screen.data if name.startswith("cell-") and name.endswith("-picture_id")]:
        if screen.data[name] not in map(str, screen.media_ids):  # it was taken out of the album
            screen.data[name] = ""
    screen.category = tree.by_id.get(category_in(screen.data.get("category_id")))
    kept = screen.words.category_id if screen.words else 0
    asking = screen.category.id if screen.category else kept
    asked = queries.attributes_of(asking) if asking else ()
    screen.left_out = _left_out(screen, asked)
    form = build(screen.data, asked, screen.media_ids)
    stores = stores_by_ids(actor.stores_with(Right.PRODUCTS))
    form.offer_places([(row.id, row.name) for row in stores.values()], tree)
    if screen.words and screen.words.category_id not in tree.by_id:  # it was switched off: the product may stay in it
        form.category_id.choices[screen.words.category_name] = [(str(kept), screen.words.category_name)]
    chosen = form.store_id.data if form.store_id.data in actor.stores_with(Right.PRODUCTS) else screen.store_id
    held = certificates.for_store(chosen)
    form.offer(
        [(region.code, region.name) for region in regencies()],
        [(row.id, row.printed if row.printed.startswith(row.label) else f"{row.label} {row.printed}") for row in held],
    )
    screen.form = form


def _left_out(screen: Screen, asked: Sequence[Attribute]) -> tuple[Fact, ...]:
    words = screen.words
    if words is None or screen.category is None or screen.category.id == words.category_id:
        return ()
    by_code = {attribute.code: attribute for attribute in asked}
    was_asked = [each for each in queries.all_attributes_of(words.category_id) if each.code in words.attributes]
    lost = [each for each in was_asked if not _fits(by_code.get(each.code), words.attributes[each.code])]
    return facts_of(lost, words.attributes)


def _fits(attribute: Attribute | None, answer: AttributeValue) -> bool:
    try:
        return attribute is not None and answer_of(attribute, answer) is not None
    except Unanswerable:
        return False


def take_in(key: str, product: ProductRow | None = None) -> Screen:
    """Keep what this request brings in the draft, do what its album was asked, and open the screen with it. What is
    wrong with a picture, or cannot be kept, is among the notes; whatever was typed is shown again all the same.

    Raises NotFound, Stale (catalog.draft_done).
    """
    actor, changes = current_actor(), typed.posted(request.form)
    if product:
        changes.pop("store_id", None)
    before = open_screen(key, product)
    if before.draft is None and not product:
        sent = request.form.get("store_id", type=int)
        before.store_id = sent if sent in actor.stores_with(Right.PRODUCTS) else before.store_id
    room = MOST_PICTURES - sum(1 for item in before.album.items if not item.refusal)
    taken, notes = photos.prepare(request.files.getlist("pictures"), room), []
    try:
        with transaction():
            draft = drafts.open_draft(actor, before.store_id, before.key, _id(product))
            if draft.album_id is not None:
                notes = photos.keep(actor, draft.album_id, taken)
                photos.act(actor, draft.album_id, request.form.get("aksi", ""))
            drafts.save_fields(draft, changes)
    except Invalid as refusal:
        notes.append(explain(refusal))
    screen = open_screen(before.key, product, changes)
    screen.notes = notes
    return screen


def _id(product: ProductRow | None) -> int | None:
    return product.id if product else None


def sent_key(sent_along: Mapping[str, str]) -> str:
    """The key that a page sent along, or a new one."""
    sent = sent_along.get("kunci", "")
    return sent if is_draft_key(sent) else new_key()


def show(screen: Screen) -> str:
    """The page; of a product whose words are not the visitor's to change, what it says and what she may."""
    product, form = screen.product, screen.form
    may = allowed(screen.store_id)
    if product and not may.words:
        return _show_seen(screen, product, may)
    _mark_needed(screen)
    axes = (product.axis_1, product.axis_2) if product else ("", "")
    return render_template(
        "desks/product.html",
        screen=screen,
        form=form,
        product=product,
        newest=screen.words,
        view=screen.album,
        **photos.qr_of(screen.album),
        category=screen.category,
        shown=typed.shown(screen.data, form._fields),
        forms_mark=queries.forms_mark(product.id) if product else "",
        missing=[certificates.type_of(kind).label for kind in screen.words.missing] if screen.words else [],
        asks_composition=queries.asks_composition(screen.category),
        standing=standings([product.id]).get(product.id) if product else None,
        stopped=[row for row in screen.variants if not row.is_active and not typed.is_on_screen(row, axes)],
        reserved=sum(row.reserved for row in screen.variants if row.is_active),
        is_food=bool(screen.category and screen.category.is_food),
        Supply=Supply,
        helpers=helpers_of(product.store_id) if product else {},
        waiting=_waiting(product),
        may=may,
    )


def _show_seen(screen: Screen, product: ProductRow, may: Allowed) -> str:
    on_sale = [row for row in screen.variants if row.is_active]
    return render_template(
        "desks/product_seen.html",
        product=product,
        newest=screen.words,
        rows=[(row, VariantForm(None, prefix=f"v{row.id}-", obj=row, seen_on_hand=row.on_hand)) for row in on_sale],
        is_counted=queries.supply_of(product.id).supply is not Supply.TO_ORDER,
        helpers=helpers_of(product.store_id),
        may=may,
    )


def _waiting(product: ProductRow | None) -> list[pricing.Waiting]:
    """The prices of this product that wait for the owner."""
    rows = pricing.waiting([product.store_id]) if product else []
    return [row for row in rows if product and row.product_id == product.id]


def _mark_needed(screen: Screen) -> None:
    """Say of the fields that are needed only sometimes whether they are now."""
    form, category = screen.form, screen.category
    _need(form.pictures, not screen.pictures)
    _need(form.on_hand, True)
    _need(form.composition, queries.asks_composition(category))
    for attribute, answer in form.answer_fields:
        _need(answer, attribute.is_required)


def _need(field: Field, is_needed: bool) -> None:
    setattr(field.flags, "required", is_needed)  # noqa: B010  (flags are whatever is set on them)
