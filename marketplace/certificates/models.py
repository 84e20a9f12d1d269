"""Certificates of a store."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.certificates.rules import CertificateKind
from marketplace.core.db import Base, Word, one_of


class Certificate(Base):
    """A permit or certificate that a store holds. `number` is normalised: capitals, no spaces, dots or dashes."""

    __tablename__ = "certificates"
    __table_args__ = (one_of("kind", CertificateKind), sa.UniqueConstraint("store_id", "kind", "number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"), index=True)
    kind: Mapped[CertificateKind] = mapped_column(Word(CertificateKind))
    number: Mapped[str] = mapped_column(sa.String(60))
    holder: Mapped[str] = mapped_column(sa.String(120), default="")
    valid_until: Mapped[date | None]
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("media_files.id"))
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    created_at: Mapped[datetime]
