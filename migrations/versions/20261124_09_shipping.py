"""The first tables of `shipping`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "09_shipping"
down_revision = "08_catalog"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delivery_zones",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("region_code", sa.String(length=13), nullable=False),
        sa.Column("fee", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.CheckConstraint("fee >= 0", name=op.f("ck_delivery_zones_fee_not_negative")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_delivery_zones_region_code_regions")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_delivery_zones_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_zones")),
        sa.UniqueConstraint("store_id", "region_code", name=op.f("uq_delivery_zones_store_id_region_code")),
    )
    op.create_index(op.f("ix_delivery_zones_store_id"), "delivery_zones", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_delivery_zones_store_id"), table_name="delivery_zones")
    op.drop_table("delivery_zones")
