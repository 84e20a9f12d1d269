"""Courier services: which there are, and which of them a shop sends with."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.core.db import db
from marketplace.shipping.models import Courier, StoreCourier
from marketplace.shipping.queries.local import has_fee_here
from marketplace.shipping.queries.post import has_rate_here
from marketplace.shipping.rules import CourierKind
from marketplace.stores.models import Store


@dataclass(frozen=True)
class CourierChoice:
    """A service that a shop may send with; `has_rate`: it has a rate or a fee from where the shop lies today."""

    id: int
    name: str
    kind: CourierKind
    has_rate: bool
    is_chosen: bool


def couriers() -> list[Courier]:
    """All services, by name."""
    return list(db.session.scalars(sa.select(Courier).order_by(Courier.name)))


def courier(courier_id: int) -> Courier | None:
    """One service, to change."""
    return db.session.get(Courier, courier_id)


def couriers_to_choose(store_id: int) -> list[CourierChoice]:
    """The active services, and which of them a shop sends with; local ones only where they drive, or were chosen. One
    statement.
    """
    chosen = aliased(StoreCourier)
    is_chosen, drives_here = chosen.store_id.is_not(None), has_fee_here()
    has_rate = sa.case((Courier.kind == CourierKind.LOCAL, drives_here), else_=has_rate_here())
    query = (
        sa.select(Courier.id, Courier.name, Courier.kind, has_rate, is_chosen)
        .select_from(Store)
        .join(Courier, Courier.is_active.is_(True))
        .join(chosen, sa.and_(chosen.store_id == Store.id, chosen.courier_id == Courier.id), isouter=True)
        .where(Store.id == store_id, sa.or_(Courier.kind == CourierKind.POST, is_chosen, drives_here))
        .order_by(Courier.name)
    )
    return [CourierChoice(row[0], row[1], row[2], bool(row[3]), bool(row[4])) for row in db.session.execute(query)]
