"""Pictures that come with words, e.g. a message: taken in as private files before the transaction that keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from marketplace.core.errors import Invalid, Refusal
from marketplace.media import services as media
from marketplace.media.services import Prepared


@contextmanager
def prepared(files: Iterable[Any], field: str = "pictures") -> Iterator[list[Prepared]]:
    """The pictures, taken in as private files; forgotten again when nothing was written with them.

    What cannot be read is refused at `field`.
    """
    done: list[Prepared] = []
    try:
        done.extend(media.prepare_private_picture(each.stream) for each in files)
        yield done
    except Refusal as refusal:
        discard(done)
        if isinstance(refusal, Invalid) and refusal.message_id.startswith("media."):
            refusal.field = field
        raise


def discard(pictures: Iterable[Prepared]) -> None:
    """Forget pictures that nothing was written with."""
    for each in pictures:
        media.discard(each)
