"""Files of the market. The bytes lie in the media store under the key; this table says whose they are."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Word, one_of
from marketplace.media.rules import FileKind


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
