"""Regions by their Kemendagri code: 53.71 a regency or city, 53.71.04 a district, 53.71.04.1011 a village."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base


class Region(Base):
    """A regency, district or village of NTT. Reference rows: loaded by the migrations, never edited here."""

    __tablename__ = "regions"

    code: Mapped[str] = mapped_column(sa.String(13), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(sa.ForeignKey("regions.code"), index=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    postcode: Mapped[str | None] = mapped_column(sa.String(5))
