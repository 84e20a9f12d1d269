"""Batches of transfers, their lines and files; holds; and the bank accounts of buyers who are owed money."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, deferred, mapped_column

from marketplace.core.db import Base, Word, one_of
from marketplace.core.vault import Sealed, SealedText
from marketplace.payouts.rules import BatchState, LineKind, LineState

RESERVED = sa.text("state = 'reserved'")
LIVE = sa.text("state IN ('reserved', 'paid')")
STANDING = sa.text("ended_at IS NULL")


class PayoutBatch(Base):
    """Transfers that go to the bank in one file. `form_key` is of the page that asked: a second press finds it."""

    __tablename__ = "payout_batches"
    __table_args__ = (
        one_of("state", BatchState),
        sa.CheckConstraint("state <> 'fetched' OR fetched_at IS NOT NULL", name="fetched_has_its_time"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(20), unique=True)
    form_key: Mapped[str] = mapped_column(sa.String(43), unique=True)
    state: Mapped[BatchState] = mapped_column(Word(BatchState))
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    made_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class PayoutLine(Base):
    """One transfer. The account is copied when the money is set aside; the number lies sealed.

    A shop has one line open at most, and a refund one that lives. `facts` are the statement as it was then.
    """

    __tablename__ = "payout_lines"
    __table_args__ = (
        one_of("kind", LineKind),
        one_of("state", LineState),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("(kind = 'payout') = (store_id IS NOT NULL)", name="payout_has_its_shop"),
        sa.CheckConstraint("(kind = 'refund') = (refund_id IS NOT NULL)", name="refund_is_named"),
        sa.CheckConstraint("(state = 'reserved') = (settled_at IS NULL)", name="settled_has_its_time"),
        sa.UniqueConstraint("batch_id", "store_id"),
        sa.UniqueConstraint("batch_id", "refund_id"),
        sa.Index(
            "uq_payout_lines_open_store", "store_id", unique=True, sqlite_where=RESERVED, postgresql_where=RESERVED
        ),
        sa.Index("uq_payout_lines_live_refund", "refund_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        sa.Index("ix_payout_lines_store", "store_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(20), unique=True)
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("payout_batches.id"))
    kind: Mapped[LineKind] = mapped_column(Word(LineKind))
    store_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stores.id"))
    refund_id: Mapped[int | None] = mapped_column(sa.ForeignKey("refunds.id"))
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("bank_accounts.id"))
    amount: Mapped[int]
    state: Mapped[LineState] = mapped_column(Word(LineState), default=LineState.RESERVED)
    bank: Mapped[str] = mapped_column(sa.String(40))
    number: Mapped[str] = mapped_column("number_sealed", Sealed())
    last_digits: Mapped[str] = mapped_column(sa.String(4))
    holder: Mapped[str] = mapped_column(sa.String(120))
    facts: Mapped[dict[str, Any]] = deferred(mapped_column(sa.JSON, nullable=False))
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    is_account_wrong: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))


class PayoutItem(Base):
    """An entry of the ledger that a line pays out. The key lets no entry be paid out twice."""

    __tablename__ = "payout_items"

    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_entries.id"), primary_key=True, autoincrement=False)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("payout_lines.id"), index=True)


class PayoutFile(Base):
    """A batch as a file for a bank, sealed: the same bytes each time it is fetched. The SHA-256 is of those bytes."""

    __tablename__ = "payout_files"
    __table_args__ = (sa.UniqueConstraint("batch_id", "format"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("payout_batches.id"))
    format: Mapped[str] = mapped_column(sa.String(20))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[str] = deferred(mapped_column("content_sealed", SealedText(), nullable=False))
    made_at: Mapped[datetime]


class PayoutHold(Base):
    """An operator holds a shop's money back, with a reason and until an instant; the shop may appeal once.

    It is over at `until` by itself. `ended_at` is set when an operator lifts it, or when the next one takes its place.
    """

    __tablename__ = "payout_holds"
    __table_args__ = (
        sa.CheckConstraint("until > made_at", name="ends_after_it_begins"),
        sa.CheckConstraint("(appeal = '') = (appealed_at IS NULL)", name="appeal_has_its_time"),
        sa.CheckConstraint("(answer = '') = (answered_at IS NULL)", name="answer_has_its_time"),
        sa.Index("uq_payout_holds_standing", "store_id", unique=True, sqlite_where=STANDING, postgresql_where=STANDING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(500))
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    made_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    appeal: Mapped[str] = mapped_column(sa.String(500), default="")
    appealed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    appealed_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(sa.String(500), default="")
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    answered_at: Mapped[datetime | None]


class RefundAccount(Base):
    """Where a buyer wants her money back. Asked only when it is needed; empty until she says so, sealed once she has.

    `trouble` is why the bank refused what she wrote before.
    """

    __tablename__ = "refund_accounts"

    purchase_id: Mapped[int] = mapped_column(sa.ForeignKey("purchases.id"), primary_key=True, autoincrement=False)
    bank: Mapped[str] = mapped_column(sa.String(40), default="")
    number: Mapped[str] = mapped_column("number_sealed", Sealed(), default="")
    last_digits: Mapped[str] = mapped_column(sa.String(4), default="")
    holder: Mapped[str] = mapped_column("holder_sealed", SealedText(), default="")
    trouble: Mapped[str] = mapped_column(sa.String(500), default="")
    asked_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    given_at: Mapped[datetime | None]
