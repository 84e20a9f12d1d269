"""Find quickly the tries to pay that were given up before their time was over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "43_midtrans"
down_revision = "42_changes"
branch_labels = None
depends_on = None

EXPIRED = sa.text("state = 'expired'")


def upgrade() -> None:
    op.create_index(
        "ix_payment_attempts_expired",
        "payment_attempts",
        ["expires_at"],
        sqlite_where=EXPIRED,
        postgresql_where=EXPIRED,
    )


def downgrade() -> None:
    op.drop_index("ix_payment_attempts_expired", table_name="payment_attempts")
