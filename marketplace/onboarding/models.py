"""Applications for a shop. What was decided is written once; the rest may be mended until it is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Word, one_of
from marketplace.core.vault import unseal
from marketplace.onboarding.rules import ApplicationStatus, PaperState

ONE_OPEN = sa.text("status IN ('draft', 'waiting', 'checking', 'changes')")


class Application(Base):
    """Somebody who wants to sell. `answers` are kept by step; the bank number is kept sealed.

    `queued_at` is its place in the curators' queue and stays while something is mended; `moved_at` is since when it
    stands where it stands. `marks` is what curators think of each part so far, `todo` what the applicant mends.
    `version` counts what changed: a page that shows an older one is stale.
    """

    __tablename__ = "applications"
    __table_args__ = (
        one_of("status", ApplicationStatus),
        sa.Index("ix_applications_queue", "status", "queued_at"),
        sa.Index(
            "uq_applications_one_open",
            "person_id",
            unique=True,
            sqlite_where=ONE_OPEN,
            postgresql_where=ONE_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    store_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stores.id"), index=True)
    status: Mapped[ApplicationStatus] = mapped_column(Word(ApplicationStatus), default=ApplicationStatus.DRAFT)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    support: Mapped[dict[str, Any]] = mapped_column(default=dict)
    bank_sealed: Mapped[str] = mapped_column(sa.Text, default="")
    marks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    todo: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    queued_at: Mapped[datetime | None]
    moved_at: Mapped[datetime]

    @property
    def bank_number(self) -> str:
        """The number of the account, for her own eyes and for what is shown masked; '' while there is none."""
        return unseal(self.bank_sealed) if self.bank_sealed else ""


class ApplicationPaper(Base):
    """What the applicant says about one kind of paper."""

    __tablename__ = "application_papers"
    __table_args__ = (
        one_of("state", PaperState),
        sa.UniqueConstraint("application_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"))
    kind: Mapped[str] = mapped_column(sa.ForeignKey("certificate_types.code"))
    state: Mapped[PaperState] = mapped_column(Word(PaperState))
    number: Mapped[str] = mapped_column(sa.String(60), default="")
    valid_until: Mapped[date | None]
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("media_files.id"))


class ApplicationMove(Base):
    """Who moved an application where, when and why; rows are only ever added. `items` is what was said of each part."""

    __tablename__ = "application_moves"
    __table_args__ = (one_of("status", ApplicationStatus),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    status: Mapped[ApplicationStatus] = mapped_column(Word(ApplicationStatus))
    reason: Mapped[str] = mapped_column(sa.String(60), default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    items: Mapped[dict[str, Any]] = mapped_column(default=dict)
    moved_at: Mapped[datetime]
