"""More ways to pay: bank transfer, the market's QRIS, and Midtrans Snap."""

from __future__ import annotations

from alembic import op

revision = "36_methods"
down_revision = "35_messages"
branch_labels = None
depends_on = None

COLUMNS = (("payments", "method"), ("provider_notices", "method"), ("purchases", "payment_method"))
BEFORE = ("cash", "card")
SINCE = (*BEFORE, "transfer", "qris", "snap")


def upgrade() -> None:
    _know(SINCE)


def downgrade() -> None:
    for table, column in COLUMNS:
        op.execute(f"UPDATE {table} SET {column} = 'card' WHERE {column} NOT IN ('cash', 'card')")
    _know(BEFORE)


def _know(methods: tuple[str, ...]) -> None:
    known = ", ".join(f"'{method}'" for method in methods)
    for table, column in COLUMNS:
        name = op.f(f"ck_{table}_{column}_known")
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(name, type_="check")
            batch.create_check_constraint(name, f"{column} IN ({known})")
