"""What buyer and shop write to each other inside an order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId, UtcDateTime
from marketplace.core.guards import make_append_only

revision = "35_messages"
down_revision = "34_delivery"
branch_labels = None
depends_on = None

SIDES = "side IN ('buyer', 'shop')"


def upgrade() -> None:
    _messages()
    _sides()
    op.create_table(
        "order_message_reports",
        sa.Column("id", BigId, nullable=False),
        sa.Column("message_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", BigId, nullable=True),
        sa.Column("note", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["order_messages.id"], name=op.f("fk_order_message_reports_message_id_order_messages")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_order_message_reports_person_id_people")),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name=op.f("fk_order_message_reports_closed_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_message_reports")),
        sa.UniqueConstraint("message_id", name=op.f("uq_order_message_reports_message_id")),
    )
    op.create_index("ix_order_message_reports_closed_at", "order_message_reports", ["closed_at", "id"])


def _messages() -> None:
    op.create_table(
        "order_messages",
        sa.Column("id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("side", sa.String(40), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("is_helped", sa.Boolean(), nullable=False),
        sa.Column("form_key", sa.String(43), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(SIDES, name=op.f("ck_order_messages_side_known")),
        sa.CheckConstraint("length(text) <= 1000", name=op.f("ck_order_messages_text_length")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_messages_order_id_orders")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_order_messages_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_messages")),
        sa.UniqueConstraint("order_id", "side", "form_key", name=op.f("uq_order_messages_order_id_side_form_key")),
    )
    op.create_index("ix_order_messages_order_id", "order_messages", ["order_id", "id"])
    op.create_index(op.f("ix_order_messages_person_id"), "order_messages", ["person_id"])
    make_append_only("order_messages")
    op.create_table(
        "order_message_pictures",
        sa.Column("message_id", BigId, nullable=False),
        sa.Column("position", BigId, nullable=False),
        sa.Column("media_id", BigId, nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 3", name=op.f("ck_order_message_pictures_position_in_bounds")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["order_messages.id"], name=op.f("fk_order_message_pictures_message_id_order_messages")
        ),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media_files.id"], name=op.f("fk_order_message_pictures_media_id_media_files")
        ),
        sa.PrimaryKeyConstraint("message_id", "position", name=op.f("pk_order_message_pictures")),
        sa.UniqueConstraint("media_id", name=op.f("uq_order_message_pictures_media_id")),
    )


def _sides() -> None:
    op.create_table(
        "order_thread_sides",
        sa.Column("id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("store_id", BigId, nullable=False),
        sa.Column("side", sa.String(40), nullable=False),
        *(sa.Column(name, BigId, nullable=False) for name in ("inbox_id", "seen_id", "told_id")),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(SIDES, name=op.f("ck_order_thread_sides_side_known")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_thread_sides_order_id_orders")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_order_thread_sides_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_thread_sides")),
        sa.UniqueConstraint("order_id", "side", name=op.f("uq_order_thread_sides_order_id_side")),
    )
    op.create_index(
        "ix_order_thread_sides_unread",
        "order_thread_sides",
        ["store_id", "side"],
        sqlite_where=sa.text("inbox_id > seen_id"),
        postgresql_where=sa.text("inbox_id > seen_id"),
    )


def downgrade() -> None:
    for table in ("order_message_reports", "order_message_pictures", "order_thread_sides", "order_messages"):
        op.drop_table(table)
