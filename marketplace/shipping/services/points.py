"""Pick-up points: the operator keeps them, a shop says where it brings goods."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.core import audit, revision
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed
from marketplace.core.locks import lock_one, lock_words
from marketplace.places.models import Region
from marketplace.places.rules import is_village
from marketplace.shipping.models import PickupPoint, StorePoint
from marketplace.shipping.policies import can_manage_shipping, can_set_zones
from marketplace.shipping.queries.points import points_to_choose
from marketplace.shipping.rules import PointKind, Serves


@dataclass(frozen=True)
class PointDraft:
    """A point as the operator writes it down."""

    name: str
    kind: PointKind
    address: str
    village_code: str
    hours: str
    serves: Serves
    is_open: bool


def save_point(actor: Actor, draft: PointDraft, point_id: int | None = None) -> PickupPoint:
    """Keep a new point, or change one. Orders placed keep the name and address that they were placed with.

    Raises NotAllowed, NotFound; Invalid for a name that another has (field name) or no village (village_code).
    """
    if not can_manage_shipping(actor):
        raise NotAllowed("shipping.not_yours")
    lock_words(["pickup_points"])
    if not is_village(draft.village_code) or db.session.get(Region, draft.village_code) is None:
        raise Invalid("shipping.unknown_region", field="village_code")
    same = sa.select(PickupPoint.id).where(PickupPoint.name == draft.name, PickupPoint.id != (point_id or 0))
    if db.session.scalar(same) is not None:
        raise Invalid("shipping.name_taken", field="name")
    point = lock_one(PickupPoint, point_id) if point_id is not None else PickupPoint()
    for name, value in vars(draft).items():
        setattr(point, name, value)
    db.session.add(point)
    db.session.flush()
    revision.touch()
    audit.record(actor, "shipping.point_saved", "pickup_point", point.id, name=point.name, is_open=point.is_open)
    return point


def choose_points(actor: Actor, store_id: int, point_ids: Iterable[int]) -> None:
    """Bring goods to these points from now on, beside those that every shop of the regency serves.

    What the shop may not choose is passed over. Raises NotAllowed.
    """
    if not can_set_zones(actor, store_id):
        raise NotAllowed("shipping.not_yours")
    lock_words([f"store_points:{store_id}"])
    offered = {choice.id for choice in points_to_choose(store_id) if not choice.is_given}
    wanted = sorted(offered & set(point_ids))
    db.session.execute(sa.delete(StorePoint).where(StorePoint.store_id == store_id, StorePoint.point_id.in_(offered)))
    if wanted:
        rows = [{"store_id": store_id, "point_id": point_id} for point_id in wanted]
        db.session.execute(sa.insert(StorePoint), rows)
    revision.touch()
    audit.record(actor, "shipping.points_chosen", "store", store_id, points=wanted)
