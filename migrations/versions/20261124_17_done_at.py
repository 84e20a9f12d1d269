"""When an order was handed over, kept on the order: what a shop sold in a time is found without its time lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "17_done_at"
down_revision = "16_rights"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("orders") as orders:
        orders.add_column(sa.Column("done_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE orders SET done_at = "
        "(SELECT max(at) FROM order_events WHERE order_events.order_id = orders.id AND order_events.status = 'done') "
        "WHERE status = 'done'"
    )
    with op.batch_alter_table("orders") as orders:
        orders.create_check_constraint(op.f("ck_orders_done_has_its_time"), "status <> 'done' OR done_at IS NOT NULL")
    op.create_index("ix_orders_store_done", "orders", ["store_id", "done_at"])
    with op.batch_alter_table("order_lines") as lines:
        lines.alter_column("variant_name", type_=sa.String(130))


def downgrade() -> None:
    with op.batch_alter_table("order_lines") as lines:
        lines.alter_column("variant_name", type_=sa.String(80))
    op.drop_index("ix_orders_store_done", table_name="orders")
    with op.batch_alter_table("orders") as orders:
        orders.drop_constraint(op.f("ck_orders_done_has_its_time"), type_="check")
        orders.drop_column("done_at")
