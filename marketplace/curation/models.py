"""What waits for a curator, and what was decided. Decisions are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Word, one_of
from marketplace.curation.rules import Outcome, SubmissionStatus


class Submission(Base):
    """A revision that asks for the badge."""

    __tablename__ = "submissions"
    __table_args__ = (
        one_of("status", SubmissionStatus),
        sa.Index("ix_submissions_queue", "status", "submitted_at"),
        sa.Index(
            "uq_submissions_one_waiting",
            "product_id",
            unique=True,
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("products.id"), index=True)
    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("product_revisions.id"), unique=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"), index=True)
    status: Mapped[SubmissionStatus] = mapped_column(Word(SubmissionStatus), default=SubmissionStatus.WAITING)
    submitted_at: Mapped[datetime]


class Decision(Base):
    """Who decided what on which revision, when and why."""

    __tablename__ = "decisions"
    __table_args__ = (one_of("outcome", Outcome),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"), index=True)
    curator_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    outcome: Mapped[Outcome] = mapped_column(Word(Outcome))
    reason: Mapped[str] = mapped_column(sa.String(60), default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    checks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    decided_at: Mapped[datetime]
