"""Types of certificates, and the certificates of a store."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.certificates.rules import Scope, Validity
from marketplace.core.db import Base, Word, one_of


class CertificateType(Base):
    """A type of certificate as Disperindag keeps it; `rules.About` says what the columns mean.

    `version` counts up with each change: who saves a page that shows an older one is told.
    """

    __tablename__ = "certificate_types"
    __table_args__ = (
        one_of("scope", Scope),
        one_of("validity", Validity),
        sa.CheckConstraint("years IS NULL OR years BETWEEN 1 AND 50", name="years_sane"),
        sa.CheckConstraint("warn_days BETWEEN 0 AND 365", name="warn_days_sane"),
    )

    code: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    label: Mapped[str] = mapped_column(sa.String(60), unique=True)
    issuer: Mapped[str] = mapped_column(sa.String(120))
    example: Mapped[str] = mapped_column(sa.String(60))
    register: Mapped[str] = mapped_column(sa.String(120), default="")
    pattern: Mapped[str] = mapped_column(sa.String(300), default="")
    form_words: Mapped[str] = mapped_column(sa.String(120), default="")
    prefixes: Mapped[list[str]] = mapped_column(default=list)
    how_to_get: Mapped[str] = mapped_column(sa.Text, default="")
    scope: Mapped[Scope] = mapped_column(Word(Scope))
    validity: Mapped[Validity] = mapped_column(Word(Validity))
    years: Mapped[int | None]
    warn_days: Mapped[int] = mapped_column(default=90)
    is_public: Mapped[bool] = mapped_column(default=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)


class Certificate(Base):
    """A permit or certificate that a store holds. `number` is normalised: capitals, no spaces, dots or dashes."""

    __tablename__ = "certificates"
    __table_args__ = (sa.UniqueConstraint("store_id", "kind", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.ForeignKey("certificate_types.code"))
    number: Mapped[str] = mapped_column(sa.String(60))
    holder: Mapped[str] = mapped_column(sa.String(120), default="")
    valid_until: Mapped[date | None]
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("media_files.id"))
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    created_at: Mapped[datetime]
