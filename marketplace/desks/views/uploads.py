"""Pictures of a form in the making: taken in at once, and kept while the rest is still being put right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request

from marketplace.catalog.queries import usable_pictures
from marketplace.catalog.rules import MOST_PICTURES
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.media import services as media
from marketplace.media.rules import Picture
from marketplace.web.access import current_actor
from marketplace.web.language import explain

KEPT, DROPPED, FIRST = "foto_ada", "foto_buang", "foto_utama"


class Attached:
    """The pictures of a form: those sent along as already there, then those uploaded with this request.

    `errors` are the words for each upload that was no good; the good ones are kept all the same.
    """

    def __init__(self, media_ids: Iterable[int], store_ids: Iterable[int]) -> None:
        self.store_ids = tuple(store_ids)
        self.media_ids = list(dict.fromkeys(media_ids))
        self.errors: list[str] = []

    @classmethod
    def from_request(cls, store_ids: Iterable[int]) -> Attached:
        """What the form says is there, without what it says to drop, the chosen one first."""
        dropped = set(request.form.getlist(DROPPED, type=int))
        first = request.form.get(FIRST, type=int)
        kept = [media_id for media_id in request.form.getlist(KEPT, type=int) if media_id not in dropped]
        return cls(sorted(kept[: 2 * MOST_PICTURES], key=lambda media_id: media_id != first), store_ids)

    def take(self, uploads: Iterable[Any] | None) -> None:
        """Take uploads in, as far as there is room. Re-encodes outside, keeps inside a transaction of its own."""
        prepared: list[media.Prepared] = []
        for upload in uploads or ():
            if len(self.media_ids) + len(prepared) >= MOST_PICTURES:
                self.errors.append(explain(Invalid("catalog.too_many_pictures", most=MOST_PICTURES)))
                break
            try:
                prepared.append(media.prepare_picture(upload.stream))
            except Invalid as refusal:
                self.errors.append(f"{upload.filename}: {explain(refusal)}")
        if not prepared:
            return
        with transaction():
            kept = [media.keep(current_actor(), one).id for one in prepared]
        self.media_ids += kept

    def shown(self) -> list[tuple[int, Picture]]:
        """The pictures to show as already there; an id that is not the visitor's to use is left out."""
        found = usable_pictures(current_actor(), self.store_ids, self.media_ids)
        return [(media_id, found[media_id]) for media_id in self.media_ids if media_id in found]
