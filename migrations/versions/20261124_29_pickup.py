"""Where buyers fetch what they ordered, and a shop's point on the map."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "29_pickup"
down_revision = "28_certificates"
branch_labels = None
depends_on = None

CHECKS = {
    "whole_pin": "(latitude IS NULL) = (longitude IS NULL)",
    "pin_latitude": "latitude BETWEEN -12.0 AND -7.0",
    "pin_longitude": "longitude BETWEEN 118.0 AND 126.0",
}


def upgrade() -> None:
    with op.batch_alter_table("stores") as table:
        for name in ("pickup_place", "pickup_hours"):
            table.add_column(sa.Column(name, sa.String(200), nullable=False, server_default=""))
        for name in ("latitude", "longitude"):
            table.add_column(sa.Column(name, sa.Double(), nullable=True))
        table.add_column(sa.Column("shows_pin", sa.Boolean(), nullable=False, server_default=sa.false()))
        for name, text in CHECKS.items():
            table.create_check_constraint(op.f(f"ck_stores_{name}"), text)


def downgrade() -> None:
    with op.batch_alter_table("stores") as table:
        for name in CHECKS:
            table.drop_constraint(op.f(f"ck_stores_{name}"), type_="check")
        for name in ("shows_pin", "longitude", "latitude", "pickup_hours", "pickup_place"):
            table.drop_column(name)
