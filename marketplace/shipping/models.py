"""Where a store brings goods itself and for how much; pick-up points of the market; what the post costs."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Word, one_of
from marketplace.shipping.rules import PointKind, Serves


class DeliveryZone(Base):
    """A region (village, district or regency) that a store delivers to, for a flat fee in rupiah.

    The smallest region that fits an address counts.
    """

    __tablename__ = "delivery_zones"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "region_code"),
        sa.CheckConstraint("fee >= 0", name="fee_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"), index=True)
    region_code: Mapped[str] = mapped_column(sa.ForeignKey("regions.code"))
    fee: Mapped[int]
    note: Mapped[str] = mapped_column(sa.String(120), default="")


class PickupPoint(Base):
    """A house where shops bring goods and buyers fetch them. Orders keep its name and address as they were."""

    __tablename__ = "pickup_points"
    __table_args__ = (
        one_of("kind", PointKind),
        one_of("serves", Serves),
        sa.Index("ix_pickup_points_village", "village_code", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    kind: Mapped[PointKind] = mapped_column(Word(PointKind))
    address: Mapped[str] = mapped_column(sa.String(200))
    village_code: Mapped[str] = mapped_column(sa.ForeignKey("regions.code"))
    hours: Mapped[str] = mapped_column(sa.String(200), default="")
    serves: Mapped[Serves] = mapped_column(Word(Serves), default=Serves.ALL)
    is_open: Mapped[bool] = mapped_column(default=True)


class StorePoint(Base):
    """A shop that chose to bring goods to a point."""

    __tablename__ = "store_points"

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"), primary_key=True)
    point_id: Mapped[int] = mapped_column(sa.ForeignKey("pickup_points.id"), primary_key=True, index=True)


class Courier(Base):
    """A service of the post. It counts whole kilograms, the next one only past `tolerance` grams, and takes nothing
    heavier than `most_kg`. `tracking_url` has a place for the number.
    """

    __tablename__ = "couriers"
    __table_args__ = (
        sa.CheckConstraint("tolerance BETWEEN 0 AND 999", name="tolerance_in_kilogram"),
        sa.CheckConstraint("most_kg BETWEEN 1 AND 1000", name="weight_sane"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    tolerance: Mapped[int] = mapped_column(default=0)
    most_kg: Mapped[int] = mapped_column(default=30)
    tracking_url: Mapped[str] = mapped_column(sa.String(200), default="")
    is_active: Mapped[bool] = mapped_column(default=True)


class StoreCourier(Base):
    """A service whose counter a shop can reach."""

    __tablename__ = "store_couriers"

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"), primary_key=True)
    courier_id: Mapped[int] = mapped_column(sa.ForeignKey("couriers.id"), primary_key=True, index=True)


class PostalRate(Base):
    """What a service asks for each kilogram (rupiah) from a regency to another, or to all of NTT ('53').

    A rate is never rewritten: it ends on a day, and another begins.
    """

    __tablename__ = "postal_rates"
    __table_args__ = (
        sa.CheckConstraint("price_per_kg BETWEEN 0 AND 500000", name="price_sane"),
        sa.CheckConstraint("minimum_kg BETWEEN 1 AND 1000", name="minimum_sane"),
        sa.CheckConstraint("days_from >= 0 AND days_to >= days_from AND days_to <= 90", name="days_sane"),
        sa.CheckConstraint("until_day IS NULL OR until_day >= from_day", name="ends_after_it_begins"),
        sa.UniqueConstraint("courier_id", "from_regency", "to_code", "from_day"),
        sa.Index(
            "uq_postal_rates_open",
            "courier_id",
            "from_regency",
            "to_code",
            unique=True,
            sqlite_where=sa.text("until_day IS NULL"),
            postgresql_where=sa.text("until_day IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    courier_id: Mapped[int] = mapped_column(sa.ForeignKey("couriers.id"))
    from_regency: Mapped[str] = mapped_column(sa.ForeignKey("regions.code"))
    to_code: Mapped[str] = mapped_column(sa.String(5))
    price_per_kg: Mapped[int]
    minimum_kg: Mapped[int] = mapped_column(default=1)
    days_from: Mapped[int]
    days_to: Mapped[int]
    from_day: Mapped[date]
    until_day: Mapped[date | None]
