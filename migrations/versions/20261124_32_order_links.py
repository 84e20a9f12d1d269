"""Links in letters to a shop, by which one thing can be done with an order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId

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


def downgrade() -> None:
    op.drop_table("order_links")
