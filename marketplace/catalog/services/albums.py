"""Pictures being put together for a product: added, put in order, described, removed, and taken in by the worker."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa

from marketplace.catalog.models import Album, AlbumPicture, ProductDraft
from marketplace.catalog.policies import can_sell
from marketplace.catalog.queries import usable_pictures
from marketplace.catalog.queries.albums import pictures as pictures
from marketplace.catalog.queries.albums import waiting as waiting
from marketplace.catalog.rules import MOST_PICTURES
from marketplace.core import audit, settings
from marketplace.core.actor import GUEST, Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.core.locks import lock_one
from marketplace.media import services as media
from marketplace.media.models import Upload
from marketplace.media.services import Prepared, uploads
from marketplace.media.services.uploads import Whole

PURPOSE = "album:"
LONGEST_ALT = 200
REST = timedelta(days=30)
LINK_MINUTES = settings.define("catalog.photo_link_minutes", 15, "Menit tautan foto berlaku", minimum=1, maximum=60)


def open_album(actor: Actor, store_id: int, pictures: Iterable[tuple[int, str]] = (), title: str = "") -> Album:
    """A new album of a store, with (media id, description) of pictures that are there already, in order.

    Pictures that are not the actor's or the store's are left out. Raises NotFound.
    """
    if not can_sell(actor, store_id):
        raise NotFound("catalog.album_not_found")
    given = list(pictures)
    usable = usable_pictures(actor, [store_id], [media_id for media_id, _ in given])
    at = now()
    made = Album(
        key=secrets.token_hex(16),
        store_id=store_id,
        title=title[:140],
        created_by=actor.person_id,
        created_at=at,
        touched_at=at,
    )
    db.session.add(made)
    db.session.flush()
    kept = [(media_id, alt) for media_id, alt in given if media_id in usable][:MOST_PICTURES]
    db.session.add_all(
        AlbumPicture(album_id=made.id, position=place, media_id=media_id, alt=alt)
        for place, (media_id, alt) in enumerate(kept)
    )
    db.session.flush()
    audit.record(actor, "catalog.album_opened", "album", made.id, store_id=store_id)
    return made


def begin_upload(actor: Actor, album_id: int, name: str, length: int) -> Upload:
    """A place for a picture that is now on its way. Raises NotFound, TooMany, Invalid as `uploads.begin` does, and
    catalog.too_many_pictures."""
    return _begin(actor, _own(actor, album_id), name, length)


def begin_upload_by_link(link_key: str, name: str, length: int) -> Upload:
    """The same from another phone, by the link alone. Raises NotFound when the link is over."""
    return _begin(GUEST, _by_link(link_key), name, length)


def _begin(actor: Actor, album: Album, name: str, length: int) -> Upload:
    place = _next_place(album)
    upload = uploads.begin(actor, f"{PURPOSE}{album.id}", name, length)
    db.session.add(AlbumPicture(album_id=album.id, position=place, upload_id=upload.id, name=upload.name))
    db.session.flush()
    return upload


def hand_over(actor: Actor, album_id: int, whole: Whole, name: str) -> None:
    """A place for a picture that is here already and that the worker takes on. Raises NotFound, TooMany, Invalid:
    catalog.too_many_pictures."""
    _hand_over(actor, _own(actor, album_id), whole, name)


def hand_over_by_link(link_key: str, whole: Whole, name: str) -> None:
    """The same from another phone, by the link alone."""
    _hand_over(GUEST, _by_link(link_key), whole, name)


def _hand_over(actor: Actor, album: Album, whole: Whole, name: str) -> None:
    upload = _begin(actor, album, name, whole.length)
    uploads.count_chunk(actor, upload.key, 0, whole.chunk, whole.length)


def add(actor: Actor, album_id: int, prepared: Prepared, name: str = "") -> int:
    """Add a picture that was prepared already; its media id. Raises NotFound, Invalid: catalog.too_many_pictures."""
    return _add(actor, _own(actor, album_id), prepared, name)


def add_by_link(link_key: str, prepared: Prepared, name: str = "") -> int:
    """The same from another phone, by the link alone."""
    return _add(GUEST, _by_link(link_key), prepared, name)


def _add(actor: Actor, album: Album, prepared: Prepared, name: str) -> int:
    place = _next_place(album)
    kept = media.keep(_keeper(actor, album), prepared)
    db.session.add(AlbumPicture(album_id=album.id, position=place, media_id=kept.id, name=name[:120]))
    db.session.flush()
    return kept.id


def add_refused(actor: Actor, album_id: int, name: str, refusal: Invalid) -> None:
    """Say in the album why a file was no good. Raises NotFound."""
    album = _own(actor, album_id)
    last = sa.select(sa.func.max(AlbumPicture.position)).where(AlbumPicture.album_id == album.id)
    db.session.add(
        AlbumPicture(
            album_id=album.id,
            position=(db.session.scalar(last) or 0) + 1,
            name=name[:120],
            refusal=refusal.message_id,
            refusal_values=dict(refusal.values),
        )
    )
    db.session.flush()


def _keeper(actor: Actor, album: Album) -> Actor:
    """A picture that came by the link belongs to who opened the album."""
    return actor if actor.person_id is not None else Actor(person_id=album.created_by)


def _next_place(album: Album) -> int:
    """The position after the last. Places of uploads that were refused take no room. Raises Invalid when full."""
    places = list(db.session.scalars(sa.select(AlbumPicture).where(AlbumPicture.album_id == album.id)))
    if sum(1 for place in places if not place.refusal) >= MOST_PICTURES:
        raise Invalid("catalog.too_many_pictures", field="foto", most=MOST_PICTURES)
    album.touched_at = now()
    return max((place.position for place in places), default=-1) + 1


def settled(actor: Actor, album_id: int) -> list[tuple[int, str]]:
    """The pictures of an album, locked, in order: media id and description.

    Raises NotFound; Invalid (field pictures): catalog.pictures_on_their_way while any is being sent or worked on.
    """
    _own(actor, album_id)
    coming = sum(1 for item in waiting(album_id) if item.is_waiting)
    if coming:
        raise Invalid("catalog.pictures_on_their_way", field="pictures", count=coming)
    return pictures(album_id)


def forget(album_id: int) -> None:
    """Drop an album that nothing is of any more; uploads still on their way to it find no place."""
    db.session.execute(sa.delete(AlbumPicture).where(AlbumPicture.album_id == album_id))
    db.session.execute(sa.delete(Album).where(Album.id == album_id))


def move(actor: Actor, album_id: int, picture_id: int, step: int) -> None:
    """Move a picture one place to the front (-1) or to the back (1); at the end nothing happens. Raises NotFound."""
    _own(actor, album_id)
    query = sa.select(AlbumPicture).where(AlbumPicture.album_id == album_id, AlbumPicture.media_id.is_not(None))
    places = list(db.session.scalars(query.order_by(AlbumPicture.position, AlbumPicture.id)))
    at = next((index for index, place in enumerate(places) if place.id == picture_id), None)
    if at is None:
        raise NotFound("catalog.album_not_found")
    to = at + (1 if step > 0 else -1)
    if 0 <= to < len(places):
        places[at].position, places[to].position = places[to].position, places[at].position
        audit.record(actor, "catalog.album_picture_moved", "album", album_id, picture_id=picture_id, step=step)


def describe(actor: Actor, album_id: int, picture_id: int, alt: str) -> None:
    """Say what is to be seen, for those who do not see it. Raises NotFound, Invalid: catalog.alt_too_long."""
    if len(alt) > LONGEST_ALT:
        raise Invalid("catalog.alt_too_long", field="keterangan", most=LONGEST_ALT)
    _place(actor, album_id, picture_id).alt = " ".join(alt.split())
    audit.record(actor, "catalog.album_picture_described", "album", album_id, picture_id=picture_id)


def remove(actor: Actor, album_id: int, picture_id: int) -> None:
    """Take a place out of the album, whatever it holds; gone already is fine. Raises NotFound for the album."""
    _own(actor, album_id)
    gone = sa.delete(AlbumPicture).where(AlbumPicture.album_id == album_id, AlbumPicture.id == picture_id)
    db.session.execute(gone)
    audit.record(actor, "catalog.album_picture_removed", "album", album_id, picture_id=picture_id)


def picture_of(actor: Actor, album_id: int, picture_id: int) -> int:
    """The media id at a place. Raises NotFound."""
    media_id = _place(actor, album_id, picture_id).media_id
    if media_id is None:
        raise NotFound("catalog.album_not_found")
    return media_id


def replace(actor: Actor, album_id: int, picture_id: int, seen_media_id: int, prepared: Prepared) -> int:
    """Put a turned or cropped picture in the place of the one that was seen; its media id. Raises NotFound, Stale."""
    place = _place(actor, album_id, picture_id)
    if place.media_id != seen_media_id:
        raise Stale("catalog.picture_changed")
    place.media_id = media.keep(actor, prepared).id
    audit.record(actor, "catalog.album_picture_changed", "album", album_id, picture_id=picture_id)
    return place.media_id


# --- another phone ---------------------------------------------------------


def share(actor: Actor, album_id: int) -> str:
    """A fresh link by which another phone may add pictures for `LINK_MINUTES`; an older one ends. Raises NotFound."""
    album = _own(actor, album_id)
    ends_at = now() + timedelta(minutes=LINK_MINUTES.today())
    album.link_key, album.link_ends_at = secrets.token_hex(16), ends_at
    audit.record(actor, "catalog.album_shared", "album", album_id)
    return album.link_key


def stop_sharing(actor: Actor, album_id: int) -> None:
    """End the link. Raises NotFound."""
    album = _own(actor, album_id)
    album.link_key = album.link_ends_at = None
    audit.record(actor, "catalog.album_unshared", "album", album_id)


def end_link(album_id: int) -> None:
    """End the link of an album that takes no more pictures."""
    db.session.execute(sa.update(Album).where(Album.id == album_id).values(link_key=None, link_ends_at=None))


# --- by the worker ---------------------------------------------------------


def take(upload_id: int, prepared: Prepared) -> bool:
    """Put the picture of an upload in its place. False when nobody waits for it any more: its files may go."""
    place = _place_of_upload(upload_id)
    if not uploads.settle(upload_id, is_taken=place is not None) or place is None:
        return False
    album = db.session.get_one(Album, place.album_id)
    place.media_id = media.keep(Actor(person_id=album.created_by), prepared).id
    place.upload_id = None
    return True


def refuse(upload_id: int, refusal: Invalid) -> None:
    """Say at its place why an upload was no good."""
    place = _place_of_upload(upload_id)
    if uploads.settle(upload_id, is_taken=False) and place is not None:
        place.refusal, place.refusal_values, place.upload_id = refusal.message_id, dict(refusal.values), None


def forget_old(limit: int = 200) -> int:
    """Drop albums that nobody touched for `REST`, but those of drafts that are still open; what a product took over
    stays with it. Returns how many."""
    is_open = sa.exists().where(ProductDraft.album_id == Album.id, ProductDraft.submitted_at.is_(None))
    old = sa.select(Album.id).where(Album.touched_at < now() - REST, ~is_open).order_by(Album.id).limit(limit)
    album_ids = list(db.session.scalars(old))
    if album_ids:
        db.session.execute(sa.update(ProductDraft).where(ProductDraft.album_id.in_(album_ids)).values(album_id=None))
        db.session.execute(sa.delete(AlbumPicture).where(AlbumPicture.album_id.in_(album_ids)))
        db.session.execute(sa.delete(Album).where(Album.id.in_(album_ids)))
    return len(album_ids)


def _place_of_upload(upload_id: int) -> AlbumPicture | None:
    return db.session.scalar(sa.select(AlbumPicture).where(AlbumPicture.upload_id == upload_id))


def _own(actor: Actor, album_id: int) -> Album:
    album = lock_one(Album, album_id)
    if not can_sell(actor, album.store_id):
        raise NotFound("catalog.album_not_found")
    return album


def _by_link(link_key: str) -> Album:
    album_id = db.session.scalar(sa.select(Album.id).where(Album.link_key == link_key))
    if album_id is None:
        raise NotFound("catalog.album_not_found")
    album = lock_one(Album, album_id)
    if album.link_key != link_key or album.link_ends_at is None or album.link_ends_at <= now():
        raise NotFound("catalog.album_not_found")
    return album


def _place(actor: Actor, album_id: int, picture_id: int) -> AlbumPicture:
    _own(actor, album_id)
    query = sa.select(AlbumPicture).where(AlbumPicture.id == picture_id, AlbumPicture.album_id == album_id)
    place = db.session.scalar(query)
    if place is None:
        raise NotFound("catalog.album_not_found")
    return place
