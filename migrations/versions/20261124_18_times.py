"""When a shop is open: the hours of its week, and the days on which it is closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "18_times"
down_revision = "17_done_at"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("stores") as stores:
        stores.add_column(sa.Column("week", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "store_closures",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(160), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_store_closures_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_store_closures_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_closures")),
    )
    op.create_index("ix_store_closures_days", "store_closures", ["store_id", "last_day", "first_day"])


def downgrade() -> None:
    op.drop_table("store_closures")
    with op.batch_alter_table("stores") as stores:
        stores.drop_column("week")
