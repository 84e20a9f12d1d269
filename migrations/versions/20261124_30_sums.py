"""The balance of an account is added up from an index alone."""

from __future__ import annotations

from alembic import op

revision = "30_sums"
down_revision = "29_pickup"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_ledger_entries_sums", "ledger_entries", ["account_id", "amount"])
    op.drop_index("ix_ledger_entries_account_id", table_name="ledger_entries")


def downgrade() -> None:
    op.create_index("ix_ledger_entries_account_id", "ledger_entries", ["account_id"])
    op.drop_index("ix_ledger_entries_sums", table_name="ledger_entries")
