"""What a product may say and how it is supplied: attributes, axes, price tiers, the ledger of stock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marketplace.core.guards import make_append_only

revision = "15_goods"
down_revision = "14_checkout"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _add_tables()
    _widen_products()
    _widen_revisions()
    _widen_variants()
    _open_stock()


def _add_tables() -> None:
    op.create_table(
        "category_attributes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("category_id", BIG, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.CheckConstraint(
            "kind IN ('text', 'number', 'choice', 'choices', 'yes_no')", name=op.f("ck_category_attributes_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_category_attributes_category_id_categories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category_attributes")),
        sa.UniqueConstraint("category_id", "code", name=op.f("uq_category_attributes_category_id_code")),
    )
    op.create_table(
        "price_tiers",
        sa.Column("variant_id", BIG, nullable=False),
        sa.Column("from_quantity", BIG, autoincrement=False, nullable=False),
        sa.Column("price", BIG, nullable=False),
        sa.CheckConstraint("from_quantity > 1", name=op.f("ck_price_tiers_more_than_one")),
        sa.CheckConstraint("price > 0", name=op.f("ck_price_tiers_price_positive")),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name=op.f("fk_price_tiers_variant_id_variants")),
        sa.PrimaryKeyConstraint("variant_id", "from_quantity", name=op.f("pk_price_tiers")),
    )
    op.create_table(
        "stock_movements",
        sa.Column("id", BIG, nullable=False),
        sa.Column("variant_id", BIG, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("change", BIG, nullable=False),
        sa.Column("on_hand", BIG, nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("about", sa.String(40), nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('opening', 'received', 'sale', 'return', 'count', 'spoilage', 'correction', 'closing')",
            name=op.f("ck_stock_movements_kind_known"),
        ),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_stock_movements_on_hand_not_negative")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_stock_movements_person_id_people")),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name=op.f("fk_stock_movements_variant_id_variants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movements")),
    )
    op.create_index("ix_stock_movements_variant", "stock_movements", ["variant_id", "id"])


def _widen_products() -> None:
    with op.batch_alter_table("products") as products:
        products.add_column(sa.Column("supply", sa.String(40), nullable=False, server_default="ready"))
        products.add_column(sa.Column("lead_days", BIG, nullable=False, server_default="0"))
        products.add_column(sa.Column("weekly_capacity", BIG, nullable=False, server_default="0"))
        products.add_column(sa.Column("cutoff_minutes", BIG, nullable=True))
        products.add_column(sa.Column("axis_1", sa.String(40), nullable=False, server_default=""))
        products.add_column(sa.Column("axis_2", sa.String(40), nullable=False, server_default=""))
        products.add_column(sa.Column("show_at", sa.DateTime(timezone=True), nullable=True))
        products.add_column(sa.Column("hide_at", sa.DateTime(timezone=True), nullable=True))
        products.create_check_constraint(op.f("ck_products_supply_known"), "supply IN ('ready', 'to_order', 'daily')")
        products.create_check_constraint(
            op.f("ck_products_supply_not_negative"), "lead_days >= 0 AND weekly_capacity >= 0"
        )
        products.create_check_constraint(op.f("ck_products_cutoff_in_day"), "cutoff_minutes BETWEEN 0 AND 1440")
        products.create_check_constraint(op.f("ck_products_shown_before_hidden"), "hide_at > show_at")
        products.drop_index("ix_products_store_id")
        products.create_index("ix_products_of_store", ["store_id", "id"])
        products.create_index(op.f("ix_products_show_at"), ["show_at"])
        products.create_index(op.f("ix_products_hide_at"), ["hide_at"])


def _widen_revisions() -> None:
    with op.batch_alter_table("product_revisions") as revisions:
        revisions.add_column(sa.Column("attributes", sa.JSON(), nullable=False, server_default="{}"))
        revisions.add_column(sa.Column("allergens", sa.JSON(), nullable=False, server_default="[]"))


def _widen_variants() -> None:
    with op.batch_alter_table("variants") as variants:
        variants.add_column(sa.Column("store_id", BIG, nullable=True))
        variants.add_column(sa.Column("option_1", sa.String(60), nullable=False, server_default=""))
        variants.add_column(sa.Column("option_2", sa.String(60), nullable=False, server_default=""))
        variants.add_column(sa.Column("sku", sa.String(40), nullable=False, server_default=""))
        variants.add_column(sa.Column("min_quantity", BIG, nullable=False, server_default="1"))
        variants.add_column(sa.Column("low_stock", BIG, nullable=False, server_default="3"))
        variants.add_column(sa.Column("is_to_order", sa.Boolean(), nullable=False, server_default=sa.false()))
        variants.add_column(sa.Column("stocked_on", sa.Date(), nullable=True))
        variants.add_column(sa.Column("picture_id", BIG, nullable=True))
        variants.alter_column("name", type_=sa.String(130))
        variants.drop_constraint(op.f("ck_variants_stock_covered"), type_="check")
    op.execute("UPDATE variants SET store_id = (SELECT store_id FROM products WHERE products.id = product_id)")
    with op.batch_alter_table("variants") as variants:
        variants.alter_column("store_id", nullable=False)
        variants.create_foreign_key(op.f("fk_variants_store_id_stores"), "stores", ["store_id"], ["id"])
        variants.create_foreign_key(op.f("fk_variants_picture_id_media_files"), "media_files", ["picture_id"], ["id"])
        variants.create_check_constraint(
            op.f("ck_variants_stock_covered"), "reserved >= 0 AND (is_to_order OR reserved <= on_hand)"
        )
        variants.create_check_constraint(op.f("ck_variants_stock_not_negative"), "on_hand >= 0")
        variants.create_check_constraint(op.f("ck_variants_min_quantity_positive"), "min_quantity >= 1")
        variants.create_check_constraint(op.f("ck_variants_low_stock_not_negative"), "low_stock >= 0")
        variants.create_index(
            "uq_variants_sku",
            ["store_id", "sku"],
            unique=True,
            sqlite_where=sa.text("sku <> ''"),
            postgresql_where=sa.text("sku <> ''"),
        )


def _open_stock() -> None:
    """What lies on the shelves today is where their ledger begins."""
    op.execute(
        "INSERT INTO stock_movements (variant_id, kind, change, on_hand, reason, about, at) "
        "SELECT id, 'opening', on_hand, on_hand, '', '', CURRENT_TIMESTAMP FROM variants WHERE on_hand > 0"
    )
    make_append_only("stock_movements")


def downgrade() -> None:
    op.drop_table("stock_movements")
    op.drop_table("price_tiers")
    op.drop_table("category_attributes")
    op.drop_index("uq_variants_sku", table_name="variants")
    with op.batch_alter_table("variants") as variants:
        variants.drop_constraint(op.f("ck_variants_stock_covered"), type_="check")
        variants.drop_constraint(op.f("ck_variants_stock_not_negative"), type_="check")
        variants.drop_constraint(op.f("ck_variants_min_quantity_positive"), type_="check")
        variants.drop_constraint(op.f("ck_variants_low_stock_not_negative"), type_="check")
        variants.drop_constraint(op.f("fk_variants_store_id_stores"), type_="foreignkey")
        variants.drop_constraint(op.f("fk_variants_picture_id_media_files"), type_="foreignkey")
        for column in ("store_id", "option_1", "option_2", "sku", "min_quantity", "low_stock"):
            variants.drop_column(column)
        for column in ("is_to_order", "stocked_on", "picture_id"):
            variants.drop_column(column)
        variants.alter_column("name", type_=sa.String(80))
        variants.create_check_constraint(op.f("ck_variants_stock_covered"), "reserved >= 0 AND reserved <= on_hand")
    with op.batch_alter_table("product_revisions") as revisions:
        revisions.drop_column("attributes")
        revisions.drop_column("allergens")
    for index in ("ix_products_of_store", "ix_products_show_at", "ix_products_hide_at"):
        op.drop_index(index, table_name="products")
    with op.batch_alter_table("products") as products:
        for check in ("supply_known", "supply_not_negative", "cutoff_in_day", "shown_before_hidden"):
            products.drop_constraint(op.f(f"ck_products_{check}"), type_="check")
        for column in ("supply", "lead_days", "weekly_capacity", "cutoff_minutes", "axis_1", "axis_2"):
            products.drop_column(column)
        products.drop_column("show_at")
        products.drop_column("hide_at")
        products.create_index("ix_products_store_id", ["store_id"])
