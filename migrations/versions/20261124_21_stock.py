"""Stock that is true: forms that move nothing twice, warnings that are given once, the day an order is promised for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "21_stock"
down_revision = "20_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("variants", sa.Column("is_low_told", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE variants SET is_low_told = (on_hand - reserved <= low_stock)")
    op.create_index("ix_variants_of_store", "variants", ["store_id", "product_id", "id"])
    op.create_index(op.f("ix_variants_stocked_on"), "variants", ["stocked_on"])
    op.add_column("stock_movements", sa.Column("form_key", sa.String(43), nullable=True))
    op.create_index("uq_stock_movements_form_key", "stock_movements", ["form_key"], unique=True)
    op.create_index("ix_stock_movements_about", "stock_movements", ["about", "variant_id"])
    op.add_column("orders", sa.Column("ready_by", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("orders", "ready_by")
    op.drop_index("ix_stock_movements_about", table_name="stock_movements")
    op.drop_index("uq_stock_movements_form_key", table_name="stock_movements")
    op.drop_column("stock_movements", "form_key")
    op.drop_index(op.f("ix_variants_stocked_on"), table_name="variants")
    op.drop_index("ix_variants_of_store", table_name="variants")
    op.drop_column("variants", "is_low_told")
