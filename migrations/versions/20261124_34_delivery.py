"""Pick-up points, courier services with dated rates, and what an order keeps of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId

revision = "34_delivery"
down_revision = "33_receipts"
branch_labels = None
depends_on = None

KNOWN = "ck_orders_delivery_method_known"
WORDS = (
    ("delivery_name", 120),
    ("delivery_place", 300),
    ("delivery_days", 10),
    ("tracking_url", 200),
    ("tracking_number", 40),
)


def upgrade() -> None:
    op.create_table(
        "pickup_points",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("village_code", sa.String(13), nullable=False),
        sa.Column("hours", sa.String(200), nullable=False),
        sa.Column("serves", sa.String(40), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('kelurahan', 'ntt_mart', 'cooperative', 'other')", name=op.f("ck_pickup_points_kind_known")
        ),
        sa.CheckConstraint("serves IN ('all', 'chosen')", name=op.f("ck_pickup_points_serves_known")),
        sa.ForeignKeyConstraint(["village_code"], ["regions.code"], name=op.f("fk_pickup_points_village_code_regions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pickup_points")),
        sa.UniqueConstraint("name", name=op.f("uq_pickup_points_name")),
    )
    op.create_index("ix_pickup_points_village", "pickup_points", ["village_code", "id"])
    op.create_table(
        "couriers",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("tolerance", BigId, nullable=False),
        sa.Column("most_kg", BigId, nullable=False),
        sa.Column("tracking_url", sa.String(200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("tolerance BETWEEN 0 AND 999", name=op.f("ck_couriers_tolerance_in_kilogram")),
        sa.CheckConstraint("most_kg BETWEEN 1 AND 1000", name=op.f("ck_couriers_weight_sane")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_couriers")),
        sa.UniqueConstraint("name", name=op.f("uq_couriers_name")),
    )
    _choices("store_points", "point_id", "pickup_points")
    _choices("store_couriers", "courier_id", "couriers")
    op.create_table(
        "postal_rates",
        sa.Column("id", BigId, nullable=False),
        sa.Column("courier_id", BigId, nullable=False),
        sa.Column("from_regency", sa.String(13), nullable=False),
        sa.Column("to_code", sa.String(5), nullable=False),
        sa.Column("price_per_kg", BigId, nullable=False),
        sa.Column("minimum_kg", BigId, nullable=False),
        sa.Column("days_from", BigId, nullable=False),
        sa.Column("days_to", BigId, nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.CheckConstraint("price_per_kg BETWEEN 0 AND 500000", name=op.f("ck_postal_rates_price_sane")),
        sa.CheckConstraint("minimum_kg BETWEEN 1 AND 1000", name=op.f("ck_postal_rates_minimum_sane")),
        sa.CheckConstraint(
            "days_from >= 0 AND days_to >= days_from AND days_to <= 90", name=op.f("ck_postal_rates_days_sane")
        ),
        sa.CheckConstraint(
            "until_day IS NULL OR until_day >= from_day", name=op.f("ck_postal_rates_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(["courier_id"], ["couriers.id"], name=op.f("fk_postal_rates_courier_id_couriers")),
        sa.ForeignKeyConstraint(["from_regency"], ["regions.code"], name=op.f("fk_postal_rates_from_regency_regions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postal_rates")),
        sa.UniqueConstraint(
            "courier_id",
            "from_regency",
            "to_code",
            "from_day",
            name=op.f("uq_postal_rates_courier_id_from_regency_to_code_from_day"),
        ),
    )
    op.create_index(
        "uq_postal_rates_open",
        "postal_rates",
        ["courier_id", "from_regency", "to_code"],
        unique=True,
        sqlite_where=sa.text("until_day IS NULL"),
        postgresql_where=sa.text("until_day IS NULL"),
    )
    with op.batch_alter_table("orders") as orders:
        for name, length in WORDS:
            orders.add_column(sa.Column(name, sa.String(length), nullable=False, server_default=""))
        orders.add_column(sa.Column("delivery_weight", BigId, nullable=False, server_default="0"))
        orders.drop_constraint(op.f(KNOWN), type_="check")
        orders.create_check_constraint(op.f(KNOWN), "delivery_method IN ('pickup', 'own_delivery', 'point', 'post')")


def downgrade() -> None:
    op.execute("UPDATE orders SET delivery_method = 'pickup' WHERE delivery_method = 'point'")
    op.execute("UPDATE orders SET delivery_method = 'own_delivery' WHERE delivery_method = 'post'")
    with op.batch_alter_table("orders") as orders:
        orders.drop_constraint(op.f(KNOWN), type_="check")
        orders.create_check_constraint(op.f(KNOWN), "delivery_method IN ('pickup', 'own_delivery')")
        orders.drop_column("delivery_weight")
        for name, _length in WORDS:
            orders.drop_column(name)
    for table in ("postal_rates", "store_couriers", "store_points", "couriers", "pickup_points"):
        op.drop_table(table)


def _choices(table: str, column: str, other: str) -> None:
    """Which shop chose which of the others."""
    op.create_table(
        table,
        sa.Column("store_id", BigId, nullable=False),
        sa.Column(column, BigId, nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f(f"fk_{table}_store_id_stores")),
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}")),
        sa.PrimaryKeyConstraint("store_id", column, name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
