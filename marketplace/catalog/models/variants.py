"""The forms in which products are sold: prices, and the stock with every movement of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.catalog.rules import LOW_STOCK, MovementKind
from marketplace.core.db import Base, Word, one_of


class Variant(Base):
    """What is bought: a size, a colour, or the one form a product has. Prices in rupiah, weight in grams with packing.

    `reserved` of the pieces `on_hand` are promised to buyers; what may still be sold is the difference. Of goods made
    to order nothing lies on the shelf: `reserved` pieces are being made (`is_to_order` is kept with the product's
    supply). Goods cooked daily are sold on the day that `stocked_on` names and on no other. The shop was told that few
    are left while `is_low_told`. `name` is what the options on the product's axes make together. `sku` is the shop's
    own number, unique in the shop.
    """

    __tablename__ = "variants"
    __table_args__ = (
        sa.CheckConstraint("price > 0", name="price_positive"),
        sa.CheckConstraint("weight >= 0", name="weight_not_negative"),
        sa.CheckConstraint("reserved >= 0 AND (is_to_order OR reserved <= on_hand)", name="stock_covered"),
        sa.CheckConstraint("on_hand >= 0", name="stock_not_negative"),
        sa.CheckConstraint("min_quantity >= 1", name="min_quantity_positive"),
        sa.CheckConstraint("low_stock >= 0", name="low_stock_not_negative"),
        sa.UniqueConstraint("product_id", "name"),
        sa.Index(
            "uq_variants_sku",
            "store_id",
            "sku",
            unique=True,
            sqlite_where=sa.text("sku <> ''"),
            postgresql_where=sa.text("sku <> ''"),
        ),
        sa.Index("ix_variants_of_store", "store_id", "product_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("products.id"), index=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"))
    name: Mapped[str] = mapped_column(sa.String(130), default="")
    option_1: Mapped[str] = mapped_column(sa.String(60), default="")
    option_2: Mapped[str] = mapped_column(sa.String(60), default="")
    sku: Mapped[str] = mapped_column(sa.String(40), default="")
    position: Mapped[int] = mapped_column(default=0)
    price: Mapped[int]
    weight: Mapped[int] = mapped_column(default=0)
    min_quantity: Mapped[int] = mapped_column(default=1)
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    low_stock: Mapped[int] = mapped_column(default=LOW_STOCK)
    is_to_order: Mapped[bool] = mapped_column(default=False)
    stocked_on: Mapped[date | None] = mapped_column(index=True)
    is_low_told: Mapped[bool] = mapped_column(default=False)
    picture_id: Mapped[int | None] = mapped_column(sa.ForeignKey("media_files.id"))
    is_active: Mapped[bool] = mapped_column(default=True)

    @property
    def available(self) -> int:
        """How many pieces may still be sold."""
        return self.on_hand - self.reserved


class PriceTier(Base):
    """From so many pieces on, each piece of a variant costs so much (rupiah)."""

    __tablename__ = "price_tiers"
    __table_args__ = (
        sa.CheckConstraint("from_quantity > 1", name="more_than_one"),
        sa.CheckConstraint("price > 0", name="price_positive"),
    )

    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("variants.id"), primary_key=True)
    from_quantity: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    price: Mapped[int]


class StockMovement(Base):
    """Why the pieces on hand of a variant became more or fewer. Rows are only ever added.

    `change` is signed and `on_hand` is what lay there afterwards; the changes of a variant add up to what it has on
    hand. `about` names what it was for ('order:17', 'day:2026-11-24'). `form_key` is that of the form it was noted
    with: a form that is sent twice moves nothing twice.
    """

    __tablename__ = "stock_movements"
    __table_args__ = (
        one_of("kind", MovementKind),
        sa.CheckConstraint("on_hand >= 0", name="on_hand_not_negative"),
        sa.Index("ix_stock_movements_variant", "variant_id", "id"),
        sa.Index("ix_stock_movements_about", "about", "variant_id"),
        sa.Index("uq_stock_movements_form_key", "form_key", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("variants.id"))
    kind: Mapped[MovementKind] = mapped_column(Word(MovementKind))
    change: Mapped[int]
    on_hand: Mapped[int]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    about: Mapped[str] = mapped_column(sa.String(40), default="")
    form_key: Mapped[str | None] = mapped_column(sa.String(43))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[datetime]


class PendingPrice(Base):
    """A price that a helper wrote and the owner has not confirmed yet. A variant `is_new` is not sold before.

    `tiers` are [from quantity, price] pairs; None leaves those that are there.
    """

    __tablename__ = "pending_prices"
    __table_args__ = (
        sa.CheckConstraint("price > 0", name="price_positive"),
        sa.Index(
            "uq_pending_prices_open",
            "variant_id",
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"), index=True)
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("variants.id"))
    price: Mapped[int]
    tiers: Mapped[list[Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    is_new: Mapped[bool]
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    is_confirmed: Mapped[bool] = mapped_column(default=False)
