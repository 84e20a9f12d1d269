"""What local couriers ask by zone: the operator keeps dated fees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from marketplace.core import audit, revision
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, Stale
from marketplace.core.locks import lock_one
from marketplace.places.models import Region
from marketplace.places.rules import DISTRICT_LENGTH, REGENCY_LENGTH, VILLAGE_LENGTH
from marketplace.shipping.models import LocalFee
from marketplace.shipping.policies import can_manage_shipping
from marketplace.shipping.rules import LARGEST_LOCAL_FEE, MOST_LOCAL_DAYS, CourierKind
from marketplace.shipping.services import dated
from marketplace.shipping.services.post import locked_courier


@dataclass(frozen=True)
class FeeDraft:
    """A fee to begin (rupiah for a parcel): from a district or all of a regency to a district or village of it."""

    from_code: str
    to_code: str
    fee: int
    days: int
    from_day: date


def add_fee(actor: Actor, courier_id: int, draft: FeeDraft) -> LocalFee:
    """Let a fee hold from a day on. The one that holds for the same way until then ends the day before.

    Raises NotAllowed, NotFound; Invalid for regions that are unknown, of the wrong size or of two regencies, numbers
    out of bounds, a day gone by, or a day that a later fee follows.
    """
    if not can_manage_shipping(actor):
        raise NotAllowed("shipping.not_yours")
    locked_courier(CourierKind.LOCAL, courier_id)
    _check_zone(draft)
    if not 0 <= draft.fee <= LARGEST_LOCAL_FEE:
        raise Invalid("shipping.number_out_of_bounds", field="fee")
    if not 0 <= draft.days <= MOST_LOCAL_DAYS:
        raise Invalid("shipping.number_out_of_bounds", field="days")
    dated.make_room(db.session.scalars(_same_way(courier_id, draft)), draft.from_day)
    fee = LocalFee(courier_id=courier_id, **vars(draft))
    db.session.add(fee)
    db.session.flush()
    revision.touch()
    audit.record(actor, "shipping.fee_added", "courier", courier_id, **_facts(fee))
    return fee


def end_fee(actor: Actor, courier_id: int, fee_id: int) -> None:
    """Let a fee hold no longer than today; one that begins today or later is taken back.

    Raises NotFound, NotAllowed; Stale for one that is over or ends today anyway.
    """
    if not can_manage_shipping(actor):
        raise NotAllowed("shipping.not_yours")
    locked_courier(CourierKind.LOCAL, courier_id)
    fee = lock_one(LocalFee, fee_id)
    if fee.courier_id != courier_id:
        raise Stale("shipping.rate_is_over")
    audit.record(actor, "shipping.fee_ended", "courier", courier_id, **_facts(fee))
    dated.end(fee)
    revision.touch()


def _check_zone(draft: FeeDraft) -> None:
    codes = sa.select(Region.code).where(Region.code.in_([draft.from_code, draft.to_code]))
    known = set(db.session.scalars(codes))
    if draft.from_code not in known or len(draft.from_code) not in (REGENCY_LENGTH, DISTRICT_LENGTH):
        raise Invalid("shipping.unknown_region", field="from_code")
    if draft.to_code not in known or len(draft.to_code) not in (DISTRICT_LENGTH, VILLAGE_LENGTH):
        raise Invalid("shipping.unknown_region", field="to_code")
    if draft.to_code[:REGENCY_LENGTH] != draft.from_code[:REGENCY_LENGTH]:
        raise Invalid("shipping.two_regencies", field="to_code")


def _same_way(courier_id: int, draft: FeeDraft) -> sa.Select[LocalFee]:
    return sa.select(LocalFee).where(
        LocalFee.courier_id == courier_id,
        LocalFee.from_code == draft.from_code,
        LocalFee.to_code == draft.to_code,
        dated.holds_from(LocalFee, draft.from_day),
    )


def _facts(fee: LocalFee) -> dict[str, str | int]:
    return {"from": fee.from_code, "to": fee.to_code, "fee": fee.fee, "from_day": fee.from_day.isoformat()}
