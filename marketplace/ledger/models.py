"""Accounts and entries.

The database refuses to change or delete an entry, and a transaction that does not sum to zero.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base


class LedgerAccount(Base):
    """An account by its code, e.g. `payable:store:7`."""

    __tablename__ = "ledger_accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(80), unique=True)
    store_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stores.id"), index=True)


class LedgerTransaction(Base):
    """Entries that are true together. The key names the business fact, so that it is booked once."""

    __tablename__ = "ledger_transactions"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    occurred_at: Mapped[datetime]


class LedgerEntry(Base):
    """Rupiah on one account: positive is debit, negative is credit.

    `about` names the thing that an entry belongs to (`order:17`), so that each order has a statement of its own.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        sa.CheckConstraint("amount <> 0", name="amount_not_zero"),
        sa.Index("ix_ledger_entries_sums", "account_id", "amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    transaction_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_transactions.id"), index=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_accounts.id"))
    amount: Mapped[int]
    about: Mapped[str] = mapped_column(sa.String(40), default="", index=True)
