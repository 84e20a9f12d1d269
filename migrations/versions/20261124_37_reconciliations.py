"""What each reconciliation found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId, UtcDateTime

revision = "37_reconciliations"
down_revision = "36_methods"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reconciliations",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ran_at", UtcDateTime(), nullable=False),
        sa.Column("days", BigId, nullable=False),
        sa.Column("asked_by", BigId, nullable=True),
        sa.Column("differences", BigId, nullable=False),
        sa.Column("unchecked", BigId, nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "differences >= 0 AND unchecked >= 0 AND days > 0", name=op.f("ck_reconciliations_counts_not_negative")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_reconciliations_asked_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
    )
    op.create_index(op.f("ix_reconciliations_ran_at"), "reconciliations", ["ran_at"])


def downgrade() -> None:
    op.drop_table("reconciliations")
