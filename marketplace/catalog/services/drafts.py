"""Products in the making. What is typed is kept field by field: of one field the last writer wins, others stay.

A draft is opened by its first save, under a key that was made with the page, so that a save sent again over a bad line
meets the same draft. Locks: the draft before anything it is made into.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from marketplace.catalog import rules
from marketplace.catalog.models import DraftPicture, Product, ProductDraft
from marketplace.catalog.policies import can_sell
from marketplace.catalog.queries.pictures import usable_pictures
from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from marketplace.core.locks import lock_one, lock_words


def open_draft(
    actor: Actor, store_id: int, key: str, product_id: int | None = None, picture_ids: Sequence[int] = ()
) -> ProductDraft:
    """The shop's draft of this key, locked; begun when there is none. For changes to a product, its only draft.

    `picture_ids` are those that a new draft begins with. Raises NotFound for a key that is none or another shop's,
    NotAllowed; Stale (catalog.draft_done) for one handed in already; Invalid (catalog.too_many_drafts).
    """
    if not can_sell(actor, store_id):
        raise NotAllowed("catalog.not_yours")
    if not rules.is_draft_key(key):
        raise NotFound("catalog.draft_not_found")
    lock_words([f"draft {product_id or key}"])
    found = _find(key, product_id)
    if found is None:
        return _begin(actor, store_id, key, product_id, picture_ids)
    draft = lock_one(ProductDraft, found)
    if draft.store_id != store_id or draft.product_id != product_id:
        raise NotFound("catalog.draft_not_found")
    if draft.submitted_at is not None:
        raise Stale("catalog.draft_done")
    return draft


def save_field(actor: Actor, key: str, name: str, values: Sequence[str]) -> ProductDraft:
    """Keep one field of a draft as it was typed. Raises what `own_draft` and `save_fields` raise."""
    draft = own_draft(actor, key)
    if draft.submitted_at is not None:
        raise Stale("catalog.draft_done")
    save_fields(draft, {name: values})
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
    db.session.flush()


def add_pictures(actor: Actor, draft: ProductDraft, media_ids: Iterable[int], upload_key: str = "") -> None:
    """Put pictures behind those of an open, locked draft; one that is there already stays where it is.

    Raises Invalid (field pictures): catalog.too_many_pictures, catalog.picture_unknown.
    """
    held = picture_ids(draft.id)
    fresh = [media_id for media_id in dict.fromkeys(media_ids) if media_id not in held]
    if len(held) + len(fresh) > rules.MOST_PICTURES:
        raise Invalid("catalog.too_many_pictures", field="pictures", most=rules.MOST_PICTURES)
    if set(usable_pictures(actor, [draft.store_id], fresh)) != set(fresh):
        raise Invalid("catalog.picture_unknown", field="pictures")
    if fresh:
        _write_pictures(draft, fresh, upload_key, len(held) + _last_position(draft.id))


def arrange_pictures(draft: ProductDraft, drop: Iterable[int] = (), first: int | None = None) -> None:
    """Take pictures off an open, locked draft, and put one of them first. Pictures that are not on it do not matter."""
    gone = sorted(set(drop))
    if gone:
        named = sa.and_(DraftPicture.draft_id == draft.id, DraftPicture.media_id.in_(gone))
        db.session.execute(sa.delete(DraftPicture).where(named))
    if first is not None and picture_ids(draft.id)[:1] != [first]:
        lowest = sa.select(sa.func.min(DraftPicture.position)).where(DraftPicture.draft_id == draft.id)
        chosen = sa.and_(DraftPicture.draft_id == draft.id, DraftPicture.media_id == first)
        before = (db.session.scalar(lowest) or 0) - 1
        db.session.execute(sa.update(DraftPicture).where(chosen).values(position=before))
    db.session.flush()


def has_upload(draft_id: int, upload_key: str) -> bool:
    """Did an upload of this key reach the draft already? It was sent again because its answer got lost."""
    query = sa.select(DraftPicture.id).where(
        DraftPicture.draft_id == draft_id, DraftPicture.upload_key == upload_key, DraftPicture.upload_key != ""
    )
    return db.session.scalar(query.limit(1)) is not None


def picture_ids(draft_id: int) -> list[int]:
    """The pictures of a draft in order."""
    query = sa.select(DraftPicture.media_id).where(DraftPicture.draft_id == draft_id)
    return list(db.session.scalars(query.order_by(DraftPicture.position, DraftPicture.id)))


def own_draft(actor: Actor, key: str) -> ProductDraft:
    """A draft of a store the actor works for, handed in or not, locked. Raises NotFound, NotAllowed."""
    draft = lock_one(ProductDraft, _find(key) or 0)
    if not can_sell(actor, draft.store_id):
        raise NotAllowed("catalog.not_yours")
    return draft


def finish(actor: Actor, draft: ProductDraft, product: Product) -> None:
    """The draft became this product: it is kept, so that a second hand-in finds the product instead of making one."""
    draft.submitted_at, draft.made_id = now(), product.id
    db.session.flush()
    audit.record(actor, "catalog.draft_submitted", "product_draft", draft.id, product_id=product.id)


def discard(actor: Actor, key: str) -> None:
    """Throw a draft away, with what was typed; its pictures lose their place. Raises NotFound, NotAllowed, Stale."""
    draft = own_draft(actor, key)
    if draft.submitted_at is not None:
        raise Stale("catalog.draft_done")
    close(draft)
    audit.record(actor, "catalog.draft_discarded", "product_draft", draft.id, store_id=draft.store_id)


def close(draft: ProductDraft) -> None:
    """Forget a locked draft whose changes have been taken over, or that nobody wants."""
    db.session.execute(sa.delete(DraftPicture).where(DraftPicture.draft_id == draft.id))
    db.session.execute(sa.delete(ProductDraft).where(ProductDraft.id == draft.id))


def _find(key: str, product_id: int | None = None) -> int | None:
    """The id of a product's draft, or of the one with this key."""
    if product_id is not None:
        found = db.session.scalar(sa.select(ProductDraft.id).where(ProductDraft.product_id == product_id))
        if found is not None:
            return found
    return db.session.scalar(sa.select(ProductDraft.id).where(ProductDraft.key == key))


