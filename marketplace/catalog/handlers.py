"""What follows events of the areas below, and what is done again and again. Safe to repeat."""

from __future__ import annotations

import threading
from io import BytesIO

import sqlalchemy as sa

from marketplace.accounts.queries import names_of, owners_of, people_of_store
from marketplace.catalog.events import PriceWaits
from marketplace.catalog.models import PendingPrice, Product
from marketplace.catalog.queries import StockRow, local_now
from marketplace.catalog.rules import ProductStatus, Supply, minutes_of
from marketplace.catalog.services import albums, keeping, lowstock, pricing, search, supply
from marketplace.core import revision
from marketplace.core.actor import Right
from marketplace.core.clock import now
from marketplace.core.db import db, transaction
from marketplace.core.errors import Invalid
from marketplace.media import services as media
from marketplace.media.events import UploadReceived
from marketplace.media.services import unused, uploads
from marketplace.notifications.services import write_letter
from marketplace.stores import queries as stores
from marketplace.stores.events import StoreChanged

TURN = 2
"""Minutes after a cut-off or midnight in which pages are made afresh."""


def refresh_search(event: StoreChanged) -> None:
    """A store may have taken another name: its goods must be found by it."""
    with transaction():
        search.refresh_store(event.store_id)


def keep_times() -> None:
    """Show and hide the goods whose time has come."""
    with transaction():
        keeping.keep_times()


def close_days() -> None:
    """Routine: write the left-overs of days and hours gone by off the shelves, and make pages say what is true now."""
    while _close_some():
        pass
    with transaction():
        if _has_turned():
            revision.touch()


def _close_some() -> int:
    with transaction():
        return supply.close_days()


def _has_turned() -> bool:
    """Is a cut-off or midnight just over? Pages say when goods can be had, and nothing in the database moves then."""
    minute = minutes_of(local_now())
    if minute < TURN:
        return True
    passed = sa.exists().where(
        Product.supply == Supply.DAILY,
        Product.status == ProductStatus.ACTIVE,
        Product.cutoff_minutes.between(minute - TURN, minute),
    )
    return bool(db.session.scalar(sa.select(passed)))


def warn_of_low_stock() -> None:
    """Routine: one letter to the people of each shop in which something fell below its line, told once."""
    with transaction():
        for store_id, rows in lowstock.take_low().items():
            _warn(store_id, rows)


def _warn(store_id: int, rows: list[StockRow]) -> None:
    name = stores.store(store_id).name
    mark = f"{store_id}:{now().isoformat()}:{rows[0].variant_id}"
    for person in people_of_store(store_id, Right.STOCK):
        write_letter(
            f"catalog.low_stock:{mark}:{person.id}",
            person.email or "",
            "catalog/low_stock",
            person.language,
            person=person,
            store=name,
            rows=rows,
            path="/penjual/stok?hanya=menipis",
        )


def tell_of_price(event: PriceWaits) -> None:
    """To each owner: a helper wrote prices, and they wait for her.

    The one that the event is about may be mended or withdrawn by now while others wait: the oldest of those is told of.
    """
    with transaction():
        told = db.session.get(PendingPrice, event.pending_id)
        row = pricing.oldest_waiting(told.store_id) if told else None
        if row is None:
            return
        by = names_of([row.asked_by]).get(row.asked_by, "")
        for owner in owners_of(row.store_id):
            write_letter(
                f"catalog.price_waits:{row.id}:{owner.id}",
                owner.email or "",
                "catalog/price_waits",
                owner.language,
                person=owner,
                store=stores.store(row.store_id).name,
                by=by,
                path="/penjual/harga-menunggu",
            )


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
