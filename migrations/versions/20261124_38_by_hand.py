"""Payments by hand: a sum of their own, proofs, and the lines of the bank's statement."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId, UtcDateTime

revision = "38_by_hand"
down_revision = "37_reconciliations"
branch_labels = None
depends_on = None

CHECKS = {
    "rounding_in_bounds": "rounding BETWEEN 0 AND 499 AND rounding < amount",
    "rounding_by_hand": "rounding = 0 OR method IN ('transfer', 'qris')",
    "sum_is_exact": "unique_sum IS NULL OR unique_sum = amount - rounding",
}
LINE_CHECKS = {
    "state_known": "state IN ('open', 'booked', 'aside', 'out')",
    "aside_kind_known": "aside_kind IN ('not_ours', 'refund')",
    "outcome_known": "outcome IN ('nothing', 'paid', 'late', 'double', 'mismatch')",
    "amount_moves": "amount <> 0",
    "out_is_no_payment": "amount > 0 OR state IN ('out', 'aside')",
    "in_is_not_out": "amount < 0 OR state <> 'out'",
    "booked_names_its_payment": (
        "(state = 'booked') = (payment_id IS NOT NULL AND attempt_id IS NOT NULL AND outcome IS NOT NULL)"
    ),
    "aside_says_why": "(state = 'aside') = (aside_kind IS NOT NULL)",
}


def upgrade() -> None:
    with op.batch_alter_table("payments") as batch:
        batch.add_column(sa.Column("rounding", BigId, nullable=False, server_default="0"))
        batch.add_column(sa.Column("unique_sum", BigId, nullable=True))
        batch.add_column(sa.Column("proof_at", UtcDateTime(), nullable=True))
        batch.create_unique_constraint(op.f("uq_payments_unique_sum"), ["unique_sum"])
        for name, check in CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_payments_{name}"), check)
    with op.batch_alter_table("payments") as batch:
        batch.alter_column("rounding", server_default=None)
    _proofs()
    _statements()
    _lines()


def _proofs() -> None:
    table = "payment_proofs"
    op.create_table(
        table,
        sa.Column("id", BigId, nullable=False),
        sa.Column("payment_id", BigId, nullable=False),
        sa.Column("media_id", BigId, nullable=False),
        sa.Column("payer_name", sa.String(120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_payment_proofs_payment_id_payments")),
        sa.ForeignKeyConstraint(["media_id"], ["media_files.id"], name=op.f("fk_payment_proofs_media_id_media_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_proofs")),
        sa.UniqueConstraint("media_id", name=op.f("uq_payment_proofs_media_id")),
    )
    op.create_index(op.f("ix_payment_proofs_payment_id"), table, ["payment_id"])


def _statements() -> None:
    op.create_table(
        "bank_statements",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("file_key", sa.String(40), nullable=False),
        sa.Column("header_row", BigId, nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("new_lines", BigId, nullable=False),
        sa.Column("known_lines", BigId, nullable=False),
        sa.Column("bad_rows", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.Column("stored_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "new_lines >= 0 AND known_lines >= 0 AND bad_rows >= 0", name=op.f("ck_bank_statements_counts_not_negative")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_bank_statements_created_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statements")),
    )


def _lines() -> None:
    table = "bank_lines"
    op.create_table(
        table,
        sa.Column("id", BigId, nullable=False),
        sa.Column("statement_id", BigId, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", BigId, nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("balance", BigId, nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("aside_kind", sa.String(40), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("payment_id", BigId, nullable=True),
        sa.Column("attempt_id", BigId, nullable=True),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("decided_by", BigId, nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        *(sa.CheckConstraint(check, name=op.f(f"ck_bank_lines_{name}")) for name, check in LINE_CHECKS.items()),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["bank_statements.id"], name=op.f("fk_bank_lines_statement_id_bank_statements")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_bank_lines_payment_id_payments")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payment_attempts.id"], name=op.f("fk_bank_lines_attempt_id_payment_attempts")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_bank_lines_decided_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_lines")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_bank_lines_attempt_id")),
        sa.UniqueConstraint("key", name=op.f("uq_bank_lines_key")),
    )
    op.create_index("ix_bank_lines_state", table, ["state", "id"])
    is_open = sa.text("state = 'open'")
    op.create_index("ix_bank_lines_open_amount", table, ["amount"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_index(op.f("ix_bank_lines_payment_id"), table, ["payment_id"])
    op.create_index(op.f("ix_bank_lines_statement_id"), table, ["statement_id"])


def downgrade() -> None:
    op.drop_table("bank_lines")
    op.drop_table("bank_statements")
    op.drop_table("payment_proofs")
    with op.batch_alter_table("payments") as batch:
        for name in CHECKS:
            batch.drop_constraint(op.f(f"ck_payments_{name}"), type_="check")
        batch.drop_constraint(op.f("uq_payments_unique_sum"), type_="unique")
        for column in ("proof_at", "unique_sum", "rounding"):
            batch.drop_column(column)
