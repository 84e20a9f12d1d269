"""Vouchers, and what they took off the price of purchases, orders and lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.db import BigId, UtcDateTime

revision = "47_vouchers"
down_revision = "46_moderation"
branch_labels = None
depends_on = None

ORDER_CHECKS = {
    "discounts_not_negative": "shop_discount >= 0 AND programme_discount >= 0",
    "one_bears_the_discount": "shop_discount = 0 OR programme_discount = 0",
    "discount_by_a_voucher": "shop_discount + programme_discount = 0 OR voucher_code <> ''",
}
ROUNDING = "rounding BETWEEN 0 AND 499 AND "


def upgrade() -> None:
    _discounts()
    _swap("payments", "sums_not_negative", "amount >= 0 AND received >= 0 AND dropped >= 0")
    _swap("payments", "rounding_in_bounds", f"{ROUNDING}(rounding = 0 OR rounding < amount)")
    with op.batch_alter_table("payments") as payments:
        payments.create_check_constraint(op.f("ck_payments_only_cash_asks_nothing"), "amount > 0 OR method = 'cash'")
    _swap("order_changes", "never_costs_more", "goods_after >= 0 AND goods_after <= goods_before")
    _vouchers()
    _uses()


def downgrade() -> None:
    """A market that has sold with vouchers cannot go back: its orders would cost more than was paid."""
    for table in ("voucher_stores", "voucher_shares", "voucher_uses", "vouchers"):
        op.drop_table(table)
    _swap("order_changes", "never_costs_more", "goods_after > 0 AND goods_after <= goods_before")
    with op.batch_alter_table("payments") as payments:
        payments.drop_constraint(op.f("ck_payments_only_cash_asks_nothing"), type_="check")
    _swap("payments", "rounding_in_bounds", f"{ROUNDING}rounding < amount")
    _swap("payments", "sums_not_negative", "amount > 0 AND received >= 0 AND dropped >= 0")
    _swap("order_lines", "refunded_of_paid", "refunded >= 0 AND refunded <= total")
    _drop("dispute_parts", ["goods_of_total"], ["goods"])
    _drop("order_lines", ["discount_of_total"], ["discount"])
    _drop("orders", list(ORDER_CHECKS), ["voucher_code", "shop_discount", "programme_discount"])
    _drop("purchases", ["discount_not_negative"], ["discount"])


def _discounts() -> None:
    with op.batch_alter_table("purchases") as purchases:
        purchases.add_column(_rupiah("discount"))
        purchases.create_check_constraint(op.f("ck_purchases_discount_not_negative"), "discount >= 0")
    with op.batch_alter_table("orders") as orders:
        orders.add_column(sa.Column("voucher_code", sa.String(20), nullable=False, server_default=""))
        orders.add_column(_rupiah("shop_discount"))
        orders.add_column(_rupiah("programme_discount"))
        for name, text in ORDER_CHECKS.items():
            orders.create_check_constraint(op.f(f"ck_orders_{name}"), text)
    with op.batch_alter_table("order_lines") as lines:
        lines.add_column(_rupiah("discount"))
        lines.create_check_constraint(op.f("ck_order_lines_discount_of_total"), "discount >= 0 AND discount <= total")
    _swap("order_lines", "refunded_of_paid", "refunded >= 0 AND refunded <= total - discount")
    with op.batch_alter_table("dispute_parts") as parts:
        parts.add_column(_rupiah("goods"))
        parts.create_check_constraint(op.f("ck_dispute_parts_goods_of_total"), "goods >= 0 AND goods <= total")


def _vouchers() -> None:
    op.create_table(
        "vouchers",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("bearer", sa.String(40), nullable=False),
        sa.Column("store_id", BigId, nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("value", BigId, nullable=False),
        sa.Column("cap", BigId, nullable=True),
        sa.Column("least_goods", BigId, nullable=False),
        *(sa.Column(name, UtcDateTime(), nullable=False) for name in ("starts_at", "ends_at")),
        *(sa.Column(name, BigId, nullable=True) for name in ("max_uses", "budget", "per_person")),
        sa.Column("period", sa.String(40), nullable=False),
        sa.Column("store_ceiling", BigId, nullable=True),
        *(sa.Column(name, UtcDateTime(), nullable=True) for name in ("paused_at", "ended_at")),
        *(sa.Column(name, BigId, nullable=False) for name in ("used", "spent")),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", BigId, nullable=True),
        _check("vouchers", "bearer_known", "bearer IN ('shop', 'programme')"),
        _check("vouchers", "kind_known", "kind IN ('percent', 'amount')"),
        _check("vouchers", "period_known", "period IN ('ever', 'month')"),
        _check("vouchers", "code_is_normal", "code = upper(code) AND length(code) >= 4"),
        _check("vouchers", "a_shop_bears_its_own", "(bearer = 'shop') = (store_id IS NOT NULL)"),
        _check("vouchers", "the_programme_has_a_budget", "bearer = 'shop' OR budget IS NOT NULL"),
        _check("vouchers", "value_in_bounds", "value > 0 AND (kind <> 'percent' OR value <= 100)"),
        _check("vouchers", "cap_of_percent", "cap IS NULL OR (kind = 'percent' AND cap > 0)"),
        _check("vouchers", "least_goods_not_negative", "least_goods >= 0"),
        _check("vouchers", "ends_after_it_begins", "ends_at > starts_at"),
        _check(
            "vouchers",
            "limits_positive",
            "(max_uses IS NULL OR max_uses > 0) AND (budget IS NULL OR budget > 0) "
            "AND (per_person IS NULL OR per_person > 0)",
        ),
        _check(
            "vouchers",
            "ceiling_of_the_programme",
            "store_ceiling IS NULL OR (bearer = 'programme' AND store_ceiling > 0)",
        ),
        _check("vouchers", "counters_not_negative", "used >= 0 AND spent >= 0"),
        _key("vouchers", "store_id", "stores"),
        _key("vouchers", "made_by", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vouchers")),
        sa.UniqueConstraint("code", name=op.f("uq_vouchers_code")),
    )
    op.create_index("ix_vouchers_store_id", "vouchers", ["store_id", "id"])


def _uses() -> None:
    op.create_table(
        "voucher_uses",
        *(sa.Column(name, BigId, nullable=False) for name in ("id", "voucher_id", "purchase_id")),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("phone_hash", sa.String(64), nullable=False),
        sa.Column("amount", BigId, nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=False),
        sa.Column("given_back_at", UtcDateTime(), nullable=True),
        _check("voucher_uses", "amount_not_negative", "amount >= 0"),
        _key("voucher_uses", "voucher_id", "vouchers"),
        _key("voucher_uses", "purchase_id", "purchases"),
        _key("voucher_uses", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_uses")),
        sa.UniqueConstraint("purchase_id", name=op.f("uq_voucher_uses_purchase_id")),
    )
    op.create_index("ix_voucher_uses_person", "voucher_uses", ["voucher_id", "person_id"])
    op.create_index("ix_voucher_uses_phone", "voucher_uses", ["voucher_id", "phone_hash"])
    op.create_index(op.f("ix_voucher_uses_person_id"), "voucher_uses", ["person_id"])
    op.create_table(
        "voucher_shares",
        *(sa.Column(name, BigId, nullable=False) for name in ("use_id", "order_id", "amount", "held")),
        _check("voucher_shares", "held_of_promised", "amount > 0 AND held >= 0 AND held <= amount"),
        _key("voucher_shares", "use_id", "voucher_uses"),
        _key("voucher_shares", "order_id", "orders"),
        sa.PrimaryKeyConstraint("use_id", "order_id", name=op.f("pk_voucher_shares")),
        sa.UniqueConstraint("order_id", name=op.f("uq_voucher_shares_order_id")),
    )
    op.create_table(
        "voucher_stores",
        *(sa.Column(name, BigId, nullable=False) for name in ("voucher_id", "store_id", "spent")),
        _check("voucher_stores", "spent_not_negative", "spent >= 0"),
        _key("voucher_stores", "voucher_id", "vouchers"),
        _key("voucher_stores", "store_id", "stores"),
        sa.PrimaryKeyConstraint("voucher_id", "store_id", name=op.f("pk_voucher_stores")),
    )


def _rupiah(name: str) -> sa.Column[int]:
    return sa.Column(name, BigId, nullable=False, server_default="0")


def _check(table: str, name: str, text: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}"))


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _swap(table: str, name: str, text: str) -> None:
    """Give a check that is there other words."""
    full = op.f(f"ck_{table}_{name}")
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(full, type_="check")
        batch.create_check_constraint(full, text)


def _drop(table: str, checks: list[str], columns: list[str]) -> None:
    with op.batch_alter_table(table) as batch:
        for name in checks:
            batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        for column in columns:
            batch.drop_column(column)
