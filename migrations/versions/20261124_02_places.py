"""The first tables of `places`."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from marketplace.places.rules import REGIONS_FILE

revision = "02_places"
down_revision = "01_core"
branch_labels = None
depends_on = None


def upgrade() -> None:
    regions = op.create_table(
        "regions",
        sa.Column("code", sa.String(length=13), nullable=False),
        sa.Column("parent_code", sa.String(length=13), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("postcode", sa.String(length=5), nullable=True),
        sa.ForeignKeyConstraint(["parent_code"], ["regions.code"], name=op.f("fk_regions_parent_code_regions")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_regions")),
    )
    op.create_index(op.f("ix_regions_parent_code"), "regions", ["parent_code"], unique=False)
    op.bulk_insert(regions, list(_rows()))


def downgrade() -> None:
    op.drop_index(op.f("ix_regions_parent_code"), table_name="regions")
    op.drop_table("regions")


def _rows() -> Iterator[dict[str, str | None]]:
    with REGIONS_FILE.open(newline="") as file:
        for row in csv.DictReader(file):
            yield {key: value or None for key, value in row.items()}
