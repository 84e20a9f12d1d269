"""Links in letters to a shop, by which one thing can be done with an order; the hand-over codes are sealed."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId
from marketplace.core.vault import seal, unseal

revision = "32_order_links"
down_revision = "31_revision_category"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_links",
        sa.Column("id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("occasion", sa.String(40), nullable=False),
        sa.Column("sent_to", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(40), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("act IN ('accept', 'decline', 'ready', 'hand_over')", name=op.f("ck_order_links_act_known")),
        sa.CheckConstraint("(act IS NULL) = (used_at IS NULL)", name=op.f("ck_order_links_used_for_something")),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_order_links_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_links_order_id_orders")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_order_links_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_links")),
        sa.UniqueConstraint(
            "order_id", "person_id", "occasion", name=op.f("uq_order_links_order_id_person_id_occasion")
        ),
    )
    op.create_index(op.f("ix_order_links_person_id"), "order_links", ["person_id"])
    _carry_over("handover_code", sa.Column("handover_sealed", sa.String(200), nullable=False, server_default=""), seal)


def downgrade() -> None:
    _carry_over("handover_sealed", sa.Column("handover_code", sa.String(4), nullable=False, server_default=""), unseal)
    op.drop_table("order_links")


def _carry_over(old: str, new: sa.Column[str], change: Callable[[str], str]) -> None:
    """Put a column of orders in the place of another one, with its values changed."""
    op.add_column("orders", new)
    bind = op.get_bind()
    orders = sa.table("orders", sa.column("id"), sa.column(old), sa.column(new.name))
    for row in bind.execute(sa.select(orders.c.id, orders.c[old])).all():
        bind.execute(sa.update(orders).where(orders.c.id == row.id).values({new.name: change(row[1])}))
    op.drop_column("orders", old)
