"""Products in the making. What is typed is kept field by field: of one field the last writer wins, others stay.

A draft is opened by its first save, under a key that was made with the page, so that a save sent again over a bad line
meets the same draft. Locks: the draft before anything it is made into.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from marketplace.catalog import rules
from marketplace.catalog.models import Album, Product, ProductDraft
from marketplace.catalog.policies import can_sell
from marketplace.catalog.queries import latest_revision_id, revision, variants
from marketplace.catalog.queries.albums import AlbumView, album_to_be
from marketplace.catalog.services import albums
from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from marketplace.core.locks import lock_one, lock_words
from marketplace.media.services import Prepared


def open_draft(actor: Actor, store_id: int, key: str, product_id: int | None = None) -> ProductDraft:
    """The shop's draft of this key, locked; begun when there is none. For changes to a product, its only draft, which
    begins with the pictures of its newest words.

    Raises NotFound for a key that is none or another shop's,
    NotAllowed; Stale (catalog.draft_done) for one handed in already; Invalid (catalog.too_many_drafts).
    """
    if not can_sell(actor, store_id):
        raise NotAllowed("catalog.not_yours")
    if not rules.is_draft_key(key):
        raise NotFound("catalog.draft_not_found")
    lock_words([f"draft {product_id or key}"])
    found = _find(key, product_id)
    if found is None:
        return _begin(actor, store_id, key, product_id)
    draft = lock_one(ProductDraft, found)
    if draft.store_id != store_id or draft.product_id != product_id:
        raise NotFound("catalog.draft_not_found")
    if draft.submitted_at is not None:
        raise Stale("catalog.draft_done")
    return draft


def save_fields(draft: ProductDraft, fields: Mapping[str, Sequence[str]]) -> None:
    """Keep these fields of an open, locked draft as they were typed; all others stay as they are.

    Raises Invalid naming the field: catalog.draft_field_unknown, catalog.draft_too_large.
    """
    for name, values in fields.items():
        if not rules.is_draft_field(name):
            raise Invalid("catalog.draft_field_unknown", field=name)
        if len(values) > rules.MOST_VALUES or any(len(value) > rules.LONGEST_VALUE for value in values):
            raise Invalid("catalog.draft_too_large", field=name)
    kept = {**draft.fields, **{name: list(values) for name, values in fields.items()}}
    if sum(len(name) + sum(map(len, values)) for name, values in kept.items()) > rules.LARGEST_DRAFT:
        raise Invalid("catalog.draft_too_large")
    if kept == draft.fields:
        return
    at = now()
    changed = [name for name in fields if draft.fields.get(name) != kept[name]]
    draft.saved = {**draft.saved, **dict.fromkeys(changed, at.isoformat())}
    draft.fields, draft.updated_at = kept, at
    if "name" in changed:
        title = rules.value_of(kept, "name")[:140]
        db.session.execute(sa.update(Album).where(Album.id == draft.album_id).values(title=title))
    db.session.flush()


def replace_picture(actor: Actor, album_id: int, picture_id: int, seen_media_id: int, prepared: Prepared) -> None:
    """Put a turned or cropped picture in its place in the album of a draft; forms of the product that show it still do.

    Raises what `albums.replace` raises.
    """
    query = sa.select(ProductDraft).where(ProductDraft.album_id == album_id, ProductDraft.submitted_at.is_(None))
    draft = db.session.scalar(query.with_for_update())
    changed = albums.replace(actor, album_id, picture_id, seen_media_id, prepared)
    if draft is None:
        return
    moved = {
        name: [str(changed)]
        for name, values in (_pictured(draft) | draft.fields).items()
        if name.startswith("cell-") and name.endswith("-picture_id") and list(values) == [str(seen_media_id)]
    }
    save_fields(draft, moved)


def _pictured(draft: ProductDraft) -> dict[str, list[str]]:
    """The pictures of the forms of a product that is there already, as fields."""
    if draft.product_id is None:
        return {}
    return {
        f"cell-{rules.cell_key(row.options if any(row.options) else (row.name or rules.PLAIN, ''))}-picture_id": [
            str(row.picture_id)
        ]
        for row in variants(draft.product_id)
        if row.picture_id
    }


def own_draft(actor: Actor, key: str) -> ProductDraft:
    """A draft of a store the actor works for, handed in or not, locked. Raises NotFound, NotAllowed."""
    draft = lock_one(ProductDraft, _find(key) or 0)
    if not can_sell(actor, draft.store_id):
        raise NotAllowed("catalog.not_yours")
    return draft


def finish(actor: Actor, draft: ProductDraft, product: Product) -> None:
    """The draft became this product: it is kept, so that a second hand-in finds the product instead of making one. A
    link for another phone's pictures ends."""
    draft.submitted_at, draft.made_id = now(), product.id
    db.session.flush()
    if draft.album_id is not None:
        albums.end_link(draft.album_id)
    audit.record(actor, "catalog.draft_submitted", "product_draft", draft.id, product_id=product.id)


def discard(actor: Actor, key: str) -> None:
    """Throw a draft away, with what was typed; its album. Raises NotFound, NotAllowed, Stale."""
    draft = own_draft(actor, key)
    if draft.submitted_at is not None:
        raise Stale("catalog.draft_done")
    close(draft)
    audit.record(actor, "catalog.draft_discarded", "product_draft", draft.id, store_id=draft.store_id)


def close(draft: ProductDraft) -> None:
    """Forget a locked draft whose changes have been taken over, or that nobody wants."""
    album_id = draft.album_id
    db.session.execute(sa.delete(ProductDraft).where(ProductDraft.id == draft.id))
    if album_id is not None:
        albums.forget(album_id)


def _find(key: str, product_id: int | None = None) -> int | None:
    """The id of a product's draft, or of the one with this key."""
    if product_id is not None:
        found = db.session.scalar(sa.select(ProductDraft.id).where(ProductDraft.product_id == product_id))
        if found is not None:
            return found
    return db.session.scalar(sa.select(ProductDraft.id).where(ProductDraft.key == key))


def _begin(actor: Actor, store_id: int, key: str, product_id: int | None) -> ProductDraft:
    lock_words([f"drafts of store {store_id}"])
    held = sa.select(sa.func.count()).where(ProductDraft.store_id == store_id, ProductDraft.submitted_at.is_(None))
    if (db.session.scalar(held) or 0) >= rules.MOST_DRAFTS:
        raise Invalid("catalog.too_many_drafts", most=rules.MOST_DRAFTS)
    at = now()
    begun = _first_pictures(store_id, product_id)
    held_by = albums.open_album(
        actor, store_id, [(item.media_id, item.alt) for item in begun.pictures if item.media_id], begun.title
    )
    draft = ProductDraft(
        key=key,
        store_id=store_id,
        product_id=product_id,
        album_id=held_by.id,
        fields={},
        saved={},
        created_at=at,
        created_by=actor.person_id,
        updated_at=at,
    )
    db.session.add(draft)
    db.session.flush()
    audit.record(actor, "catalog.draft_opened", "product_draft", draft.id, store_id=store_id, product_id=product_id)
    return draft


def _first_pictures(store_id: int, product_id: int | None) -> AlbumView:
    if product_id is None:
        return album_to_be(store_id)
    words = revision(latest_revision_id(product_id))
    return album_to_be(store_id, words.name, zip(words.picture_ids, words.pictures, strict=True))
