"""Claims, with what they set aside; what refunds take from single lines; cash that can be given back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId, UtcDateTime
from marketplace.core.guards import make_append_only

revision = "40_claims"
down_revision = "39_payouts"
branch_labels = None
depends_on = None

SOURCES = ("buyer", "shop", "timeout", "operator", "system", "external")
REASONS = ("wrong", "damaged", "missing", "not_as_described", "spoiled", "never_came")
REMEDIES = ("money", "return", "swap", "nothing")
PARTIES = ("buyer", "shop", "operator", "clock", "bank")
ENDINGS = ("refunded", "swapped", "refused", "withdrawn", "overtaken")
STATES = (
    "opened",
    "offered",
    "return_due",
    "return_sent",
    "swap_due",
    "swap_sent",
    "mediation",
    "decided",
    "appealed",
    *ENDINGS,
)
ACTS = (
    "open",
    "agree",
    "offer",
    "accept",
    "escalate",
    "withdraw",
    "send_back",
    "receive",
    "send_swap",
    "confirm",
    "decide",
    "appeal",
    "conclude",
    "lapse",
    "overtake",
)
CONTESTED = ("contested_goods", "contested_delivery", "contested_commission")
ORDER_CHECKS = {
    "goods_contested_of_left": "contested_goods >= 0 AND contested_goods + refunded_goods <= goods_total",
    "delivery_contested_of_left": "contested_delivery >= 0 AND contested_delivery + refunded_delivery <= delivery_fee",
    "commission_contested_of_left": "contested_commission >= 0 AND contested_commission + refunded_commission <= commission",
    "contested_by_a_claim": "(contested_by IS NULL) = (contested_at IS NULL)",
}
LINE_CHECKS = {
    "claimed_of_bought": "claimed >= 0 AND claimed <= quantity",
    "refunded_of_paid": "refunded >= 0 AND refunded <= total",
}


def _known(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _check(table: str, name: str, text: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}"))


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    with op.batch_alter_table("orders") as orders:
        for name in CONTESTED:
            orders.add_column(sa.Column(name, BigId, nullable=False, server_default="0"))
        orders.add_column(sa.Column("contested_by", BigId, nullable=True))
        orders.add_column(sa.Column("contested_at", UtcDateTime(), nullable=True))
        for name, text in ORDER_CHECKS.items():
            orders.create_check_constraint(op.f(f"ck_orders_{name}"), text)
    with op.batch_alter_table("order_lines") as lines:
        for name in ("claimed", "refunded"):
            lines.add_column(sa.Column(name, BigId, nullable=False, server_default="0"))
        for name, text in LINE_CHECKS.items():
            lines.create_check_constraint(op.f(f"ck_order_lines_{name}"), text)
    _know_sources((*SOURCES, "claim"))
    op.create_table(
        "refund_lines",
        sa.Column("refund_id", BigId, nullable=False),
        sa.Column("line_id", BigId, nullable=False),
        sa.Column("quantity", BigId, nullable=False),
        sa.Column("amount", BigId, nullable=False),
        _check("refund_lines", "something", "amount > 0 AND quantity >= 0"),
        _key("refund_lines", "refund_id", "refunds"),
        _key("refund_lines", "line_id", "order_lines"),
        sa.PrimaryKeyConstraint("refund_id", "line_id", name=op.f("pk_refund_lines")),
    )
    op.create_index(op.f("ix_refund_lines_line_id"), "refund_lines", ["line_id"])
    _claims()
    _steps()


def _claims() -> None:
    is_ended = _known("state", ENDINGS)
    op.create_table(
        "claims",
        sa.Column("id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("store_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("form_key", sa.String(43), nullable=False),
        *(sa.Column(name, sa.String(40), nullable=False) for name in ("state", "reason", "wish")),
        *(sa.Column(name, BigId, nullable=False) for name in ("asked", "asked_delivery")),
        sa.Column("offer", sa.String(40), nullable=True),
        *(
            sa.Column(name, BigId, nullable=False)
            for name in ("offered", "offered_delivery", "granted", "granted_delivery")
        ),
        sa.Column("appealed_by", sa.String(40), nullable=True),
        *(sa.Column(name, BigId, nullable=True) for name in ("decided_by", "concluded_by", "refund_id")),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        *(sa.Column(name, UtcDateTime(), nullable=True) for name in ("due_at", "reminded_at", "closed_at")),
        _check("claims", "state_known", _known("state", STATES)),
        _check("claims", "reason_known", _known("reason", REASONS)),
        _check("claims", "wish_known", _known("wish", REMEDIES)),
        _check("claims", "offer_known", _known("offer", REMEDIES)),
        _check("claims", "appealed_by_known", _known("appealed_by", PARTIES)),
        _check("claims", "asked_something", "asked > 0 AND asked_delivery >= 0"),
        _check("claims", "offered_of_asked", "offered >= 0 AND offered <= asked"),
        _check("claims", "offered_delivery_of_asked", "offered_delivery >= 0 AND offered_delivery <= asked_delivery"),
        _check("claims", "granted_of_asked", "granted >= 0 AND granted <= asked"),
        _check("claims", "granted_delivery_of_asked", "granted_delivery >= 0 AND granted_delivery <= asked_delivery"),
        _check("claims", "two_operators", "concluded_by IS NULL OR concluded_by <> decided_by"),
        _check("claims", "open_has_a_clock", f"(due_at IS NULL) = ({is_ended})"),
        _check("claims", "closed_has_its_time", f"(closed_at IS NULL) = (NOT ({is_ended}))"),
        _key("claims", "order_id", "orders"),
        _key("claims", "store_id", "stores"),
        _key("claims", "person_id", "people"),
        _key("claims", "decided_by", "people"),
        _key("claims", "concluded_by", "people"),
        _key("claims", "refund_id", "refunds"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("order_id", "form_key", name=op.f("uq_claims_order_id_form_key")),
    )
    is_open = sa.text(f"state NOT IN ({', '.join(repr(word) for word in ENDINGS)})")
    op.create_index(
        "ix_claims_open", "claims", ["order_id"], unique=True, sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_index(op.f("ix_claims_order_id"), "claims", ["order_id"])
    op.create_index(op.f("ix_claims_person_id"), "claims", ["person_id"])
    op.create_index("ix_claims_due_at", "claims", ["due_at"])
    op.create_index("ix_claims_state", "claims", ["state", "due_at", "id"])
    op.create_index("ix_claims_store_state", "claims", ["store_id", "state", "due_at"])
    op.create_table(
        "claim_lines",
        sa.Column("claim_id", BigId, nullable=False),
        sa.Column("line_id", BigId, nullable=False),
        *(sa.Column(name, BigId, nullable=False) for name in ("quantity", "asked", "granted")),
        _check("claim_lines", "quantity_positive", "quantity > 0"),
        _check("claim_lines", "asked_something", "asked > 0"),
        _check("claim_lines", "granted_of_asked", "granted >= 0 AND granted <= asked"),
        _key("claim_lines", "claim_id", "claims"),
        _key("claim_lines", "line_id", "order_lines"),
        sa.PrimaryKeyConstraint("claim_id", "line_id", name=op.f("pk_claim_lines")),
    )
    op.create_index(op.f("ix_claim_lines_line_id"), "claim_lines", ["line_id"])


def _steps() -> None:
    op.create_table(
        "claim_steps",
        sa.Column("id", BigId, nullable=False),
        sa.Column("claim_id", BigId, nullable=False),
        *(sa.Column(name, sa.String(40), nullable=False) for name in ("act", "party", "state")),
        sa.Column("remedy", sa.String(40), nullable=True),
        sa.Column("amount", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("is_helped", sa.Boolean(), nullable=False),
        sa.Column("form_key", sa.String(43), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _check("claim_steps", "act_known", _known("act", ACTS)),
        _check("claim_steps", "party_known", _known("party", PARTIES)),
        _check("claim_steps", "state_known", _known("state", STATES)),
        _check("claim_steps", "remedy_known", _known("remedy", REMEDIES)),
        _check("claim_steps", "text_length", "length(text) <= 1000"),
        _key("claim_steps", "claim_id", "claims"),
        _key("claim_steps", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_steps")),
        sa.UniqueConstraint("claim_id", "form_key", name=op.f("uq_claim_steps_claim_id_form_key")),
    )
    op.create_index("ix_claim_steps_claim_id", "claim_steps", ["claim_id", "id"])
    op.create_index(op.f("ix_claim_steps_person_id"), "claim_steps", ["person_id"])
    make_append_only("claim_steps")
    op.create_table(
        "claim_pictures",
        *(sa.Column(name, BigId, nullable=False) for name in ("step_id", "position", "media_id")),
        _check("claim_pictures", "position_in_bounds", "position BETWEEN 1 AND 4"),
        _key("claim_pictures", "step_id", "claim_steps"),
        _key("claim_pictures", "media_id", "media_files"),
        sa.PrimaryKeyConstraint("step_id", "position", name=op.f("pk_claim_pictures")),
        sa.UniqueConstraint("media_id", name=op.f("uq_claim_pictures_media_id")),
    )


def _know_sources(sources: tuple[str, ...]) -> None:
    name = op.f("ck_refunds_source_known")
    with op.batch_alter_table("refunds") as refunds:
        refunds.drop_constraint(name, type_="check")
        refunds.create_check_constraint(name, _known("source", sources))


def downgrade() -> None:
    for table in ("claim_pictures", "claim_steps", "claim_lines", "claims", "refund_lines"):
        op.drop_table(table)
    op.execute("UPDATE refunds SET source = 'operator' WHERE source = 'claim'")
    _know_sources(SOURCES)
    with op.batch_alter_table("order_lines") as lines:
        for name in LINE_CHECKS:
            lines.drop_constraint(op.f(f"ck_order_lines_{name}"), type_="check")
        for name in ("claimed", "refunded"):
            lines.drop_column(name)
    with op.batch_alter_table("orders") as orders:
        for name in ORDER_CHECKS:
            orders.drop_constraint(op.f(f"ck_orders_{name}"), type_="check")
        for name in (*CONTESTED, "contested_by", "contested_at"):
            orders.drop_column(name)
