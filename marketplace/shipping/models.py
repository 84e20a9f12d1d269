"""Where a store brings goods itself and for how much; pick-up points of the market; what couriers cost."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Word, one_of
from marketplace.shipping.rules import CourierKind, PointKind, Serves


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
    """A courier service, which takes nothing heavier than `most_kg`. That of the post counts whole kilograms, the next
    one only past `tolerance` grams; a local one brings each parcel for a flat fee. `kind` never changes.
    `tracking_url` has a place for the number.
    """

    __tablename__ = "couriers"
    __table_args__ = (
        one_of("kind", CourierKind),
        sa.CheckConstraint("kind = 'post' OR tolerance = 0", name="tolerance_of_the_post"),
        sa.CheckConstraint("tolerance BETWEEN 0 AND 999", name="tolerance_in_kilogram"),
        sa.CheckConstraint("most_kg BETWEEN 1 AND 1000", name="weight_sane"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    kind: Mapped[CourierKind] = mapped_column(Word(CourierKind), default=CourierKind.POST)
    tolerance: Mapped[int] = mapped_column(default=0)
    most_kg: Mapped[int] = mapped_column(default=30)
    tracking_url: Mapped[str] = mapped_column(sa.String(200), default="")
    is_active: Mapped[bool] = mapped_column(default=True)


class StoreCourier(Base):
    """A service that a shop sends with: its counter is within reach, or its driver comes."""

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


class LocalFee(Base):
    """What a local courier asks for a parcel (rupiah) from a district, or all of a regency, to a district or village of
    the same regency, and within how many days it brings it (0: the same day).

    Of several that fit, the smallest `to_code` counts, then the smallest `from_code`. A fee is never rewritten: it ends
    on a day, and another begins.
    """

    __tablename__ = "local_fees"
    __table_args__ = (
        sa.CheckConstraint("fee BETWEEN 0 AND 200000", name="fee_sane"),
        sa.CheckConstraint("days BETWEEN 0 AND 7", name="days_sane"),
        sa.CheckConstraint("length(from_code) IN (5, 8) AND length(to_code) IN (8, 13)", name="from_part_to_zone"),
        sa.CheckConstraint("substr(from_code, 1, 5) = substr(to_code, 1, 5)", name="inside_one_regency"),
        sa.CheckConstraint("until_day IS NULL OR until_day >= from_day", name="ends_after_it_begins"),
        sa.UniqueConstraint("courier_id", "from_code", "to_code", "from_day"),
        sa.Index(
            "uq_local_fees_open",
            "courier_id",
            "from_code",
            "to_code",
            unique=True,
            sqlite_where=sa.text("until_day IS NULL"),
            postgresql_where=sa.text("until_day IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    courier_id: Mapped[int] = mapped_column(sa.ForeignKey("couriers.id"))
    from_code: Mapped[str] = mapped_column(sa.ForeignKey("regions.code"))
    to_code: Mapped[str] = mapped_column(sa.ForeignKey("regions.code"))
    fee: Mapped[int]
    days: Mapped[int]
    from_day: Mapped[date]
    until_day: Mapped[date | None]
