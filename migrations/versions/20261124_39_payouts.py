"""Payouts: batches, lines, files, holds, and the accounts of buyers who are owed money."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId, UtcDateTime

revision = "39_payouts"
down_revision = "38_by_hand"
branch_labels = None
depends_on = None

RESERVED, LIVE, STANDING = "state = 'reserved'", "state IN ('reserved', 'paid')", "ended_at IS NULL"


def upgrade() -> None:
    with op.batch_alter_table("refunds") as batch:
        batch.add_column(sa.Column("by_bank", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("refunds") as batch:
        batch.alter_column("by_bank", server_default=None)
    _batches()
    _lines()
    _items_and_files()
    _holds()
    _accounts()


def _batches() -> None:
    op.create_table(
        "payout_batches",
        sa.Column("id", BigId, nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("form_key", sa.String(43), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("made_by", BigId, nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("fetched_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('making', 'made', 'fetched', 'closed', 'cancelled')", name=op.f("ck_payout_batches_state_known")
        ),
        sa.CheckConstraint(
            "state <> 'fetched' OR fetched_at IS NOT NULL", name=op.f("ck_payout_batches_fetched_has_its_time")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_payout_batches_made_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_batches")),
        sa.UniqueConstraint("reference", name=op.f("uq_payout_batches_reference")),
        sa.UniqueConstraint("form_key", name=op.f("uq_payout_batches_form_key")),
    )


def _lines() -> None:
    op.create_table(
        "payout_lines",
        sa.Column("id", BigId, nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("batch_id", BigId, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("store_id", BigId, nullable=True),
        sa.Column("refund_id", BigId, nullable=True),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("amount", BigId, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("bank", sa.String(40), nullable=False),
        sa.Column("number_sealed", sa.String(200), nullable=False),
        sa.Column("last_digits", sa.String(4), nullable=False),
        sa.Column("holder", sa.String(120), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("is_account_wrong", sa.Boolean(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", BigId, nullable=True),
        sa.CheckConstraint("kind IN ('payout', 'refund')", name=op.f("ck_payout_lines_kind_known")),
        sa.CheckConstraint(
            "state IN ('reserved', 'paid', 'failed', 'cancelled')", name=op.f("ck_payout_lines_state_known")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payout_lines_amount_positive")),
        sa.CheckConstraint(
            "(kind = 'payout') = (store_id IS NOT NULL)", name=op.f("ck_payout_lines_payout_has_its_shop")
        ),
        sa.CheckConstraint("(kind = 'refund') = (refund_id IS NOT NULL)", name=op.f("ck_payout_lines_refund_is_named")),
        sa.CheckConstraint(
            "(state = 'reserved') = (settled_at IS NULL)", name=op.f("ck_payout_lines_settled_has_its_time")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["payout_batches.id"], name=op.f("fk_payout_lines_batch_id_payout_batches")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_payout_lines_store_id_stores")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_payout_lines_refund_id_refunds")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["bank_accounts.id"], name=op.f("fk_payout_lines_account_id_bank_accounts")
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["people.id"], name=op.f("fk_payout_lines_settled_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_lines")),
        sa.UniqueConstraint("reference", name=op.f("uq_payout_lines_reference")),
        sa.UniqueConstraint("batch_id", "store_id", name=op.f("uq_payout_lines_batch_id_store_id")),
        sa.UniqueConstraint("batch_id", "refund_id", name=op.f("uq_payout_lines_batch_id_refund_id")),
    )
    _unique_where("payout_lines", "uq_payout_lines_open_store", "store_id", RESERVED)
    _unique_where("payout_lines", "uq_payout_lines_live_refund", "refund_id", LIVE)
    op.create_index("ix_payout_lines_store", "payout_lines", ["store_id", "id"])


def _unique_where(table: str, name: str, column: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, [column], unique=True, sqlite_where=condition, postgresql_where=condition)


def _items_and_files() -> None:
    op.create_table(
        "payout_items",
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("line_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entries.id"], name=op.f("fk_payout_items_entry_id_ledger_entries")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["payout_lines.id"], name=op.f("fk_payout_items_line_id_payout_lines")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_payout_items")),
    )
    op.create_index(op.f("ix_payout_items_line_id"), "payout_items", ["line_id"])
    op.create_table(
        "payout_files",
        sa.Column("id", BigId, nullable=False),
        sa.Column("batch_id", BigId, nullable=False),
        sa.Column("format", sa.String(20), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content_sealed", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["payout_batches.id"], name=op.f("fk_payout_files_batch_id_payout_batches")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_files")),
        sa.UniqueConstraint("batch_id", "format", name=op.f("uq_payout_files_batch_id_format")),
    )


def _holds() -> None:
    op.create_table(
        "payout_holds",
        sa.Column("id", BigId, nullable=False),
        sa.Column("store_id", BigId, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("made_by", BigId, nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("appeal", sa.String(500), nullable=False),
        sa.Column("appealed_by", BigId, nullable=True),
        sa.Column("appealed_at", UtcDateTime(), nullable=True),
        sa.Column("answer", sa.String(500), nullable=False),
        sa.Column("answered_by", BigId, nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("until > made_at", name=op.f("ck_payout_holds_ends_after_it_begins")),
        sa.CheckConstraint("(appeal = '') = (appealed_at IS NULL)", name=op.f("ck_payout_holds_appeal_has_its_time")),
        sa.CheckConstraint("(answer = '') = (answered_at IS NULL)", name=op.f("ck_payout_holds_answer_has_its_time")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_payout_holds_store_id_stores")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_payout_holds_made_by_people")),
        sa.ForeignKeyConstraint(["appealed_by"], ["people.id"], name=op.f("fk_payout_holds_appealed_by_people")),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name=op.f("fk_payout_holds_answered_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_holds")),
    )
    op.create_index(op.f("ix_payout_holds_store_id"), "payout_holds", ["store_id"])
    _unique_where("payout_holds", "uq_payout_holds_standing", "store_id", STANDING)


def _accounts() -> None:
    op.create_table(
        "refund_accounts",
        sa.Column("purchase_id", BigId, nullable=False),
        sa.Column("bank", sa.String(40), nullable=False),
        sa.Column("number_sealed", sa.String(200), nullable=False),
        sa.Column("last_digits", sa.String(4), nullable=False),
        sa.Column("holder_sealed", sa.Text(), nullable=False),
        sa.Column("trouble", sa.String(500), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        sa.Column("given_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["purchase_id"], ["purchases.id"], name=op.f("fk_refund_accounts_purchase_id_purchases")
        ),
        sa.PrimaryKeyConstraint("purchase_id", name=op.f("pk_refund_accounts")),
    )


def downgrade() -> None:
    for table in (
        "refund_accounts",
        "payout_holds",
        "payout_files",
        "payout_items",
        "payout_lines",
        "payout_batches",
    ):
        op.drop_table(table)
    with op.batch_alter_table("refunds") as batch:
        batch.drop_column("by_bank")
    cash = "SELECT id FROM payments WHERE method = 'cash'"
    op.execute(f"DELETE FROM refund_parts WHERE refund_id IN (SELECT id FROM refunds WHERE payment_id IN ({cash}))")
    op.execute(f"DELETE FROM refunds WHERE payment_id IN ({cash})")
    op.execute(f"DELETE FROM payment_attempts WHERE payment_id IN ({cash})")
