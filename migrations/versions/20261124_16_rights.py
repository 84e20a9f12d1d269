"""What staff may in a shop; helpers and facilitators."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "16_rights"
down_revision = "15_goods"
branch_labels = None
depends_on = None

BEFORE = "'operator', 'curator', 'head_curator', 'store_owner', 'store_staff'"
AFTER = f"{BEFORE}, 'store_helper', 'facilitator'"
RIGHTS = '["orders", "prices", "products", "stock"]'


def upgrade() -> None:
    with op.batch_alter_table("role_grants") as grants:
        grants.add_column(sa.Column("rights", sa.JSON(), nullable=False, server_default=RIGHTS))
        grants.drop_constraint(op.f("ck_role_grants_role_known"), type_="check")
        grants.create_check_constraint(op.f("ck_role_grants_role_known"), f"role IN ({AFTER})")


def downgrade() -> None:
    op.execute("DELETE FROM role_grants WHERE role IN ('store_helper', 'facilitator')")
    with op.batch_alter_table("role_grants") as grants:
        grants.drop_constraint(op.f("ck_role_grants_role_known"), type_="check")
        grants.create_check_constraint(op.f("ck_role_grants_role_known"), f"role IN ({BEFORE})")
        grants.drop_column("rights")
