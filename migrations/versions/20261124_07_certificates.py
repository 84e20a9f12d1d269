"""The first tables of `certificates`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "07_certificates"
down_revision = "06_stores"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certificates",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('nib', 'pirt', 'bpom_food', 'bpom_cosmetic', 'bpom_traditional', 'halal', 'nkv', 'skp', 'slhs', 'psat', 'sni', 'ig', 'brand')",
            name=op.f("ck_certificates_kind_known"),
        ),
        sa.ForeignKeyConstraint(["file_id"], ["media_files.id"], name=op.f("fk_certificates_file_id_media_files")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_certificates_store_id_stores")),
        sa.ForeignKeyConstraint(["verified_by"], ["people.id"], name=op.f("fk_certificates_verified_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("store_id", "kind", "number", name=op.f("uq_certificates_store_id_kind_number")),
    )
    op.create_index(op.f("ix_certificates_store_id"), "certificates", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_certificates_store_id"), table_name="certificates")
    op.drop_table("certificates")
