"""Rounds as rows: where a runner calls and where he brings things, when, for how much; what goes with which run."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base
from marketplace.rounds.rules import window


class Round(Base):
    """A round. `weekdays` are ISO digits ('15': Monday and Friday), `starts` and `ends` minutes after midnight (WITA);
    it takes orders until `closes_before` minutes before it starts, and carries `capacity` of them at most.
    """

    __tablename__ = "rounds"
    __table_args__ = (
        sa.CheckConstraint("starts >= 0 AND ends > starts AND ends <= 1440", name="ends_after_it_starts"),
        sa.CheckConstraint("closes_before BETWEEN 0 AND 10080", name="closing_sane"),
        sa.CheckConstraint("capacity BETWEEN 1 AND 500", name="capacity_sane"),
        sa.CheckConstraint("weekdays <> ''", name="runs_some_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    weekdays: Mapped[str] = mapped_column(sa.String(7))
    starts: Mapped[int]
    ends: Mapped[int]
    closes_before: Mapped[int]
    capacity: Mapped[int]
    is_open: Mapped[bool] = mapped_column(default=True)

    @property
    def window(self) -> str:
        """The hours as they are read: 15.00–18.00."""
        return window(self.starts, self.ends)


class RoundFee(Base):
    """What a buyer pays for a parcel (rupiah) from a day (WITA) on."""

    __tablename__ = "round_fees"
    __table_args__ = (sa.CheckConstraint("fee BETWEEN 0 AND 200000", name="fee_sane"),)

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id"), primary_key=True)
    from_day: Mapped[date] = mapped_column(primary_key=True)
    fee: Mapped[int]


class RoundRegion(Base):
    """A region of a round. `visits`: the runner calls at shops there (villages only); `brings`: buyers live there."""

    __tablename__ = "round_regions"
    __table_args__ = (sa.CheckConstraint("visits OR brings", name="for_something"),)

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id"), primary_key=True)
    region_code: Mapped[str] = mapped_column(sa.ForeignKey("regions.code"), primary_key=True)
    visits: Mapped[bool]
    brings: Mapped[bool]


class RoundStore(Base):
    """A shop that takes part. `place` is where it stands in the list of stops; 0 leaves that to village and address."""

    __tablename__ = "round_stores"
    __table_args__ = (sa.CheckConstraint("place BETWEEN 0 AND 999", name="place_sane"),)

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id"), primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"), primary_key=True, index=True)
    place: Mapped[int] = mapped_column(default=0)


class RoundOrder(Base):
    """An order that a round brings, and with the run of which day (WITA). `put_off` counts the runs it has missed.

    The order itself says whether it was collected (on its way) and delivered (done).
    """

    __tablename__ = "round_orders"
    __table_args__ = (sa.Index("ix_round_orders_run", "round_id", "day"),)

    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"), primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id"))
    day: Mapped[date]
    put_off: Mapped[int] = mapped_column(default=0)
