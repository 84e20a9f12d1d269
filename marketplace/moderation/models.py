"""Reports. Who reported is never told to the shop."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Word, one_of
from marketplace.core.vault import SealedText
from marketplace.moderation.rules import LONGEST_NOTE, LONGEST_WORDS, Outcome, Reason

OPEN = sa.text("closed_at IS NULL")


class ListingReport(Base):
    """A visitor says that something is wrong with a product of a shop, or (no product) with the shop.

    `open_key` is a hash of thing and reporter while the report is open: each reporter has one open report of a thing.
    All open reports of a thing are closed together. Words, contact and person are forgotten some time after that.
    """

    __tablename__ = "listing_reports"
    __table_args__ = (
        one_of("reason", Reason),
        one_of("outcome", Outcome),
        sa.CheckConstraint(f"length(words) <= {LONGEST_WORDS}", name="words_length"),
        sa.CheckConstraint("reason <> 'other' OR words <> '' OR closed_at IS NOT NULL", name="other_says_what"),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (open_key IS NOT NULL)",
            name="closed_whole",
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR (note <> '' AND closed_by IS NOT NULL)",
            name="closing_says_why",
        ),
        sa.CheckConstraint(
            "(outcome <> 'taken_off' OR product_id IS NOT NULL) AND (outcome <> 'suspended' OR product_id IS NULL)",
            name="outcome_fits",
        ),
        sa.Index("ix_listing_reports_thing", "store_id", "product_id", "id"),
        sa.Index("ix_listing_reports_open", "id", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"))
    product_id: Mapped[int | None] = mapped_column(sa.ForeignKey("products.id"))
    reason: Mapped[Reason] = mapped_column(Word(Reason))
    words: Mapped[str] = mapped_column(sa.String(LONGEST_WORDS), default="")
    contact: Mapped[str | None] = mapped_column(SealedText)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), index=True)
    open_key: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    closed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    outcome: Mapped[Outcome | None] = mapped_column(Word(Outcome))
    note: Mapped[str] = mapped_column(sa.String(LONGEST_NOTE), default="")
