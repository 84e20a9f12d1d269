"""The first tables of `curation`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.guards import make_append_only

revision = "13_curation"
down_revision = "12_orders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "submissions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('waiting', 'passed', 'returned', 'rejected', 'replaced')",
            name=op.f("ck_submissions_status_known"),
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_submissions_product_id_products")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["product_revisions.id"], name=op.f("fk_submissions_revision_id_product_revisions")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_submissions_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("revision_id", name=op.f("uq_submissions_revision_id")),
    )
    op.create_index(op.f("ix_submissions_product_id"), "submissions", ["product_id"], unique=False)
    op.create_index("ix_submissions_queue", "submissions", ["status", "submitted_at"], unique=False)
    op.create_index(op.f("ix_submissions_store_id"), "submissions", ["store_id"], unique=False)
    op.create_index(
        "uq_submissions_one_waiting",
        "submissions",
        ["product_id"],
        unique=True,
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("curator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('pass', 'ask_changes', 'reject')", name=op.f("ck_decisions_outcome_known")),
        sa.ForeignKeyConstraint(["curator_id"], ["people.id"], name=op.f("fk_decisions_curator_id_people")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_decisions_submission_id_submissions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_submission_id"), "decisions", ["submission_id"], unique=False)
    make_append_only("decisions")


def downgrade() -> None:
    op.drop_index(op.f("ix_decisions_submission_id"), table_name="decisions")
    op.drop_table("decisions")
    op.drop_index(
        "uq_submissions_one_waiting",
        table_name="submissions",
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.drop_index(op.f("ix_submissions_store_id"), table_name="submissions")
    op.drop_index("ix_submissions_queue", table_name="submissions")
    op.drop_index(op.f("ix_submissions_product_id"), table_name="submissions")
    op.drop_table("submissions")
