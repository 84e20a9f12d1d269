"""Changes of orders that both sides agree to, and parcels: parts that are sent on their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId, UtcDateTime
from marketplace.core.guards import make_append_only

revision = "42_changes"
down_revision = "41_clocks"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")
STATES = "state IN ('open', 'agreed', 'refused', 'withdrawn', 'expired', 'failed', 'overtaken')"
LINES = "order_lines"


def upgrade() -> None:
    with op.batch_alter_table("orders") as batch:
        batch.add_column(sa.Column("has_changes", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("orders") as batch:
        batch.alter_column("has_changes", existing_type=sa.Boolean(), server_default=None)
    _remember_what_was_ordered()
    _changes()
    _parcels()


def downgrade() -> None:
    for table in ("order_parcel_lines", "order_parcels", "order_line_changes", "order_changes"):
        op.drop_table(table)
    op.execute("DELETE FROM order_lines WHERE ordered_quantity = 0")
    op.execute(
        "UPDATE order_lines SET quantity = ordered_quantity, unit_price = ordered_price, "
        "total = ordered_quantity * ordered_price WHERE quantity = 0"
    )
    with op.batch_alter_table(LINES) as batch:
        for name in ("quantity_not_negative", "ordered_not_negative"):
            batch.drop_constraint(op.f(f"ck_order_lines_{name}"), type_="check")
        batch.create_check_constraint(op.f("ck_order_lines_quantity_positive"), "quantity > 0")
        batch.drop_column("ordered_price")
        batch.drop_column("ordered_quantity")
    with op.batch_alter_table("orders") as batch:
        batch.drop_column("has_changes")


def _remember_what_was_ordered() -> None:
    with op.batch_alter_table(LINES) as batch:
        batch.add_column(sa.Column("ordered_quantity", BigId, nullable=True))
        batch.add_column(sa.Column("ordered_price", BigId, nullable=True))
    op.execute("UPDATE order_lines SET ordered_quantity = quantity, ordered_price = unit_price")
    with op.batch_alter_table(LINES) as batch:
        batch.alter_column("ordered_quantity", existing_type=BigId, nullable=False)
        batch.alter_column("ordered_price", existing_type=BigId, nullable=False)
        batch.drop_constraint(op.f("ck_order_lines_quantity_positive"), type_="check")
        batch.create_check_constraint(op.f("ck_order_lines_quantity_not_negative"), "quantity >= 0")
        batch.create_check_constraint(
            op.f("ck_order_lines_ordered_not_negative"), "ordered_quantity >= 0 AND ordered_price >= 0"
        )


def _changes() -> None:
    op.create_table(
        "order_changes",
        sa.Column("id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("side", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("goods_before", BigId, nullable=False),
        sa.Column("goods_after", BigId, nullable=False),
        sa.Column("ready_by", sa.Date(), nullable=True),
        sa.Column("note", sa.String(300), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("answer_by", UtcDateTime(), nullable=False),
        sa.Column("clock_before", UtcDateTime(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", BigId, nullable=True),
        sa.CheckConstraint("side IN ('buyer', 'shop')", name=op.f("ck_order_changes_side_known")),
        sa.CheckConstraint(STATES, name=op.f("ck_order_changes_state_known")),
        sa.CheckConstraint(
            "goods_after > 0 AND goods_after <= goods_before", name=op.f("ck_order_changes_never_costs_more")
        ),
        sa.CheckConstraint(
            "(state = 'open') = (settled_at IS NULL)", name=op.f("ck_order_changes_settled_has_its_time")
        ),
        sa.CheckConstraint("answer_by > made_at", name=op.f("ck_order_changes_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_changes_order_id_orders")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_order_changes_person_id_people")),
        sa.ForeignKeyConstraint(["settled_by"], ["people.id"], name=op.f("fk_order_changes_settled_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_changes")),
    )
    opened = {"sqlite_where": OPEN, "postgresql_where": OPEN}
    op.create_index("ix_order_changes_open", "order_changes", ["order_id"], unique=True, **opened)
    op.create_index("ix_order_changes_due", "order_changes", ["answer_by"], **opened)
    op.create_index("ix_order_changes_order_id", "order_changes", ["order_id", "id"])
    op.create_table(
        "order_line_changes",
        sa.Column("change_id", BigId, nullable=False),
        sa.Column("line_id", BigId, nullable=False),
        sa.Column("before_quantity", BigId, nullable=False),
        sa.Column("before_price", BigId, nullable=False),
        sa.Column("quantity", BigId, nullable=False),
        sa.Column("unit_price", BigId, nullable=False),
        sa.Column("variant_id", BigId, nullable=True),
        sa.Column("instead_quantity", BigId, nullable=False),
        sa.Column("instead_price", BigId, nullable=False),
        sa.Column("product_name", sa.String(140), nullable=False),
        sa.Column("variant_name", sa.String(130), nullable=False),
        sa.Column("picture_key", sa.String(40), nullable=False),
        sa.Column("is_not_halal", sa.Boolean(), nullable=False),
        sa.Column("weight", BigId, nullable=False),
        sa.Column("allergens", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "quantity >= 0 AND quantity <= before_quantity", name=op.f("ck_order_line_changes_never_more_pieces")
        ),
        sa.CheckConstraint(
            "unit_price > 0 AND unit_price <= before_price", name=op.f("ck_order_line_changes_never_dearer")
        ),
        sa.CheckConstraint(
            "(variant_id IS NULL AND instead_quantity = 0) OR (variant_id IS NOT NULL AND instead_quantity > 0 "
            "AND instead_quantity <= before_quantity - quantity AND instead_price > 0 "
            "AND instead_price <= before_price)",
            name=op.f("ck_order_line_changes_substitute_in_bounds"),
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["order_changes.id"], name=op.f("fk_order_line_changes_change_id_order_changes")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["order_lines.id"], name=op.f("fk_order_line_changes_line_id_order_lines")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_order_line_changes_variant_id_variants")
        ),
        sa.PrimaryKeyConstraint("change_id", "line_id", name=op.f("pk_order_line_changes")),
    )
    make_append_only("order_line_changes")


def _parcels() -> None:
    op.create_table(
        "order_parcels",
        sa.Column("id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("number", BigId, nullable=False),
        sa.Column("tracking_number", sa.String(40), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("arrived_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_order_parcels_number_positive")),
        sa.CheckConstraint(
            "arrived_at IS NULL OR arrived_at >= sent_at", name=op.f("ck_order_parcels_arrives_after_it_is_sent")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_parcels_order_id_orders")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_order_parcels_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_parcels")),
        sa.UniqueConstraint("order_id", "number", name=op.f("uq_order_parcels_order_id_number")),
    )
    op.create_table(
        "order_parcel_lines",
        sa.Column("parcel_id", BigId, nullable=False),
        sa.Column("line_id", BigId, nullable=False),
        sa.Column("quantity", BigId, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_parcel_lines_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["parcel_id"], ["order_parcels.id"], name=op.f("fk_order_parcel_lines_parcel_id_order_parcels")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["order_lines.id"], name=op.f("fk_order_parcel_lines_line_id_order_lines")
        ),
        sa.PrimaryKeyConstraint("parcel_id", "line_id", name=op.f("pk_order_parcel_lines")),
    )
    op.create_index(op.f("ix_order_parcel_lines_line_id"), "order_parcel_lines", ["line_id"])
    make_append_only("order_parcel_lines")
