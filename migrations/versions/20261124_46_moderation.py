"""Reports of products and shops, and products that an operator has taken off sale."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId, UtcDateTime

revision = "46_moderation"
down_revision = "44_round"
branch_labels = None
depends_on = None

TABLE = "listing_reports"
REASONS = "reason IN ('forbidden', 'false_claim', 'misleading', 'stolen_picture', 'unsafe_food', 'other')"
OUTCOMES = "outcome IN ('set_aside', 'letter', 'taken_off', 'suspended')"
OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("products") as batch:
        batch.add_column(sa.Column("held_at", UtcDateTime(), nullable=True))
        batch.create_check_constraint(
            op.f("ck_products_held_is_not_live"), "held_at IS NULL OR live_revision_id IS NULL"
        )
    op.create_table(
        TABLE,
        sa.Column("id", BigId, nullable=False),
        sa.Column("store_id", BigId, nullable=False),
        sa.Column("product_id", BigId, nullable=True),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("words", sa.String(500), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("open_key", sa.String(64), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", BigId, nullable=True),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.CheckConstraint(REASONS, name=op.f("ck_listing_reports_reason_known")),
        sa.CheckConstraint(OUTCOMES, name=op.f("ck_listing_reports_outcome_known")),
        sa.CheckConstraint("length(words) <= 500", name=op.f("ck_listing_reports_words_length")),
        sa.CheckConstraint(
            "reason <> 'other' OR words <> '' OR closed_at IS NOT NULL", name=op.f("ck_listing_reports_other_says_what")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (open_key IS NOT NULL)",
            name=op.f("ck_listing_reports_closed_whole"),
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR (note <> '' AND closed_by IS NOT NULL)",
            name=op.f("ck_listing_reports_closing_says_why"),
        ),
        sa.CheckConstraint(
            "(outcome <> 'taken_off' OR product_id IS NOT NULL) AND (outcome <> 'suspended' OR product_id IS NULL)",
            name=op.f("ck_listing_reports_outcome_fits"),
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_listing_reports_store_id_stores")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_listing_reports_product_id_products")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_listing_reports_person_id_people")),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name=op.f("fk_listing_reports_closed_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_reports")),
        sa.UniqueConstraint("open_key", name=op.f("uq_listing_reports_open_key")),
    )
    op.create_index("ix_listing_reports_thing", TABLE, ["store_id", "product_id", "id"])
    op.create_index("ix_listing_reports_open", TABLE, ["id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index(op.f("ix_listing_reports_person_id"), TABLE, ["person_id"])
    op.create_index(op.f("ix_listing_reports_closed_at"), TABLE, ["closed_at"])


def downgrade() -> None:
    op.drop_table(TABLE)
    with op.batch_alter_table("products") as batch:
        batch.drop_constraint(op.f("ck_products_held_is_not_live"), type_="check")
        batch.drop_column("held_at")
