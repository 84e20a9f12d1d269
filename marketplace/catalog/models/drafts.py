"""Products in the making: what was typed so far, field by field."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base


class ProductDraft(Base):
    """What a shop has typed about a product that it has not handed in yet.

    `key` is made with the page, so a save that is sent twice meets the same draft. `fields` are lists of texts as
    typed, by field; `saved` is when each was saved (ISO, UTC). `product_id` is set for changes to a product that is
    there already, of which there is one draft; `made_id` is the product that became of a new one. `album_id` holds its
    pictures; of one handed in long ago the album is gone.
    """

    __tablename__ = "product_drafts"
    __table_args__ = (sa.CheckConstraint("made_id IS NULL OR product_id IS NULL", name="made_is_new"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(sa.ForeignKey("products.id"), unique=True)
    album_id: Mapped[int | None] = mapped_column(sa.ForeignKey("albums.id"), unique=True)
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    made_id: Mapped[int | None] = mapped_column(sa.ForeignKey("products.id"), unique=True)
