"""Albums: the pictures of a product while they are being put together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base


class Album(Base):
    """Pictures of one store in the making. `title` is the product's working title.

    By `link_key` another phone adds pictures, without signing in, until `link_ends_at`.
    """

    __tablename__ = "albums"
    __table_args__ = (sa.CheckConstraint("(link_key IS NULL) = (link_ends_at IS NULL)", name="link_ends"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(32), unique=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(140), default="")
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    created_at: Mapped[datetime]
    touched_at: Mapped[datetime] = mapped_column(index=True)
    link_key: Mapped[str | None] = mapped_column(sa.String(32), unique=True)
    link_ends_at: Mapped[datetime | None]


class AlbumPicture(Base):
    """A place in an album: a picture, or an upload on its way, or why the upload was no good (`refusal`)."""

    __tablename__ = "album_pictures"
    __table_args__ = (
        sa.CheckConstraint("media_id IS NOT NULL OR upload_id IS NOT NULL OR refusal <> ''", name="holds_something"),
        sa.Index("ix_album_pictures_album_id_position", "album_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    album_id: Mapped[int] = mapped_column(sa.ForeignKey("albums.id"))
    position: Mapped[int]
    media_id: Mapped[int | None] = mapped_column(sa.ForeignKey("media_files.id"), index=True)
    upload_id: Mapped[int | None] = mapped_column(sa.ForeignKey("uploads.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120), default="")
    alt: Mapped[str] = mapped_column(sa.String(200), default="")
    refusal: Mapped[str] = mapped_column(sa.String(80), default="")
    refusal_values: Mapped[dict[str, Any]] = mapped_column(default=dict)