def _begin(actor: Actor, store_id: int, key: str, product_id: int | None, picture_ids: Sequence[int]) -> ProductDraft:
    lock_words([f"drafts of store {store_id}"])
    held = sa.select(sa.func.count()).where(ProductDraft.store_id == store_id, ProductDraft.submitted_at.is_(None))
    if (db.session.scalar(held) or 0) >= rules.MOST_DRAFTS:
        raise Invalid("catalog.too_many_drafts", most=rules.MOST_DRAFTS)
    at = now()
    draft = ProductDraft(
        key=key,
        store_id=store_id,
        product_id=product_id,
        fields={},
        saved={},
        created_at=at,
        created_by=actor.person_id,
        updated_at=at,
    )
    db.session.add(draft)
    db.session.flush()
    _write_pictures(draft, picture_ids, "", 0)
    audit.record(actor, "catalog.draft_opened", "product_draft", draft.id, store_id=store_id, product_id=product_id)
    return draft


def _last_position(draft_id: int) -> int:
    query = sa.select(sa.func.max(DraftPicture.position)).where(DraftPicture.draft_id == draft_id)
    return db.session.scalar(query) or 0


def _write_pictures(draft: ProductDraft, media_ids: Iterable[int], upload_key: str, start: int) -> None:
    db.session.add_all(
        DraftPicture(draft_id=draft.id, media_id=media_id, upload_key=upload_key, position=position)
        for position, media_id in enumerate(media_ids, start)
    )
    draft.updated_at = now()
    db.session.flush()
