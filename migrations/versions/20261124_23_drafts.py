"""Products in the making, saved field by field."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "23_drafts"
down_revision = "22_albums"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "product_drafts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("product_id", BIG, nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved", sa.JSON(), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        sa.Column("updated_at", WHEN, nullable=False),
        sa.Column("submitted_at", WHEN, nullable=True),
        sa.Column("made_id", BIG, nullable=True),
        sa.CheckConstraint("made_id IS NULL OR product_id IS NULL", name=op.f("ck_product_drafts_made_is_new")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_product_drafts_created_by_people")),
        sa.ForeignKeyConstraint(["made_id"], ["products.id"], name=op.f("fk_product_drafts_made_id_products")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_drafts_product_id_products")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_product_drafts_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_drafts")),
        sa.UniqueConstraint("key", name=op.f("uq_product_drafts_key")),
        sa.UniqueConstraint("made_id", name=op.f("uq_product_drafts_made_id")),
        sa.UniqueConstraint("product_id", name=op.f("uq_product_drafts_product_id")),
    )
    op.create_index(op.f("ix_product_drafts_store_id"), "product_drafts", ["store_id"])
    op.create_table(
        "draft_pictures",
        sa.Column("id", BIG, nullable=False),
        sa.Column("draft_id", BIG, nullable=False),
        sa.Column("media_id", BIG, nullable=False),
        sa.Column("upload_key", sa.String(40), nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["product_drafts.id"], name=op.f("fk_draft_pictures_draft_id_product_drafts")
        ),
        sa.ForeignKeyConstraint(["media_id"], ["media_files.id"], name=op.f("fk_draft_pictures_media_id_media_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_pictures")),
        sa.UniqueConstraint("draft_id", "media_id", name=op.f("uq_draft_pictures_draft_id_media_id")),
    )
    op.create_index(op.f("ix_draft_pictures_media_id"), "draft_pictures", ["media_id"])


def downgrade() -> None:
    op.drop_table("draft_pictures")
    op.drop_table("product_drafts")
