"""Where a store brings goods itself, and for how much."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base


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
