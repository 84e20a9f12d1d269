"""The first tables of `stores`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "06_stores"
down_revision = "05_notifications"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stores",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("hours", sa.String(length=200), nullable=False),
        sa.Column("nib", sa.String(length=13), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("village_code", sa.String(length=13), nullable=False),
        sa.Column("landmark", sa.String(length=200), nullable=False),
        sa.Column("logo_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("has_pickup", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('open', 'paused', 'suspended')", name=op.f("ck_stores_status_known")),
        sa.ForeignKeyConstraint(["logo_id"], ["media_files.id"], name=op.f("fk_stores_logo_id_media_files")),
        sa.ForeignKeyConstraint(["village_code"], ["regions.code"], name=op.f("fk_stores_village_code_regions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stores")),
        sa.UniqueConstraint("slug", name=op.f("uq_stores_slug")),
    )
    op.create_index(op.f("ix_stores_village_code"), "stores", ["village_code"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_stores_village_code"), table_name="stores")
    op.drop_table("stores")
