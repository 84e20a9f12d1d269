"""What each reconciliation found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base


class Reconciliation(Base):
    """One run, written when it has ended: how much differs, how much could not be checked, and the findings.

    `days` back the providers were asked. `asked_by` is nobody where the timetable asked.
    """

    __tablename__ = "reconciliations"
    __table_args__ = (
        sa.CheckConstraint("differences >= 0 AND unchecked >= 0 AND days > 0", name="counts_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ran_at: Mapped[datetime] = mapped_column(index=True)
    days: Mapped[int]
    asked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    differences: Mapped[int]
    unchecked: Mapped[int]
    findings: Mapped[dict[str, Any]]
