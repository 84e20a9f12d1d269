"""Local couriers: a kind of courier service, dated fees by zone inside a regency, orders that go with one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId

revision = "48_local_couriers"
down_revision = "47_vouchers"
branch_labels = None
depends_on = None

WAYS = ("pickup", "own_delivery", "point", "post", "round")


def upgrade() -> None:
    with op.batch_alter_table("couriers") as couriers:
        couriers.add_column(sa.Column("kind", sa.String(40), nullable=False, server_default="post"))
        couriers.create_check_constraint(op.f("ck_couriers_kind_known"), "kind IN ('post', 'local')")
        couriers.create_check_constraint(op.f("ck_couriers_tolerance_of_the_post"), "kind = 'post' OR tolerance = 0")
    op.create_table(
        "local_fees",
        sa.Column("id", BigId, nullable=False),
        sa.Column("courier_id", BigId, nullable=False),
        sa.Column("from_code", sa.String(13), nullable=False),
        sa.Column("to_code", sa.String(13), nullable=False),
        sa.Column("fee", BigId, nullable=False),
        sa.Column("days", BigId, nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.CheckConstraint("fee BETWEEN 0 AND 200000", name=op.f("ck_local_fees_fee_sane")),
        sa.CheckConstraint("days BETWEEN 0 AND 7", name=op.f("ck_local_fees_days_sane")),
        sa.CheckConstraint(
            "length(from_code) IN (5, 8) AND length(to_code) IN (8, 13)", name=op.f("ck_local_fees_from_part_to_zone")
        ),
        sa.CheckConstraint(
            "substr(from_code, 1, 5) = substr(to_code, 1, 5)", name=op.f("ck_local_fees_inside_one_regency")
        ),
        sa.CheckConstraint(
            "until_day IS NULL OR until_day >= from_day", name=op.f("ck_local_fees_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(["courier_id"], ["couriers.id"], name=op.f("fk_local_fees_courier_id_couriers")),
        sa.ForeignKeyConstraint(["from_code"], ["regions.code"], name=op.f("fk_local_fees_from_code_regions")),
        sa.ForeignKeyConstraint(["to_code"], ["regions.code"], name=op.f("fk_local_fees_to_code_regions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_fees")),
        sa.UniqueConstraint(
            "courier_id",
            "from_code",
            "to_code",
            "from_day",
            name=op.f("uq_local_fees_courier_id_from_code_to_code_from_day"),
        ),
    )
    op.create_index(
        "uq_local_fees_open",
        "local_fees",
        ["courier_id", "from_code", "to_code"],
        unique=True,
        sqlite_where=sa.text("until_day IS NULL"),
        postgresql_where=sa.text("until_day IS NULL"),
    )
    _know((*WAYS, "local"))


def downgrade() -> None:
    """What a local courier brings counts as brought by the shop, whose clock is the same."""
    op.execute("UPDATE orders SET delivery_method = 'own_delivery' WHERE delivery_method = 'local'")
    _know(WAYS)
    op.drop_table("local_fees")
    op.execute("DELETE FROM store_couriers WHERE courier_id IN (SELECT id FROM couriers WHERE kind = 'local')")
    op.execute("DELETE FROM couriers WHERE kind = 'local'")
    with op.batch_alter_table("couriers") as couriers:
        couriers.drop_constraint(op.f("ck_couriers_tolerance_of_the_post"), type_="check")
        couriers.drop_constraint(op.f("ck_couriers_kind_known"), type_="check")
        couriers.drop_column("kind")


def _know(ways: tuple[str, ...]) -> None:
    known = ", ".join(f"'{way}'" for way in ways)
    with op.batch_alter_table("orders") as orders:
        orders.drop_constraint(op.f("ck_orders_delivery_method_known"), type_="check")
        orders.create_check_constraint(op.f("ck_orders_delivery_method_known"), f"delivery_method IN ({known})")
