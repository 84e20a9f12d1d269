"""Drafts of products for tests."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.catalog.models import AlbumPicture, ProductDraft
from marketplace.catalog.services import drafts
from marketplace.core.actor import Actor
from marketplace.core.db import db

KEY = "kunci-draf-untuk-uji"


def draft(actor: Actor, store_id: int, key: str = KEY, pictures: Sequence[int] = (), **fields: str) -> ProductDraft:
    """An open draft with these fields. Call it inside `transaction()`."""
    made = drafts.open_draft(actor, store_id, key)
    drafts.save_fields(made, {name: [value] for name, value in fields.items()})
    db.session.add_all(
        AlbumPicture(album_id=made.album_id, position=place, media_id=media_id)
        for place, media_id in enumerate(pictures)
    )
    db.session.flush()
    return made
