"""Pictures of goods: the one that stands for a product in a list, and those that somebody may use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import Album, AlbumPicture, Product, ProductRevision, RevisionPicture
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.media.models import MediaFile
from marketplace.media.rules import FileKind, Picture


def is_cover(revision_id: sa.SQLColumnExpression[int]) -> sa.ColumnElement[bool]:
    """Joins the picture that stands for a revision in a list: its first (positions count from 0)."""
    return sa.and_(RevisionPicture.revision_id == revision_id, RevisionPicture.position == 0)


def usable_pictures(actor: Actor, store_ids: Iterable[int], media_ids: Iterable[int]) -> dict[int, Picture]:
    """Those of the pictures that are the actor's own uploads, or on goods or in albums of these stores, by id."""
    wanted = set(media_ids)
    if not wanted:
        return {}
    query = sa.select(MediaFile.id, MediaFile.key, MediaFile.width, MediaFile.height).where(
        MediaFile.id.in_(wanted), MediaFile.kind == FileKind.PICTURE
    )
    if not actor.is_system:
        own = MediaFile.owner_id == actor.person_id
        query = query.where(sa.or_(own, MediaFile.id.in_(_used_by(store_ids))))
    return {row.id: Picture(row.key, row.width, row.height) for row in db.session.execute(query)}


def _used_by(store_ids: Iterable[int]) -> sa.CompoundSelect[Any]:
    stores = sorted(set(store_ids))
    on_goods = (
        sa.select(RevisionPicture.media_id)
        .join(ProductRevision, ProductRevision.id == RevisionPicture.revision_id)
        .join(Product, Product.id == ProductRevision.product_id)
        .where(Product.store_id.in_(stores))
    )
    in_albums = (
        sa.select(AlbumPicture.media_id)
        .join(Album, Album.id == AlbumPicture.album_id)
        .where(Album.store_id.in_(stores), AlbumPicture.media_id.is_not(None))
    )
    return on_goods.union_all(in_albums)
