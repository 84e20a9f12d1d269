"""Help, invitations, one-time codes, bank accounts, prices that wait for the owner."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId, UtcDateTime
from marketplace.core.guards import make_append_only

revision = "27_team"
down_revision = "26_draft_albums"
branch_labels = None
depends_on = None


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def _person(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, BigId, sa.ForeignKey("people.id"), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "assistances",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("store_id", BigId, nullable=False),
        _person("facilitator_id"),
        _person("asked_by"),
        sa.Column("purpose", sa.String(200), nullable=False),
        _at("asked_at"),
        _at("until"),
        _at("ended_at", nullable=True),
        _person("ended_by", nullable=True),
        sa.CheckConstraint("until > asked_at", name="has_time"),
    )
    op.create_index("ix_assistances_facilitator_id", "assistances", ["facilitator_id"])
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_assistances_open",
        "assistances",
        ["store_id", "facilitator_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    with op.batch_alter_table("sign_ins") as table:
        table.add_column(sa.Column("assistance_id", BigId, nullable=True))
        table.create_foreign_key(
            op.f("fk_sign_ins_assistance_id_assistances"), "assistances", ["assistance_id"], ["id"]
        )
    op.add_column("audit_entries", sa.Column("helped_store_id", BigId, nullable=True))
    op.create_table(
        "authenticators",
        sa.Column("person_id", BigId, sa.ForeignKey("people.id"), primary_key=True, autoincrement=False),
        sa.Column("secret", sa.Text(), nullable=False),
        _at("confirmed_at", nullable=True),
        sa.Column("last_step", BigId, nullable=False),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        _person("person_id"),
        _at("used_at", nullable=True),
    )
    op.create_index("ix_recovery_codes_person_id", "recovery_codes", ["person_id"])
    op.create_table(
        "one_time_codes",
        sa.Column("id", BigId, primary_key=True),
        _person("person_id"),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("change_hash", sa.String(64), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        _at("made_at"),
        _at("expires_at"),
        sa.Column("tries", BigId, nullable=False),
        _at("used_at", nullable=True),
    )
    op.create_index("ix_one_time_codes_person", "one_time_codes", ["person_id", "made_at"])
    op.create_table(
        "invitations",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("store_id", BigId, sa.ForeignKey("stores.id"), nullable=False),
        sa.Column("contact", sa.String(254), nullable=False),
        sa.Column("rights", sa.JSON(), nullable=False),
        _person("made_by"),
        _at("made_at"),
        _at("expires_at"),
        _at("accepted_at", nullable=True),
        _person("accepted_by", nullable=True),
        _at("withdrawn_at", nullable=True),
    )
    op.create_index("ix_invitations_store_id", "invitations", ["store_id"])
    op.create_table(
        "bank_accounts",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("store_id", BigId, sa.ForeignKey("stores.id"), nullable=False),
        sa.Column("bank", sa.String(40), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("last_digits", sa.String(4), nullable=False),
        sa.Column("holder", sa.String(120), nullable=False),
        _at("changed_at"),
        _person("changed_by", nullable=True),
    )
    op.create_index("ix_bank_accounts_store_id", "bank_accounts", ["store_id"])
    make_append_only("bank_accounts")
    op.create_table(
        "pending_prices",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("store_id", BigId, sa.ForeignKey("stores.id"), nullable=False),
        sa.Column("variant_id", BigId, sa.ForeignKey("variants.id"), nullable=False),
        sa.Column("price", BigId, nullable=False),
        sa.Column("tiers", sa.JSON(), nullable=True),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        _person("asked_by"),
        _at("asked_at"),
        _at("decided_at", nullable=True),
        _person("decided_by", nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("price > 0", name="price_positive"),
    )
    op.create_index("ix_pending_prices_store_id", "pending_prices", ["store_id"])
    waits = sa.text("decided_at IS NULL")
    op.create_index(
        "uq_pending_prices_open",
        "pending_prices",
        ["variant_id"],
        unique=True,
        sqlite_where=waits,
        postgresql_where=waits,
    )


def downgrade() -> None:
    for table in ("pending_prices", "bank_accounts", "invitations", "one_time_codes", "recovery_codes"):
        op.drop_table(table)
    op.drop_table("authenticators")
    op.drop_column("audit_entries", "helped_store_id")
    with op.batch_alter_table("sign_ins") as table:
        table.drop_constraint(op.f("fk_sign_ins_assistance_id_assistances"), type_="foreignkey")
        table.drop_column("assistance_id")
    op.drop_table("assistances")
