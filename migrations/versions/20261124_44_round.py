"""Collection rounds: rows that say where and when, shops that take part, orders that go with a run; their runners."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId

revision = "44_round"
down_revision = "43_midtrans"
branch_labels = None
depends_on = None

WAYS = ("pickup", "own_delivery", "point", "post")
ROLES = ("operator", "curator", "head_curator", "store_owner", "store_staff", "store_helper", "facilitator")


def upgrade() -> None:
    op.create_table(
        "rounds",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("weekdays", sa.String(7), nullable=False),
        sa.Column("starts", BigId, nullable=False),
        sa.Column("ends", BigId, nullable=False),
        sa.Column("closes_before", BigId, nullable=False),
        sa.Column("capacity", BigId, nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "starts >= 0 AND ends > starts AND ends <= 1440", name=op.f("ck_rounds_ends_after_it_starts")
        ),
        sa.CheckConstraint("closes_before BETWEEN 0 AND 10080", name=op.f("ck_rounds_closing_sane")),
        sa.CheckConstraint("capacity BETWEEN 1 AND 500", name=op.f("ck_rounds_capacity_sane")),
        sa.CheckConstraint("weekdays <> ''", name=op.f("ck_rounds_runs_some_day")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("name", name=op.f("uq_rounds_name")),
    )
    op.create_table(
        "round_fees",
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("fee", BigId, nullable=False),
        sa.CheckConstraint("fee BETWEEN 0 AND 200000", name=op.f("ck_round_fees_fee_sane")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_round_fees_round_id_rounds")),
        sa.PrimaryKeyConstraint("round_id", "from_day", name=op.f("pk_round_fees")),
    )
    op.create_table(
        "round_regions",
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("region_code", sa.String(13), nullable=False),
        sa.Column("visits", sa.Boolean(), nullable=False),
        sa.Column("brings", sa.Boolean(), nullable=False),
        sa.CheckConstraint("visits OR brings", name=op.f("ck_round_regions_for_something")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_round_regions_round_id_rounds")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_round_regions_region_code_regions")),
        sa.PrimaryKeyConstraint("round_id", "region_code", name=op.f("pk_round_regions")),
    )
    op.create_table(
        "round_stores",
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("store_id", BigId, nullable=False),
        sa.Column("place", BigId, nullable=False),
        sa.CheckConstraint("place BETWEEN 0 AND 999", name=op.f("ck_round_stores_place_sane")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_round_stores_round_id_rounds")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_round_stores_store_id_stores")),
        sa.PrimaryKeyConstraint("round_id", "store_id", name=op.f("pk_round_stores")),
    )
    op.create_index(op.f("ix_round_stores_store_id"), "round_stores", ["store_id"])
    op.create_table(
        "round_orders",
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("put_off", BigId, nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_round_orders_order_id_orders")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_round_orders_round_id_rounds")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_round_orders")),
    )
    op.create_index("ix_round_orders_run", "round_orders", ["round_id", "day"])
    _know("orders", "delivery_method", (*WAYS, "round"))
    _know("role_grants", "role", (*ROLES, "runner"))


def downgrade() -> None:
    op.execute("UPDATE orders SET delivery_method = 'own_delivery' WHERE delivery_method = 'round'")
    op.execute("DELETE FROM role_grants WHERE role = 'runner'")
    _know("orders", "delivery_method", WAYS)
    _know("role_grants", "role", ROLES)
    for table in ("round_orders", "round_stores", "round_regions", "round_fees", "rounds"):
        op.drop_table(table)


def _know(table: str, column: str, words: tuple[str, ...]) -> None:
    known = ", ".join(f"'{word}'" for word in words)
    name = op.f(f"ck_{table}_{column}_known")
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"{column} IN ({known})")
