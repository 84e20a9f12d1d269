"""Orders found by words, ready messages that were passed on, mail that could not be sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.catalog.rules import fold

revision = "19_order_desk"
down_revision = "18_times"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("orders") as orders:
        orders.add_column(sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_orders_store_placed", "orders", ["store_id", "placed_at", "id"])
    _fill()
    with op.batch_alter_table("messages") as messages:
        messages.add_column(sa.Column("failures", BIG, nullable=False, server_default="0"))
    op.create_table(
        "order_shares",
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('accepted', 'ready')", name=op.f("ck_order_shares_kind_known")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_shares_order_id_orders")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_order_shares_person_id_people")),
        sa.PrimaryKeyConstraint("order_id", "kind", name=op.f("pk_order_shares")),
    )


def _fill() -> None:
    """The words of the orders that are there."""
    bind = op.get_bind()
    names = bind.execute(
        sa.text(
            "SELECT orders.id, purchases.buyer_name, order_lines.product_name, order_lines.variant_name FROM orders "
            "JOIN purchases ON purchases.id = orders.purchase_id JOIN order_lines ON order_lines.order_id = orders.id "
            "ORDER BY orders.id, order_lines.id"
        )
    )
    texts: dict[int, list[str]] = {}
    for order_id, buyer, product, variant in names:
        texts.setdefault(order_id, [buyer]).append(f"{product} {variant}")
    if texts:
        bind.execute(
            sa.text("UPDATE orders SET search_text = :text WHERE id = :id"),
            [{"id": order_id, "text": fold(" ".join(words))} for order_id, words in texts.items()],
        )


def downgrade() -> None:
    op.drop_table("order_shares")
    with op.batch_alter_table("messages") as messages:
        messages.drop_column("failures")
    op.drop_index("ix_orders_store_placed", table_name="orders")
    with op.batch_alter_table("orders") as orders:
        orders.drop_column("search_text")
