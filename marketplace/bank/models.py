"""Proofs of payment, statements of the market's account, and their lines. All sums are whole rupiah."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.bank.rules import LONGEST_NAME, AsideKind, LineState
from marketplace.core.db import Base, Word, one_of
from marketplace.payments.rules import Outcome

OPEN = sa.text("state = 'open'")


class PaymentProof(Base):
    """A picture or a PDF by which a buyer shows that she paid. It proves nothing by itself: the statement counts.

    `payer_name`: whose account the money comes from, where she said so.
    """

    __tablename__ = "payment_proofs"

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("payments.id"), index=True)
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media_files.id"), unique=True)
    payer_name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME), default="")
    created_at: Mapped[datetime]


class BankStatement(Base):
    """A file that the operator had from the bank. Its lines are kept when she has looked at them: `stored_at`."""

    __tablename__ = "bank_statements"
    __table_args__ = (
        sa.CheckConstraint("new_lines >= 0 AND known_lines >= 0 AND bad_rows >= 0", name="counts_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(160))
    file_key: Mapped[str] = mapped_column(sa.String(40))
    header_row: Mapped[int] = mapped_column(default=0)
    roles: Mapped[dict[str, int]] = mapped_column(sa.JSON)
    new_lines: Mapped[int] = mapped_column(default=0)
    known_lines: Mapped[int] = mapped_column(default=0)
    bad_rows: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    stored_at: Mapped[datetime | None]


class BankLine(Base):
    """A line of the market's account, kept once however often its file is handed in (`key`).

    Booked it names the payment, the try that its money became, and what that meant.
    """

    __tablename__ = "bank_lines"
    __table_args__ = (
        one_of("state", LineState),
        one_of("aside_kind", AsideKind),
        one_of("outcome", Outcome),
        sa.CheckConstraint("amount <> 0", name="amount_moves"),
        sa.CheckConstraint("amount > 0 OR state IN ('out', 'aside')", name="out_is_no_payment"),
        sa.CheckConstraint("amount < 0 OR state <> 'out'", name="in_is_not_out"),
        sa.CheckConstraint(
            "(state = 'booked') = (payment_id IS NOT NULL AND attempt_id IS NOT NULL AND outcome IS NOT NULL)",
            name="booked_names_its_payment",
        ),
        sa.CheckConstraint("(state = 'aside') = (aside_kind IS NOT NULL)", name="aside_says_why"),
        sa.Index("ix_bank_lines_state", "state", "id"),
        sa.Index("ix_bank_lines_open_amount", "amount", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(sa.ForeignKey("bank_statements.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    day: Mapped[date]
    amount: Mapped[int]
    text: Mapped[str] = mapped_column(sa.String(300))
    balance: Mapped[int | None]
    state: Mapped[LineState] = mapped_column(Word(LineState))
    aside_kind: Mapped[AsideKind | None] = mapped_column(Word(AsideKind))
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    payment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("payments.id"), index=True)
    attempt_id: Mapped[int | None] = mapped_column(sa.ForeignKey("payment_attempts.id"), unique=True)
    outcome: Mapped[Outcome | None] = mapped_column(Word(Outcome))
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
