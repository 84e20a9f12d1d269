"""Keeping a catalogue: many changes at once, names to sort by, and goods taken in from the seller's own sheets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.catalog.rules import fold

revision = "24_keeping"
down_revision = "23_drafts"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
CHUNK = 1_000


def upgrade() -> None:
    op.add_column("products", sa.Column("name_key", sa.String(160), nullable=False, server_default=""))
    _fill_names()
    op.create_index("ix_products_by_name", "products", ["store_id", "name_key", "id"])
    op.create_index("ix_products_by_price", "products", ["store_id", "price_from", "id"])
    _add_bulk()
    _add_imports()


def downgrade() -> None:
    for table in ("import_rows", "import_columns", "imports", "bulk_changes", "bulk_edits"):
        op.drop_table(table)
    op.drop_index("ix_products_by_price", "products")
    op.drop_index("ix_products_by_name", "products")
    with op.batch_alter_table("products") as batch:
        batch.drop_column("name_key")


def _fill_names() -> None:
    """Fold the newest name of every product, some at a time."""
    connection = op.get_bind()
    newest = (
        "SELECT r.product_id, r.name FROM product_revisions r WHERE r.product_id > :after AND r.number = "
        "(SELECT MAX(n.number) FROM product_revisions n WHERE n.product_id = r.product_id) "
        "ORDER BY r.product_id LIMIT :most"
    )
    after = 0
    while rows := connection.execute(sa.text(newest), {"after": after, "most": CHUNK}).all():
        connection.execute(
            sa.text("UPDATE products SET name_key = :name WHERE id = :id"),
            [{"id": row.product_id, "name": fold(row.name)[:160]} for row in rows],
        )
        after = rows[-1].product_id


def _add_bulk() -> None:
    op.create_table(
        "bulk_edits",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("applied_at", AT, nullable=True),
        sa.Column("undone_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_bulk_edits_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_edits")),
    )
    op.create_index(op.f("ix_bulk_edits_person_id"), "bulk_edits", ["person_id"])
    op.create_table(
        "bulk_changes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("edit_id", BIG, nullable=False),
        sa.Column("product_id", BIG, nullable=False),
        sa.Column("variant_id", BIG, nullable=True),
        sa.Column("field", sa.String(40), nullable=False),
        sa.Column("label", sa.String(280), nullable=False),
        sa.Column("before", BIG, nullable=False),
        sa.Column("after", BIG, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(80), nullable=False),
        sa.CheckConstraint("field IN ('price', 'stock', 'status')", name=op.f("ck_bulk_changes_field_known")),
        sa.CheckConstraint(
            "state IN ('planned', 'refused', 'stale', 'done', 'undone', 'kept')",
            name=op.f("ck_bulk_changes_state_known"),
        ),
        sa.ForeignKeyConstraint(["edit_id"], ["bulk_edits.id"], name=op.f("fk_bulk_changes_edit_id_bulk_edits")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_bulk_changes_product_id_products")),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name=op.f("fk_bulk_changes_variant_id_variants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_changes")),
    )
    op.create_index("ix_bulk_changes_edit", "bulk_changes", ["edit_id", "state", "id"])


def _add_imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("file_key", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("sheet", sa.String(160), nullable=False),
        sa.Column("sheets", sa.JSON(), nullable=False),
        sa.Column("header_row", BIG, nullable=False),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("samples", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("category_id", BIG, nullable=True),
        sa.Column("refused", sa.String(80), nullable=False),
        sa.Column("total", BIG, nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("finished_at", AT, nullable=True),
        sa.CheckConstraint(
            "status IN ('mapping', 'checking', 'checked', 'applying', 'done', 'refused')",
            name=op.f("ck_imports_status_known"),
        ),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_imports_category_id_categories")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_imports_person_id_people")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_imports_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sa.UniqueConstraint("file_key", name=op.f("uq_imports_file_key")),
    )
    op.create_index("ix_imports_of_store", "imports", ["store_id", "id"])
    op.create_index(op.f("ix_imports_created_at"), "imports", ["created_at"])
    op.create_table(
        "import_rows",
        sa.Column("import_id", BIG, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=False),
        sa.Column("field", sa.String(40), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("group_key", sa.String(200), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.CheckConstraint("verdict IN ('new', 'changed', 'same', 'bad')", name=op.f("ck_import_rows_verdict_known")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_rows_import_id_imports")),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_rows")),
    )
    op.create_index("ix_import_rows_open", "import_rows", ["import_id", "is_done", "group_key", "number"])
    op.create_index("ix_import_rows_verdict", "import_rows", ["import_id", "verdict", "number"])
    op.create_table(
        "import_columns",
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("header", sa.String(120), nullable=False),
        sa.Column("field", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_import_columns_store_id_stores")),
        sa.PrimaryKeyConstraint("store_id", "header", name=op.f("pk_import_columns")),
    )
