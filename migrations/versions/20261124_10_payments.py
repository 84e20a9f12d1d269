"""The first tables of `payments`: what is owed, tries to pay it, refunds, disputes, the inbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "10_payments"
down_revision = "09_shipping"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=36), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dropped", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refunded", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "method <> 'cash' OR received + dropped <= amount", name=op.f("ck_payments_not_more_cash_than_asked")
        ),
        sa.CheckConstraint("method IN ('cash', 'card')", name=op.f("ck_payments_method_known")),
        sa.CheckConstraint(
            "state IN ('pending', 'paid', 'cancelled', 'expired', 'paid_late', 'mismatch')",
            name=op.f("ck_payments_state_known"),
        ),
        sa.CheckConstraint("amount > 0 AND received >= 0 AND dropped >= 0", name=op.f("ck_payments_sums_not_negative")),
        sa.CheckConstraint("dropped <= amount", name=op.f("ck_payments_not_more_dropped_than_asked")),
        sa.CheckConstraint("refunded >= 0 AND refunded <= received", name=op.f("ck_payments_refunded_of_received")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("reference", name=op.f("uq_payments_reference")),
    )
    op.create_index(
        "ix_payments_pending",
        "payments",
        ["hold_until"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "provider_notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("event_id", sa.String(length=120), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("session_ref", sa.String(length=120), nullable=False),
        sa.Column("provider_ref", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("method IN ('cash', 'card')", name=op.f("ck_provider_notices_method_known")),
        sa.CheckConstraint(
            "state IN ('new', 'done', 'ignored', 'unmatched', 'failed')", name=op.f("ck_provider_notices_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_notices")),
        sa.UniqueConstraint("method", "event_id", name=op.f("uq_provider_notices_method_event_id")),
    )
    op.create_index(
        "ix_provider_notices_open",
        "provider_notices",
        ["received_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('new', 'unmatched', 'failed')"),
        postgresql_where=sa.text("state IN ('new', 'unmatched', 'failed')"),
    )
    for column in ("reference", "session_ref", "provider_ref"):
        op.create_index(op.f(f"ix_provider_notices_{column}"), "provider_notices", [column], unique=False)
    op.create_table(
        "payment_attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refunded", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("session_ref", sa.String(length=120), nullable=True),
        sa.Column("provider_ref", sa.String(length=120), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("trouble", sa.String(40), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=False),
        sa.Column("fee", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fee_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fee_currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('created', 'open', 'paid', 'expired', 'failed', 'refused')",
            name=op.f("ck_payment_attempts_state_known"),
        ),
        sa.CheckConstraint(
            "trouble IN ('', 'declined', 'no_funds', 'card_expired', 'not_authenticated', 'too_small', 'other')",
            name=op.f("ck_payment_attempts_trouble_known"),
        ),
        sa.CheckConstraint("amount > 0 AND received >= 0", name=op.f("ck_payment_attempts_sums_not_negative")),
        sa.CheckConstraint(
            "refunded >= 0 AND refunded <= received", name=op.f("ck_payment_attempts_refunded_of_received")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_payment_attempts_payment_id_payments")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_attempts")),
        sa.UniqueConstraint("payment_id", "number", name=op.f("uq_payment_attempts_payment_id_number")),
        sa.UniqueConstraint("provider_ref", name=op.f("uq_payment_attempts_provider_ref")),
        sa.UniqueConstraint("session_ref", name=op.f("uq_payment_attempts_session_ref")),
    )
    op.create_index(
        "ix_payment_attempts_live",
        "payment_attempts",
        ["payment_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('created', 'open')"),
        postgresql_where=sa.text("state IN ('created', 'open')"),
    )
    op.create_index(
        "ix_payment_attempts_without_fee",
        "payment_attempts",
        ["settled_at"],
        unique=False,
        sqlite_where=sa.text("state = 'paid' AND fee IS NULL"),
        postgresql_where=sa.text("state = 'paid' AND fee IS NULL"),
    )
    op.create_table(
        "disputes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider_ref", sa.String(length=120), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("withdrawn", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fee", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'won', 'lost')", name=op.f("ck_disputes_state_known")),
        sa.CheckConstraint("amount > 0 AND withdrawn >= 0 AND fee >= 0", name=op.f("ck_disputes_sums_not_negative")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payment_attempts.id"], name=op.f("fk_disputes_attempt_id_payment_attempts")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_disputes_payment_id_payments")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
        sa.UniqueConstraint("provider_ref", name=op.f("uq_disputes_provider_ref")),
    )
    op.create_index(op.f("ix_disputes_payment_id"), "disputes", ["payment_id"], unique=False)
    op.create_table(
        "refunds",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=36), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("provider_ref", sa.String(length=120), nullable=True),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=False),
        sa.Column("requested_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "source IN ('buyer', 'shop', 'timeout', 'operator', 'system', 'external')",
            name=op.f("ck_refunds_source_known"),
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'submitted', 'pending', 'unknown', 'succeeded', 'failed')",
            name=op.f("ck_refunds_state_known"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refunds_amount_positive")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payment_attempts.id"], name=op.f("fk_refunds_attempt_id_payment_attempts")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_refunds_payment_id_payments")),
        sa.ForeignKeyConstraint(["requested_by"], ["people.id"], name=op.f("fk_refunds_requested_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("provider_ref", name=op.f("uq_refunds_provider_ref")),
        sa.UniqueConstraint("reference", name=op.f("uq_refunds_reference")),
    )
    op.create_index(
        "ix_refunds_open",
        "refunds",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('requested', 'submitted', 'pending', 'unknown')"),
        postgresql_where=sa.text("state IN ('requested', 'submitted', 'pending', 'unknown')"),
    )
    op.create_index(op.f("ix_refunds_payment_id"), "refunds", ["payment_id"], unique=False)


def downgrade() -> None:
    for table in ("provider_notices", "disputes", "refunds", "payment_attempts", "payments"):
        op.drop_table(table)
