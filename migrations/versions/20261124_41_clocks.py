"""Every open order has a clock, goods may have arrived before the order ends, and who took them has a name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId, UtcDateTime

revision = "41_clocks"
down_revision = "40_claims"
branch_labels = None
depends_on = None

KNOWN = "ck_orders_status_known"
CLOCK = "ck_orders_has_a_clock"
BEFORE = (
    "unpaid",
    "waiting",
    "processing",
    "ready",
    "on_the_way",
    "done",
    "declined",
    "cancelled",
    "lapsed",
    "expired",
)
SINCE = (*BEFORE[:5], "arrived", *BEFORE[5:])
INSTANTS = ("state_since", "remind_at", "may_end_at", "ends_at")
GRACE_DAYS = 14
"""Orders that were open before there were clocks have as long as this, from the day of the change on."""
ORDERS = sa.table("orders", sa.column("status", sa.String), *(sa.column(name, UtcDateTime()) for name in INSTANTS))


def upgrade() -> None:
    with op.batch_alter_table("orders") as orders:
        for name in INSTANTS:
            orders.add_column(sa.Column(name, UtcDateTime(), nullable=True))
        orders.add_column(sa.Column("reminded", BigId, nullable=False, server_default="0"))
        orders.drop_constraint(op.f(KNOWN), type_="check")
        orders.create_check_constraint(op.f(KNOWN), _one_of(SINCE))
    _wind()
    with op.batch_alter_table("orders") as orders:
        orders.create_check_constraint(
            op.f(CLOCK), "status NOT IN ('processing', 'ready', 'on_the_way', 'arrived') OR ends_at IS NOT NULL"
        )
    op.create_index("ix_orders_clock", "orders", ["status", "ends_at"])
    op.create_index(op.f("ix_purchases_buyer_phone"), "purchases", ["buyer_phone"])
    op.add_column("order_events", sa.Column("cause", sa.String(40), nullable=False, server_default=""))
    op.create_table(
        "order_acceptances",
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("accepted_by", sa.String(40), nullable=False),
        sa.Column("remark", sa.String(300), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.CheckConstraint("accepted_by IN ('buyer', 'shop')", name=op.f("ck_order_acceptances_accepted_by_known")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_order_acceptances_has_a_name")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_acceptances_order_id_orders")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_acceptances")),
    )
    _forbid_changes()
    _acts(("accept", "decline", "ready", "arrive", "hand_over"))


def downgrade() -> None:
    op.execute("UPDATE order_links SET act = 'ready' WHERE act = 'arrive'")
    _acts(("accept", "decline", "ready", "hand_over"))
    op.drop_table("order_acceptances")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION order_acceptances_stay()")
    op.drop_column("order_events", "cause")
    op.drop_index(op.f("ix_purchases_buyer_phone"), table_name="purchases")
    op.drop_index("ix_orders_clock", table_name="orders")
    op.execute("UPDATE order_events SET status = 'on_the_way' WHERE status = 'arrived'")
    op.execute("UPDATE orders SET status = 'on_the_way' WHERE status = 'arrived'")
    with op.batch_alter_table("orders") as orders:
        orders.drop_constraint(op.f(CLOCK), type_="check")
        orders.drop_constraint(op.f(KNOWN), type_="check")
        orders.create_check_constraint(op.f(KNOWN), _one_of(BEFORE))
        for name in ("reminded", *INSTANTS):
            orders.drop_column(name)


def _one_of(statuses: tuple[str, ...]) -> str:
    return f"status IN ({', '.join(repr(status) for status in statuses)})"


def _acts(acts: tuple[str, ...]) -> None:
    """What the link in a letter can do."""
    name = op.f("ck_order_links_act_known")
    with op.batch_alter_table("order_links") as links:
        links.drop_constraint(name, type_="check")
        links.create_check_constraint(name, f"act IN ({', '.join(repr(act) for act in acts)})")


def _wind() -> None:
    """Start the clocks of the orders that are open now."""
    at = datetime.now(UTC)
    ends = at + timedelta(days=GRACE_DAYS)
    is_open = ORDERS.c.status.in_(("processing", "ready", "on_the_way"))
    op.execute(
        sa.update(ORDERS).where(is_open).values(state_since=at, remind_at=ends - timedelta(days=1), ends_at=ends)
    )


def _forbid_changes() -> None:
    """What somebody signed is never changed. It may be removed: when her account is closed."""
    said = "order_acceptances is written once"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION order_acceptances_stay() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{said}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER order_acceptances_stay BEFORE UPDATE ON order_acceptances "
            "FOR EACH ROW EXECUTE FUNCTION order_acceptances_stay()"
        )
    else:
        op.execute(
            "CREATE TRIGGER order_acceptances_stay BEFORE UPDATE ON order_acceptances "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
