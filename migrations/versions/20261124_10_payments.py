"""The first tables of `payments`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "10_payments"
down_revision = "09_shipping"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=36), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dropped", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("method IN ('cash')", name=op.f("ck_payments_method_known")),
        sa.CheckConstraint("state IN ('pending', 'paid', 'cancelled')", name=op.f("ck_payments_state_known")),
        sa.CheckConstraint("amount > 0 AND received >= 0 AND dropped >= 0", name=op.f("ck_payments_sums_not_negative")),
        sa.CheckConstraint("received + dropped <= amount", name=op.f("ck_payments_not_more_than_asked")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("reference", name=op.f("uq_payments_reference")),
    )


def downgrade() -> None:
    op.drop_table("payments")
