"""What follows events of the areas below. Safe to repeat."""

from __future__ import annotations

import threading
from io import BytesIO

from marketplace.catalog.services import albums, search
from marketplace.core.db import db, transaction
from marketplace.core.errors import Invalid
from marketplace.media import services as media
from marketplace.media.events import UploadReceived
from marketplace.media.services import unused, uploads
from marketplace.stores.events import StoreChanged


def refresh_search(event: StoreChanged) -> None:
    """A store may have taken another name: its goods must be found by it."""
    with transaction():
        search.refresh_store(event.store_id)


_one_at_a_time = threading.Lock()


def take_pictures(event: UploadReceived) -> None:
    """Take the album pictures that are here. One at a time: twenty large ones leave the worker's other hand free."""
    take_waiting_pictures()


def take_waiting_pictures() -> None:
    """Work off all whole uploads. Who finds somebody at it already leaves: the other looks once more before it goes."""
    while uploads.are_waiting(albums.PURPOSE) and _one_at_a_time.acquire(blocking=False):
        try:
            while _take_one():
                pass
        finally:
            _one_at_a_time.release()


def sweep_uploads() -> None:
    """Close uploads whose time is over, and take those on that a killed worker left behind."""
    with transaction():
        uploads.expire()
    if _one_at_a_time.acquire(blocking=False):
        try:
            while _take_one():
                pass
        finally:
            _one_at_a_time.release()


def forget_unused_pictures() -> None:
    """Once a day: albums that nobody touched for long, then files that nothing refers to."""
    with transaction():
        albums.forget_old()
    with transaction():
        unused.forget()


def _take_one() -> bool:
    with transaction():
        claimed = uploads.claim(albums.PURPOSE)
        job = (claimed.id, list(claimed.chunks)) if claimed else None
    if job is None:
        return False
    upload_id, chunks = job
    db.session.rollback()
    try:
        prepared = media.prepare_picture(BytesIO(uploads.content(chunks)))
    except Invalid as refusal:
        with transaction():
            albums.refuse(upload_id, refusal)
    except FileNotFoundError:
        with transaction():
            albums.refuse(upload_id, Invalid("media.upload_over"))
    else:
        with transaction():
            is_wanted = albums.take(upload_id, prepared)
        if not is_wanted:
            media.discard(prepared)
    return True
