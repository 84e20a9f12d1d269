"""Pictures that come with a form: taken in at once, and kept while the rest is still being put right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import request

from marketplace.catalog.rules import MOST_PICTURES
from marketplace.core.errors import Invalid
from marketplace.media import services as media
from marketplace.web.language import explain

KEPT, DROPPED, FIRST = "foto_ada", "foto_buang", "foto_utama"


@dataclass(frozen=True)
class Arranged:
    """What a form says about the pictures it showed: those that stay, those that go, the one to come first."""

    kept: tuple[int, ...]
    dropped: tuple[int, ...]
    first: int | None


def arranged() -> Arranged:
    """Of this request."""
    dropped = tuple(request.form.getlist(DROPPED, type=int))
    kept = (media_id for media_id in request.form.getlist(KEPT, type=int) if media_id not in dropped)
    return Arranged(tuple(kept)[: 2 * MOST_PICTURES], dropped, request.form.get(FIRST, type=int))


def prepare(uploads: Iterable[Any] | None, room: int) -> tuple[list[media.Prepared], list[str]]:
    """Re-encode uploads as far as there is room: the good ones, and words about each that was no good.

    Slow: outside a transaction. Files of a form that was sent without any have no name and are passed over.
    """
    prepared: list[media.Prepared] = []
    errors: list[str] = []
    for upload in uploads or ():
        if not upload.filename:
            continue
        if len(prepared) >= room:
            errors.append(explain(Invalid("catalog.too_many_pictures", most=MOST_PICTURES)))
            break
        try:
            prepared.append(media.prepare_picture(upload.stream))
        except Invalid as refusal:
            errors.append(f"{upload.filename}: {explain(refusal)}")
    return prepared, errors
