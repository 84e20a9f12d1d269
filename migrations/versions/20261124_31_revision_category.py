"""The category of a product belongs to its words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId

revision = "31_revision_category"
down_revision = "30_sums"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("product_revisions") as revisions:
        revisions.add_column(sa.Column("category_id", BigId, nullable=True))
    op.execute(
        "UPDATE product_revisions SET category_id = (SELECT category_id FROM products WHERE products.id = product_id)"
    )
    with op.batch_alter_table("product_revisions") as revisions:
        revisions.alter_column("category_id", nullable=False)
        revisions.create_foreign_key(
            op.f("fk_product_revisions_category_id_categories"), "categories", ["category_id"], ["id"]
        )
        revisions.create_index(op.f("ix_product_revisions_category_id"), ["category_id"])


def downgrade() -> None:
    with op.batch_alter_table("product_revisions") as revisions:
        revisions.drop_index(op.f("ix_product_revisions_category_id"))
        revisions.drop_constraint(op.f("fk_product_revisions_category_id_categories"), type_="foreignkey")
        revisions.drop_column("category_id")
