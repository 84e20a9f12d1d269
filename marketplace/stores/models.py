"""Shops."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Word, one_of
from marketplace.places.rules import EAST, NORTH, SOUTH, WEST, pin_text
from marketplace.stores.rules import StoreStatus


class Store(Base):
    """A shop. Who works for it are role grants with this id as scope.

    `nib` is its business number, which PP 80/2019 wants shown. `week` holds the hours of each day from Monday on, as
    pairs of minutes after midnight (WITA); `hours` says what they cannot. `pickup_place` is empty when buyers fetch
    things at its address. The point on the map (degrees) is everybody's only if `shows_pin`.
    """

    __tablename__ = "stores"
    __table_args__ = (
        one_of("status", StoreStatus),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="whole_pin"),
        sa.CheckConstraint(f"latitude BETWEEN {SOUTH} AND {NORTH}", name="pin_latitude"),
        sa.CheckConstraint(f"longitude BETWEEN {WEST} AND {EAST}", name="pin_longitude"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    story: Mapped[str] = mapped_column(sa.Text, default="")
    status: Mapped[StoreStatus] = mapped_column(Word(StoreStatus), default=StoreStatus.OPEN)
    phone: Mapped[str] = mapped_column(sa.String(20))
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    week: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    hours: Mapped[str] = mapped_column(sa.String(200), default="")
    nib: Mapped[str] = mapped_column(sa.String(13), default="")
    street: Mapped[str] = mapped_column(sa.String(200))
    village_code: Mapped[str] = mapped_column(sa.ForeignKey("regions.code"), index=True)
    landmark: Mapped[str] = mapped_column(sa.String(200), default="")
    logo_id: Mapped[int | None] = mapped_column(sa.ForeignKey("media_files.id"))
    has_pickup: Mapped[bool] = mapped_column(default=True)
    pickup_place: Mapped[str] = mapped_column(sa.String(200), default="")
    pickup_hours: Mapped[str] = mapped_column(sa.String(200), default="")
    latitude: Mapped[float | None] = mapped_column(sa.Double)
    longitude: Mapped[float | None] = mapped_column(sa.Double)
    shows_pin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    @property
    def pin(self) -> str:
        """The point on the map as it is typed, for those who work with the store; '' for none."""
        if self.latitude is None or self.longitude is None:
            return ""
        return pin_text((self.latitude, self.longitude))


class StoreClosure(Base):
    """Days (WITA, both included) on which a store takes no orders: a feast, a harvest, a funeral."""

    __tablename__ = "store_closures"
    __table_args__ = (
        sa.CheckConstraint("last_day >= first_day", name="ends_after_it_begins"),
        sa.Index("ix_store_closures_days", "store_id", "last_day", "first_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    note: Mapped[str] = mapped_column(sa.String(160), default="")
    created_at: Mapped[datetime]


class Invitation(Base):
    """The owner asks somebody into the team, by a link that is good once and for a week."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"), index=True)
    contact: Mapped[str] = mapped_column(sa.String(254))
    rights: Mapped[list[str]]
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    withdrawn_at: Mapped[datetime | None]


class BankAccount(Base):
    """Where a store's money goes from a moment on. Rows are only ever added; the newest counts.

    The number is kept encrypted; `last_digits` is what is shown.
    """

    __tablename__ = "bank_accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"), index=True)
    bank: Mapped[str] = mapped_column(sa.String(40))
    number: Mapped[str] = mapped_column(sa.Text)
    last_digits: Mapped[str] = mapped_column(sa.String(4))
    holder: Mapped[str] = mapped_column(sa.String(120))
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
