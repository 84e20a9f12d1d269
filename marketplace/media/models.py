"""Files of the market. The bytes lie in the media store under the key; this table says whose they are."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Word, one_of
from marketplace.media.rules import LARGEST_UPLOAD, LONGEST_NAME, FileKind, UploadState


class MediaFile(Base):
    """A picture (public, kept in several widths) or a document (private). The key is random and tells nothing."""

    __tablename__ = "media_files"
    __table_args__ = (one_of("kind", FileKind),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    kind: Mapped[FileKind] = mapped_column(Word(FileKind))
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    size: Mapped[int]
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime]


class Upload(Base):
    """A file on its way in, piece by piece. `offset` bytes are here, in the order of `chunks` (keys in the store).

    `owner_id` is nobody's when it comes by a link from another phone: then the key alone opens it. `claimed_at` is when
    a worker took it on; a claim that grew old may be taken by another.
    """

    __tablename__ = "uploads"
    __table_args__ = (
        one_of("state", UploadState),
        sa.CheckConstraint(f"length BETWEEN 1 AND {LARGEST_UPLOAD}", name="length_in_bounds"),
        sa.CheckConstraint('"offset" BETWEEN 0 AND length', name="offset_in_bounds"),
        sa.Index("ix_uploads_state_expires_at", "state", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(32), unique=True)
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), index=True)
    purpose: Mapped[str] = mapped_column(sa.String(60), index=True)
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME), default="")
    length: Mapped[int]
    offset: Mapped[int] = mapped_column(default=0)
    chunks: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[UploadState] = mapped_column(Word(UploadState), default=UploadState.OPEN)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
