"""Applications for a shop, and stores that wait to be opened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.guards import make_append_only

revision = "25_opening"
down_revision = "24_keeping"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = "'open', 'paused', 'suspended'"
STATUSES = "'draft', 'waiting', 'checking', 'changes', 'accepted', 'rejected', 'withdrawn'"
KINDS = (
    "'nib', 'pirt', 'bpom_food', 'bpom_cosmetic', 'bpom_traditional', 'halal', 'nkv', 'skp', 'slhs', 'psat', 'sni', "
    "'ig', 'brand'"
)
ONE_OPEN = sa.text("status IN ('draft', 'waiting', 'checking', 'changes')")


def upgrade() -> None:
    with op.batch_alter_table("stores") as stores:
        stores.drop_constraint(op.f("ck_stores_status_known"), type_="check")
        stores.create_check_constraint(op.f("ck_stores_status_known"), f"status IN ('pending', {BEFORE})")
    op.create_table(
        "applications",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=True),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("support", sa.JSON(), nullable=False),
        sa.Column("bank_sealed", sa.Text(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("todo", sa.JSON(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"status IN ({STATUSES})", name=op.f("ck_applications_status_known")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_applications_person_id_people")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_applications_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
    )
    op.create_index("ix_applications_queue", "applications", ["status", "queued_at"])
    op.create_index(op.f("ix_applications_person_id"), "applications", ["person_id"])
    op.create_index(op.f("ix_applications_store_id"), "applications", ["store_id"])
    op.create_index(
        "uq_applications_one_open",
        "applications",
        ["person_id"],
        unique=True,
        sqlite_where=ONE_OPEN,
        postgresql_where=ONE_OPEN,
    )
    op.create_table(
        "application_papers",
        sa.Column("id", BIG, nullable=False),
        sa.Column("application_id", BIG, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("file_id", BIG, nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_application_papers_kind_known")),
        sa.CheckConstraint("state IN ('held', 'not_yet', 'not_halal')", name=op.f("ck_application_papers_state_known")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_application_papers_application_id_applications")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["media_files.id"], name=op.f("fk_application_papers_file_id_media_files")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_papers")),
        sa.UniqueConstraint("application_id", "kind", name=op.f("uq_application_papers_application_id_kind")),
    )
    op.create_table(
        "application_moves",
        sa.Column("id", BIG, nullable=False),
        sa.Column("application_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"status IN ({STATUSES})", name=op.f("ck_application_moves_status_known")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_application_moves_application_id_applications")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_application_moves_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_moves")),
    )
    op.create_index(op.f("ix_application_moves_application_id"), "application_moves", ["application_id"])
    make_append_only("application_moves")


def downgrade() -> None:
    for table in ("application_moves", "application_papers", "applications"):
        op.drop_table(table)
    op.execute("UPDATE stores SET status = 'suspended' WHERE status = 'pending'")
    with op.batch_alter_table("stores") as stores:
        stores.drop_constraint(op.f("ck_stores_status_known"), type_="check")
        stores.create_check_constraint(op.f("ck_stores_status_known"), f"status IN ({BEFORE})")
