"""Products in the making, as their shop sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import AlbumPicture, ProductDraft
from marketplace.catalog.rules import value_of
from marketplace.core.db import db
from marketplace.core.paging import Page, fetch
from marketplace.media.models import MediaFile
from marketplace.media.rules import Picture

DRAFTS_A_PAGE = 20


@dataclass(frozen=True)
class DraftView:
    """A draft: its fields as typed. `product_id` for changes to a product, `made_id` once it became one."""

    id: int
    key: str
    store_id: int
    product_id: int | None
    made_id: int | None
    album_id: int | None
    fields: Mapping[str, list[str]]
    updated_at: datetime
    submitted_at: datetime | None


@dataclass(frozen=True)
class DraftRow:
    """A draft in the shop's list. `pictures` is how many it has."""

    key: str
    store_id: int
    fields: Mapping[str, list[str]]
    updated_at: datetime
    pictures: int
    picture: Picture | None

    @property
    def name(self) -> str:
        return value_of(self.fields, "name")


COLUMNS: tuple[Any, ...] = (
    ProductDraft.id,
    ProductDraft.key,
    ProductDraft.store_id,
    ProductDraft.product_id,
    ProductDraft.made_id,
    ProductDraft.album_id,
    ProductDraft.fields,
    ProductDraft.updated_at,
    ProductDraft.submitted_at,
)


def draft(store_ids: Sequence[int], key: str) -> DraftView | None:
    """The draft of this key if it is of these stores, handed in or not. One statement."""
    return _one(ProductDraft.key == key, ProductDraft.store_id.in_(store_ids))


def draft_of_product(product_id: int) -> DraftView | None:
    """The changes to a product that are not handed in yet. One statement."""
    return _one(ProductDraft.product_id == product_id)


def open_drafts(store_ids: Sequence[int], cursor: str | None = None, limit: int = DRAFTS_A_PAGE) -> Page[DraftRow]:
    """New products of these stores that are not handed in, newest first; one statement whatever their number."""
    picture = sa.alias(AlbumPicture.__table__)
    cover = (
        sa.select(picture.c.id)
        .where(picture.c.album_id == ProductDraft.album_id, picture.c.media_id.is_not(None))
        .order_by(picture.c.position, picture.c.id)
        .limit(1)
        .correlate(ProductDraft)
        .scalar_subquery()
    )
    count = (
        sa.select(sa.func.count(picture.c.media_id))
        .where(picture.c.album_id == ProductDraft.album_id)
        .correlate(ProductDraft)
    )
    columns: tuple[Any, ...] = (
        ProductDraft.id,
        ProductDraft.key,
        ProductDraft.store_id,
        ProductDraft.fields,
        ProductDraft.updated_at,
        count.scalar_subquery().label("pictures"),
        MediaFile.key.label("media_key"),
        MediaFile.width,
        MediaFile.height,
    )
    statement = (
        sa.select(*columns)
        .select_from(ProductDraft)
        .outerjoin(AlbumPicture, AlbumPicture.id == cover)
        .outerjoin(MediaFile, MediaFile.id == AlbumPicture.media_id)
        .where(
            ProductDraft.store_id.in_(store_ids),
            ProductDraft.submitted_at.is_(None),
            ProductDraft.product_id.is_(None),
        )
    )
    page = fetch(statement, [ProductDraft.__table__.c.id], cursor=cursor, limit=limit, descending=True)
    return page.map(_row)


def _one(*conditions: sa.ColumnElement[bool]) -> DraftView | None:
    row = db.session.execute(sa.select(*COLUMNS).where(*conditions)).one_or_none()
    return DraftView(**row._mapping) if row else None


def _row(row: sa.Row[Any]) -> DraftRow:
    return DraftRow(
        key=row.key,
        store_id=row.store_id,
        fields=row.fields,
        updated_at=row.updated_at,
        pictures=row.pictures,
        picture=Picture(row.media_key, row.width, row.height) if row.media_key else None,
    )
