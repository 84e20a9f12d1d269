"""The first tables of `orders`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.guards import make_append_only

revision = "12_orders"
down_revision = "11_ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "purchases",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("form_key", sa.String(length=43), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("buyer_name", sa.String(length=120), nullable=False),
        sa.Column("buyer_email", sa.String(length=254), nullable=False),
        sa.Column("buyer_phone", sa.String(length=20), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("rt_rw", sa.String(length=20), nullable=False),
        sa.Column("village_code", sa.String(length=13), nullable=True),
        sa.Column("region_names", sa.String(length=300), nullable=False),
        sa.Column("postcode", sa.String(length=5), nullable=False),
        sa.Column("landmark", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("payment_method", sa.String(40), nullable=False),
        sa.Column("goods_total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delivery_total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("payment_method IN ('cash', 'card')", name=op.f("ck_purchases_payment_method_known")),
        sa.CheckConstraint("total = goods_total + delivery_total", name=op.f("ck_purchases_total_adds_up")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_purchases_person_id_people")),
        sa.ForeignKeyConstraint(["village_code"], ["regions.code"], name=op.f("fk_purchases_village_code_regions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchases")),
        sa.UniqueConstraint("code", name=op.f("uq_purchases_code")),
        sa.UniqueConstraint("form_key", name=op.f("uq_purchases_form_key")),
    )
    op.create_index(op.f("ix_purchases_person_id"), "purchases", ["person_id"], unique=False)
    op.create_index(op.f("ix_purchases_placed_at"), "purchases", ["placed_at"], unique=False)
    op.create_table(
        "purchase_payments",
        sa.Column("purchase_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_purchase_payments_payment_id_payments")),
        sa.ForeignKeyConstraint(
            ["purchase_id"], ["purchases.id"], name=op.f("fk_purchase_payments_purchase_id_purchases")
        ),
        sa.PrimaryKeyConstraint("purchase_id", "payment_id", name=op.f("pk_purchase_payments")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_purchase_payments_payment_id")),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("purchase_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("delivery_method", sa.String(40), nullable=False),
        sa.Column("goods_total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delivery_fee", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("commission", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bears_fee", sa.Boolean(), nullable=False),
        sa.Column("refunded_goods", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refunded_delivery", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refunded_commission", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("handover_code", sa.String(length=4), nullable=False),
        sa.Column("handover_tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("handover_locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "delivery_method IN ('pickup', 'own_delivery')", name=op.f("ck_orders_delivery_method_known")
        ),
        sa.CheckConstraint(
            "status IN ('unpaid', 'waiting', 'processing', 'ready', 'on_the_way', 'done', 'declined', 'cancelled', "
            "'lapsed', 'expired')",
            name=op.f("ck_orders_status_known"),
        ),
        sa.CheckConstraint("commission >= 0 AND commission <= goods_total", name=op.f("ck_orders_commission_of_goods")),
        sa.CheckConstraint(
            "refunded_commission >= 0 AND refunded_commission <= commission",
            name=op.f("ck_orders_commission_refunded_of_taken"),
        ),
        sa.CheckConstraint(
            "refunded_delivery >= 0 AND refunded_delivery <= delivery_fee",
            name=op.f("ck_orders_delivery_refunded_of_sold"),
        ),
        sa.CheckConstraint(
            "refunded_goods >= 0 AND refunded_goods <= goods_total", name=op.f("ck_orders_goods_refunded_of_sold")
        ),
        sa.CheckConstraint("total = goods_total + delivery_fee", name=op.f("ck_orders_total_adds_up")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.id"], name=op.f("fk_orders_purchase_id_purchases")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_orders_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("code", name=op.f("uq_orders_code")),
        sa.UniqueConstraint("purchase_id", "store_id", name=op.f("uq_orders_purchase_id_store_id")),
    )
    op.create_index("ix_orders_answer_by", "orders", ["status", "answer_by"], unique=False)
    op.create_index(op.f("ix_orders_purchase_id"), "orders", ["purchase_id"], unique=False)
    op.create_index("ix_orders_store_status", "orders", ["store_id", "status", "placed_at"], unique=False)
    op.create_table(
        "order_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_events_order_id_orders")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_order_events_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_events")),
    )
    op.create_index(op.f("ix_order_events_order_id"), "order_events", ["order_id"], unique=False)
    op.create_table(
        "order_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("variant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_name", sa.String(length=140), nullable=False),
        sa.Column("variant_name", sa.String(length=80), nullable=False),
        sa.Column("picture_key", sa.String(length=40), nullable=False),
        sa.Column("is_not_halal", sa.Boolean(), nullable=False),
        sa.Column("unit_price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weight", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_lines_quantity_positive")),
        sa.CheckConstraint("total = unit_price * quantity", name=op.f("ck_order_lines_total_adds_up")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id_orders")),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name=op.f("fk_order_lines_variant_id_variants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
        sa.UniqueConstraint("order_id", "variant_id", name=op.f("uq_order_lines_order_id_variant_id")),
    )
    op.create_index(op.f("ix_order_lines_order_id"), "order_lines", ["order_id"], unique=False)
    op.create_index(op.f("ix_order_lines_variant_id"), "order_lines", ["variant_id"], unique=False)
    op.create_table(
        "dispute_parts",
        sa.Column("dispute_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("commission", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "total > 0 AND commission >= 0 AND commission <= total", name=op.f("ck_dispute_parts_commission_of_total")
        ),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_dispute_parts_dispute_id_disputes")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_dispute_parts_order_id_orders")),
        sa.PrimaryKeyConstraint("dispute_id", "order_id", name=op.f("pk_dispute_parts")),
    )
    op.create_index(op.f("ix_dispute_parts_order_id"), "dispute_parts", ["order_id"], unique=False)
    op.create_table(
        "refund_parts",
        sa.Column("refund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("goods", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delivery", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("commission", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("commission >= 0", name=op.f("ck_refund_parts_commission_not_negative")),
        sa.CheckConstraint(
            "goods >= 0 AND delivery >= 0 AND goods + delivery > 0", name=op.f("ck_refund_parts_something")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_refund_parts_order_id_orders")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_refund_parts_refund_id_refunds")),
        sa.PrimaryKeyConstraint("refund_id", "order_id", name=op.f("pk_refund_parts")),
    )
    op.create_index(op.f("ix_refund_parts_order_id"), "refund_parts", ["order_id"], unique=False)
    make_append_only("order_events")


def downgrade() -> None:
    op.drop_table("refund_parts")
    op.drop_table("dispute_parts")
    op.drop_index(op.f("ix_order_lines_variant_id"), table_name="order_lines")
    op.drop_index(op.f("ix_order_lines_order_id"), table_name="order_lines")
    op.drop_table("order_lines")
    op.drop_index(op.f("ix_order_events_order_id"), table_name="order_events")
    op.drop_table("order_events")
    op.drop_index("ix_orders_store_status", table_name="orders")
    op.drop_index(op.f("ix_orders_purchase_id"), table_name="orders")
    op.drop_index("ix_orders_answer_by", table_name="orders")
    op.drop_table("orders")
    op.drop_table("purchase_payments")
    op.drop_index(op.f("ix_purchases_placed_at"), table_name="purchases")
    op.drop_index(op.f("ix_purchases_person_id"), table_name="purchases")
    op.drop_table("purchases")
