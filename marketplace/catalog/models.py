"""Products. What is said about a product is a revision, written once; price and stock are on the variant and free."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.catalog.rules import ProductStatus
from marketplace.core.db import Base, Word, one_of


class Category(Base):
    """A branch of the catalogue. Goods lie in its leaves.

    `required` lists the certificate kinds that goods in it must have to be public, `required_perishable` those of
    goods that perish within days.
    """

    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("categories.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    is_food: Mapped[bool] = mapped_column(default=False)
    required: Mapped[list[str]] = mapped_column(default=list)
    required_perishable: Mapped[list[str]] = mapped_column(default=list)
    is_active: Mapped[bool] = mapped_column(default=True)


class Product(Base):
    """A thing that is sold. `live_revision_id` is what the public reads; `curated_at` is set while that has passed.

    The prices, the text to search in and the times are copies kept for listings by `catalog.services`.
    """

    __tablename__ = "products"
    __table_args__ = (
        one_of("status", ProductStatus),
        sa.Index("ix_products_listing", "status", "category_id", "published_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(120), unique=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"), index=True)
    category_id: Mapped[int] = mapped_column(sa.ForeignKey("categories.id"), index=True)
    status: Mapped[ProductStatus] = mapped_column(Word(ProductStatus), default=ProductStatus.ACTIVE)
    live_revision_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("product_revisions.id", use_alter=True, name="fk_products_live_revision")
    )
    price_from: Mapped[int] = mapped_column(default=0)
    price_to: Mapped[int] = mapped_column(default=0)
    search_text: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    curated_at: Mapped[datetime | None] = mapped_column(index=True)

    variants: Mapped[list[Variant]] = relationship(lazy="raise", order_by="Variant.position", viewonly=True)


class ProductRevision(Base):
    """What is said about a product at one time: never changed once written."""

    __tablename__ = "product_revisions"
    __table_args__ = (sa.UniqueConstraint("product_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("products.id"), index=True)
    number: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(140))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    composition: Mapped[str] = mapped_column(sa.Text, default="")
    unit: Mapped[str] = mapped_column(sa.String(30), default="")
    is_not_halal: Mapped[bool] = mapped_column(default=False)
    is_perishable: Mapped[bool] = mapped_column(default=False)
    origin_code: Mapped[str] = mapped_column(sa.ForeignKey("regions.code"))
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))


class RevisionPicture(Base):
    """A picture of a revision, in the seller's order."""

    __tablename__ = "revision_pictures"

    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("product_revisions.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media_files.id"), index=True)
    alt: Mapped[str] = mapped_column(sa.String(200), default="")


class RevisionCertificate(Base):
    """A certificate that a revision claims."""

    __tablename__ = "revision_certificates"

    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("product_revisions.id"), primary_key=True)
    certificate_id: Mapped[int] = mapped_column(sa.ForeignKey("certificates.id"), primary_key=True, index=True)


class Variant(Base):
    """What is bought: a size, a colour, or the one form a product has. Prices in rupiah, weight in grams with packing.

    `reserved` of the pieces `on_hand` are promised to buyers; what may still be sold is the difference.
    """

    __tablename__ = "variants"
    __table_args__ = (
        sa.CheckConstraint("price > 0", name="price_positive"),
        sa.CheckConstraint("weight >= 0", name="weight_not_negative"),
        sa.CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="stock_covered"),
        sa.UniqueConstraint("product_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("products.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80), default="")
    position: Mapped[int] = mapped_column(default=0)
    price: Mapped[int]
    weight: Mapped[int] = mapped_column(default=0)
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)

    @property
    def available(self) -> int:
        """How many pieces may still be sold."""
        return self.on_hand - self.reserved
