"""What is in an album."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import Album, AlbumPicture
from marketplace.catalog.policies import can_sell
from marketplace.catalog.rules import alt_of
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.media.models import MediaFile, Upload
from marketplace.media.rules import Picture, UploadState


@dataclass(frozen=True)
class AlbumItem:
    """A place in an album: a picture, or an upload by its key (`percent` is here), or a refusal with its values."""

    id: int
    media_id: int | None
    picture: Picture | None
    alt: str
    name: str = ""
    percent: int = 0
    upload_key: str = ""
    is_waiting: bool = False
    refusal: str = ""
    refusal_values: Mapping[str, object] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """Its name in buttons; the same before and after the album is opened."""
        return f"m{self.media_id}" if self.media_id else f"p{self.id}"


@dataclass(frozen=True)
class AlbumView:
    """An album with all its places in order. `link_key` is None when no other phone may add now."""

    id: int
    key: str
    store_id: int
    title: str
    link_key: str | None
    link_ends_at: datetime | None
    items: tuple[AlbumItem, ...]

    @property
    def pictures(self) -> tuple[AlbumItem, ...]:
        """Those that are pictures already."""
        return tuple(item for item in self.items if item.picture)

    @property
    def waiting(self) -> tuple[AlbumItem, ...]:
        """Those still on their way, and those that were refused."""
        return tuple(item for item in self.items if not item.picture)

    @property
    def is_busy(self) -> bool:
        """Is anything on its way?"""
        return any(item.is_waiting for item in self.items)


def album(actor: Actor, key: str) -> AlbumView:
    """An album of a store the actor sells for. Two statements. Raises NotFound."""
    row = db.session.scalar(sa.select(Album).where(Album.key == key))
    if row is None or not can_sell(actor, row.store_id):
        raise NotFound("catalog.album_not_found")
    return _view(row)


def album_of(album_id: int) -> AlbumView:
    """An album that the caller found by what it is of. Two statements. Raises NotFound."""
    row = db.session.get(Album, album_id, populate_existing=True)
    if row is None:
        raise NotFound("catalog.album_not_found")
    return _view(row)


def album_to_be(store_id: int, title: str = "", shown: Iterable[tuple[int, Picture]] = ()) -> AlbumView:
    """What the album of a product will begin with once it is opened: the pictures of its words. Descriptions that are
    only its name are left for the name of then. Its places have no ids yet."""
    items = tuple(
        AlbumItem(0, media_id, picture, "" if picture.alt == alt_of(title, number) else picture.alt)
        for number, (media_id, picture) in enumerate(shown, 1)
    )
    return AlbumView(0, "", store_id, title, None, None, items)


def album_by_link(link_key: str) -> AlbumView:
    """The album that a link opens for adding, while it lasts. Raises NotFound."""
    row = db.session.scalar(sa.select(Album).where(Album.link_key == link_key, Album.link_ends_at > now()))
    if row is None:
        raise NotFound("catalog.album_not_found")
    return _view(row)


def pictures(album_id: int) -> list[tuple[int, str]]:
    """The pictures of an album in order: media id and description; what a `Draft` takes."""
    query = sa.select(AlbumPicture.media_id, AlbumPicture.alt).where(
        AlbumPicture.album_id == album_id, AlbumPicture.media_id.is_not(None)
    )
    rows = db.session.execute(query.order_by(AlbumPicture.position, AlbumPicture.id))
    return [(media_id, alt) for media_id, alt in rows if media_id is not None]


def waiting(album_id: int) -> list[AlbumItem]:
    """The places that are no pictures yet: on their way, or refused with words."""
    return [item for item in _items(album_id) if not item.picture]


def _view(row: Album) -> AlbumView:
    lasts = row.link_ends_at is not None and row.link_ends_at > now()
    link = (row.link_key, row.link_ends_at) if lasts else (None, None)
    return AlbumView(row.id, row.key, row.store_id, row.title, *link, items=tuple(_items(row.id)))


def _items(album_id: int) -> list[AlbumItem]:
    query = (
        sa.select(AlbumPicture, MediaFile, Upload.key, Upload.length, Upload.offset, Upload.state, Upload.expires_at)
        .outerjoin(MediaFile, MediaFile.id == AlbumPicture.media_id)
        .outerjoin(Upload, Upload.id == AlbumPicture.upload_id)
        .where(AlbumPicture.album_id == album_id)
        .order_by(AlbumPicture.position, AlbumPicture.id)
    )
    return [_item(row) for row in db.session.execute(query)]


def _item(row: Any) -> AlbumItem:
    place, file, upload_key, length, offset, state, expires_at = row
    refusal = place.refusal
    if file is None and not refusal and (state is None or (state is UploadState.OPEN and expires_at <= now())):
        refusal = "media.upload_over"
    return AlbumItem(
        id=place.id,
        media_id=place.media_id,
        picture=Picture(file.key, file.width, file.height, place.alt) if file else None,
        alt=place.alt,
        name=place.name,
        percent=100 * offset // length if length else 0,
        upload_key=upload_key or "",
        is_waiting=file is None and not refusal,
        refusal=refusal,
        refusal_values=place.refusal_values,
    )
