"""Products. What is said about a product is a revision, written once; the rest is free of the curators."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.catalog.models.variants import Variant
from marketplace.catalog.rules import ProductStatus, Supply
from marketplace.core.db import Base, Word, one_of


class Product(Base):
    """A thing that is sold. `live_revision_id` is what the public reads; `curated_at` is set while that has passed.

    The prices, the text to search in, `name_key` (the newest name, folded), the category (of the public words; of the
    newest while there are none) and the times are copies kept for listings by `catalog.services`. Supply, axes and
    times of showing are free of the curators, as prices are: `supply` says where the pieces come from, with `lead_days`
    and `weekly_capacity` (pieces) for goods made to order and `cutoff_minutes` after midnight (WITA) for goods cooked
    daily. The worker shows the product at `show_at` and hides it at `hide_at`. `held_at` is set while an operator has
    taken it off sale: no words of it are public until a curator passes some.
    """

    __tablename__ = "products"
    __table_args__ = (
        one_of("status", ProductStatus),
        one_of("supply", Supply),
        sa.CheckConstraint("lead_days >= 0 AND weekly_capacity >= 0", name="supply_not_negative"),
        sa.CheckConstraint("cutoff_minutes BETWEEN 0 AND 1440", name="cutoff_in_day"),
        sa.CheckConstraint("hide_at > show_at", name="shown_before_hidden"),
        sa.CheckConstraint("held_at IS NULL OR live_revision_id IS NULL", name="held_is_not_live"),
        sa.Index("ix_products_listing", "status", "category_id", "published_at"),
        sa.Index("ix_products_of_store", "store_id", "id"),
        sa.Index("ix_products_by_name", "store_id", "name_key", "id"),
        sa.Index("ix_products_by_price", "store_id", "price_from", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(120), unique=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"))
    category_id: Mapped[int] = mapped_column(sa.ForeignKey("categories.id"), index=True)
    status: Mapped[ProductStatus] = mapped_column(Word(ProductStatus), default=ProductStatus.ACTIVE)
    live_revision_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("product_revisions.id", use_alter=True, name="fk_products_live_revision")
    )
    price_from: Mapped[int] = mapped_column(default=0)
    price_to: Mapped[int] = mapped_column(default=0)
    search_text: Mapped[str] = mapped_column(sa.Text, default="")
    name_key: Mapped[str] = mapped_column(sa.String(160), default="", server_default="")
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    curated_at: Mapped[datetime | None] = mapped_column(index=True)

    supply: Mapped[Supply] = mapped_column(Word(Supply), default=Supply.READY)
    lead_days: Mapped[int] = mapped_column(default=0)
    weekly_capacity: Mapped[int] = mapped_column(default=0)
    cutoff_minutes: Mapped[int | None]
    axis_1: Mapped[str] = mapped_column(sa.String(40), default="")
    axis_2: Mapped[str] = mapped_column(sa.String(40), default="")
    show_at: Mapped[datetime | None] = mapped_column(index=True)
    hide_at: Mapped[datetime | None] = mapped_column(index=True)
    held_at: Mapped[datetime | None]

    variants: Mapped[list[Variant]] = relationship(lazy="raise", order_by="Variant.position", viewonly=True)


class ProductRevision(Base):
    """What is said about a product at one time, its category too: never changed once written."""

    __tablename__ = "product_revisions"
    __table_args__ = (sa.UniqueConstraint("product_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("products.id"), index=True)
    category_id: Mapped[int] = mapped_column(sa.ForeignKey("categories.id"), index=True)
    number: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(140))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    composition: Mapped[str] = mapped_column(sa.Text, default="")
    unit: Mapped[str] = mapped_column(sa.String(30), default="")
    is_not_halal: Mapped[bool] = mapped_column(default=False)
    is_perishable: Mapped[bool] = mapped_column(default=False)
    origin_code: Mapped[str] = mapped_column(sa.ForeignKey("regions.code"))
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    allergens: Mapped[list[str]] = mapped_column(default=list)
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
