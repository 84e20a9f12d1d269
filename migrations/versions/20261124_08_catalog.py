"""The first tables of `catalog`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "08_catalog"
down_revision = "07_certificates"
branch_labels = None
depends_on = None


# Which papers goods need (domain reference, section 3): dry home-made food P-IRT; frozen and chilled meat and fish BPOM
# with the papers of the works they come from; bottled drinks BPOM; processed food and cosmetics a halal certificate (or
# the statement TIDAK HALAL). Food eaten within days, fresh or dried garden produce, cloth and crafts need no permit.
HOME_FOOD = ["pirt", "halal"]
FRESH_FOOD = ["halal"]
FROZEN_MEAT = ["bpom_food", "nkv", "halal"]
FROZEN_FISH = ["bpom_food", "skp", "halal"]
BOTTLED = ["bpom_food", "halal"]
COSMETIC = ["bpom_cosmetic", "halal"]

# slug, name, is_food, children: slug, name, papers of lasting goods, papers of perishable goods
CATEGORIES = (
    (
        "tenun-fesyen",
        "Tenun & Fesyen",
        False,
        (
            ("kain-tenun-lembaran", "Kain tenun lembaran", [], []),
            ("selendang-syal", "Selendang & syal", [], []),
            ("busana-tenun", "Busana tenun", [], []),
            ("aksesori-tenun", "Aksesori tenun", [], []),
        ),
    ),
    (
        "makanan-olahan",
        "Makanan Olahan",
        True,
        (
            ("sei-olahan-daging", "Se'i & olahan daging", HOME_FOOD, FROZEN_MEAT),
            ("ikan-hasil-laut", "Ikan & hasil laut", HOME_FOOD, FROZEN_FISH),
            ("camilan", "Camilan", HOME_FOOD, FRESH_FOOD),
            ("kue-roti", "Kue & roti", HOME_FOOD, FRESH_FOOD),
            ("sambal-bumbu", "Sambal & bumbu", HOME_FOOD, FRESH_FOOD),
            ("jagung-pangan-lokal", "Jagung & pangan lokal", HOME_FOOD, FRESH_FOOD),
        ),
    ),
    (
        "minuman",
        "Minuman",
        True,
        (
            ("kopi", "Kopi", HOME_FOOD, FRESH_FOOD),
            ("teh-herbal", "Teh & herbal", HOME_FOOD, FRESH_FOOD),
            ("air-minuman-siap", "Air & minuman siap", BOTTLED, FRESH_FOOD),
        ),
    ),
    (
        "gula-madu-minyak",
        "Gula, Madu & Minyak",
        True,
        (
            ("gula-lontar", "Gula lontar", HOME_FOOD, FRESH_FOOD),
            ("madu", "Madu", HOME_FOOD, FRESH_FOOD),
            ("minyak", "Minyak", HOME_FOOD, FRESH_FOOD),
        ),
    ),
    (
        "hasil-kebun",
        "Hasil Kebun",
        True,
        (
            ("rempah-biji", "Rempah & biji", [], []),
            ("buah-sayur", "Buah & sayur", [], []),
        ),
    ),
    (
        "kerajinan",
        "Kerajinan",
        False,
        (
            ("anyaman", "Anyaman", [], []),
            ("kayu-musik-perhiasan", "Kayu, musik & perhiasan", [], []),
        ),
    ),
    (
        "kecantikan-perawatan",
        "Kecantikan & Perawatan",
        False,
        (("perawatan-tubuh", "Perawatan tubuh", COSMETIC, COSMETIC),),
    ),
    (
        "paket-cendera-mata",
        "Paket & Cendera Mata",
        True,
        (("paket-hadiah", "Paket hadiah", HOME_FOOD, FRESH_FOOD),),
    ),
)


def upgrade() -> None:
    categories = op.create_table(
        "categories",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_food", sa.Boolean(), nullable=False),
        sa.Column("required", sa.JSON(), nullable=False),
        sa.Column("required_perishable", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["categories.id"], name=op.f("fk_categories_parent_id_categories")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("slug", name=op.f("uq_categories_slug")),
    )
    op.create_index(op.f("ix_categories_parent_id"), "categories", ["parent_id"], unique=False)
    _fill(categories)
    op.create_table(
        "products",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("live_revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("price_from", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("price_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("curated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('active', 'hidden', 'archived')", name=op.f("ck_products_status_known")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_products_category_id_categories")),
        sa.ForeignKeyConstraint(
            ["live_revision_id"], ["product_revisions.id"], name="fk_products_live_revision", use_alter=True
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_products_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("slug", name=op.f("uq_products_slug")),
    )
    op.create_index(op.f("ix_products_category_id"), "products", ["category_id"], unique=False)
    op.create_index(op.f("ix_products_curated_at"), "products", ["curated_at"], unique=False)
    op.create_index("ix_products_listing", "products", ["status", "category_id", "published_at"], unique=False)
    op.create_index(op.f("ix_products_published_at"), "products", ["published_at"], unique=False)
    op.create_index(op.f("ix_products_store_id"), "products", ["store_id"], unique=False)
    op.create_table(
        "product_revisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=140), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("composition", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("is_not_halal", sa.Boolean(), nullable=False),
        sa.Column("is_perishable", sa.Boolean(), nullable=False),
        sa.Column("origin_code", sa.String(length=13), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_product_revisions_created_by_people")),
        sa.ForeignKeyConstraint(
            ["origin_code"], ["regions.code"], name=op.f("fk_product_revisions_origin_code_regions")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_revisions_product_id_products")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_revisions")),
        sa.UniqueConstraint("product_id", "number", name=op.f("uq_product_revisions_product_id_number")),
    )
    op.create_index(op.f("ix_product_revisions_product_id"), "product_revisions", ["product_id"], unique=False)
    op.create_table(
        "variants",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weight", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_hand", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reserved", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("price > 0", name=op.f("ck_variants_price_positive")),
        sa.CheckConstraint("reserved >= 0 AND reserved <= on_hand", name=op.f("ck_variants_stock_covered")),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_variants_weight_not_negative")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_variants_product_id_products")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variants")),
        sa.UniqueConstraint("product_id", "name", name=op.f("uq_variants_product_id_name")),
    )
    op.create_index(op.f("ix_variants_product_id"), "variants", ["product_id"], unique=False)
    op.create_table(
        "revision_certificates",
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("certificate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name=op.f("fk_revision_certificates_certificate_id_certificates")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["product_revisions.id"],
            name=op.f("fk_revision_certificates_revision_id_product_revisions"),
        ),
        sa.PrimaryKeyConstraint("revision_id", "certificate_id", name=op.f("pk_revision_certificates")),
    )
    op.create_index(
        op.f("ix_revision_certificates_certificate_id"), "revision_certificates", ["certificate_id"], unique=False
    )
    op.create_table(
        "revision_pictures",
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("media_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alt", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media_files.id"], name=op.f("fk_revision_pictures_media_id_media_files")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["product_revisions.id"], name=op.f("fk_revision_pictures_revision_id_product_revisions")
        ),
        sa.PrimaryKeyConstraint("revision_id", "position", name=op.f("pk_revision_pictures")),
    )
    op.create_index(op.f("ix_revision_pictures_media_id"), "revision_pictures", ["media_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(
            "fk_products_live_revision", "products", "product_revisions", ["live_revision_id"], ["id"]
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_products_live_revision", "products", type_="foreignkey")
    op.drop_index(op.f("ix_revision_pictures_media_id"), table_name="revision_pictures")
    op.drop_table("revision_pictures")
    op.drop_index(op.f("ix_revision_certificates_certificate_id"), table_name="revision_certificates")
    op.drop_table("revision_certificates")
    op.drop_index(op.f("ix_variants_product_id"), table_name="variants")
    op.drop_table("variants")
    op.drop_index(op.f("ix_product_revisions_product_id"), table_name="product_revisions")
    op.drop_table("product_revisions")
    op.drop_index(op.f("ix_products_store_id"), table_name="products")
    op.drop_index(op.f("ix_products_published_at"), table_name="products")
    op.drop_index("ix_products_listing", table_name="products")
    op.drop_index(op.f("ix_products_curated_at"), table_name="products")
    op.drop_index(op.f("ix_products_category_id"), table_name="products")
    op.drop_table("products")
    op.drop_index(op.f("ix_categories_parent_id"), table_name="categories")
    op.drop_table("categories")


def _fill(categories: sa.Table) -> None:
    """The reference rows: top categories first, then their children."""
    connection = op.get_bind()
    for position, (slug, name, is_food, children) in enumerate(CATEGORIES, 1):
        top = _row(slug, name, position, is_food)
        connection.execute(categories.insert().values(parent_id=None, required=[], required_perishable=[], **top))
        parent_id = connection.scalar(sa.select(categories.c.id).where(categories.c.slug == slug))
        for place, (child_slug, child_name, lasting, perishable) in enumerate(children, 1):
            papers = {"required": lasting, "required_perishable": perishable}
            child = _row(child_slug, child_name, place, is_food)
            connection.execute(categories.insert().values(parent_id=parent_id, **papers, **child))


def _row(slug: str, name: str, position: int, is_food: bool) -> dict[str, object]:
    return {"slug": slug, "name": name, "position": position, "is_food": is_food, "is_active": True}
