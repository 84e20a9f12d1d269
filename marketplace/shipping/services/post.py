"""Courier services, which the operator keeps and a shop chooses; the dated rates of the post."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from marketplace.core import audit, revision
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from marketplace.core.locks import lock_one, lock_words
from marketplace.places.models import Region
from marketplace.shipping.models import Courier, PostalRate, StoreCourier
from marketplace.shipping.policies import can_manage_shipping, can_set_zones
from marketplace.shipping.queries.couriers import couriers_to_choose
from marketplace.shipping.rules import (
    HEAVIEST_KG,
    LARGEST_PRICE_PER_KG,
    MOST_DAYS,
    WHOLE_PROVINCE,
    CourierKind,
    is_tracking_url,
)
from marketplace.shipping.services import dated

MOST_TOLERANCE = 999


@dataclass(frozen=True)
class CourierDraft:
    """A service as the operator writes it down (tolerance in grams)."""

    name: str
    tolerance: int
    most_kg: int
    tracking_url: str
    is_active: bool
    kind: CourierKind = CourierKind.POST


@dataclass(frozen=True)
class RateDraft:
    """A rate to begin: rupiah for each kilogram, from a regency to another or to all of NTT ('53')."""

    from_regency: str
    to_code: str
    price_per_kg: int
    minimum_kg: int
    days_from: int
    days_to: int
    from_day: date


def save_courier(actor: Actor, draft: CourierDraft, courier_id: int | None = None) -> Courier:
    """Keep a new service, or change one. Orders placed keep what they were placed with.

    Raises NotAllowed; NotFound, also for one of another kind; Invalid for a name that another has, numbers out of
    bounds, or a tracking page that is no https address with a place for the number.
    """
    if not can_manage_shipping(actor):
        raise NotAllowed("shipping.not_yours")
    lock_words(["couriers"])
    _check_courier(draft)
    same = sa.select(Courier.id).where(Courier.name == draft.name, Courier.id != (courier_id or 0))
    if db.session.scalar(same) is not None:
        raise Invalid("shipping.name_taken", field="name")
    courier = locked_courier(draft.kind, courier_id) if courier_id is not None else Courier()
    for name, value in vars(draft).items():
        setattr(courier, name, value)
    db.session.add(courier)
    db.session.flush()
    revision.touch()
    audit.record(actor, "shipping.courier_saved", "courier", courier.id, **vars(draft))
    return courier


def add_rate(actor: Actor, courier_id: int, draft: RateDraft) -> PostalRate:
    """Let a rate of the post hold from a day on. The one that holds for the same way until then ends the day before.

    Raises NotAllowed, NotFound; Invalid for an unknown region, numbers out of bounds, a day gone by, or a day that a
    later rate follows.
    """
    if not can_manage_shipping(actor):
        raise NotAllowed("shipping.not_yours")
    locked_courier(CourierKind.POST, courier_id)
    _check_rate(draft)
    dated.make_room(db.session.scalars(_same_way(courier_id, draft)), draft.from_day)
    rate = PostalRate(courier_id=courier_id, **vars(draft))
    db.session.add(rate)
    db.session.flush()
    revision.touch()
    _note(actor, "shipping.rate_added", courier_id, rate)
    return rate


def end_rate(actor: Actor, courier_id: int, rate_id: int) -> None:
    """Let a rate hold no longer than today; one that begins today or later is taken back.

    Raises NotFound, NotAllowed; Stale for one that is over or ends today anyway.
    """
    if not can_manage_shipping(actor):
        raise NotAllowed("shipping.not_yours")
    locked_courier(CourierKind.POST, courier_id)
    rate = lock_one(PostalRate, rate_id)
    if rate.courier_id != courier_id:
        raise Stale("shipping.rate_is_over")
    _note(actor, "shipping.rate_ended", courier_id, rate)
    dated.end(rate)
    revision.touch()


def choose_couriers(actor: Actor, store_id: int, courier_ids: Iterable[int]) -> None:
    """Send with these services from now on. What is not offered is passed over. Raises NotAllowed."""
    if not can_set_zones(actor, store_id):
        raise NotAllowed("shipping.not_yours")
    lock_words([f"store_couriers:{store_id}"])
    offered = {choice.id for choice in couriers_to_choose(store_id)}
    wanted = sorted(offered & set(courier_ids))
    mine = sa.delete(StoreCourier).where(StoreCourier.store_id == store_id, StoreCourier.courier_id.in_(offered))
    db.session.execute(mine)
    if wanted:
        rows = [{"store_id": store_id, "courier_id": courier_id} for courier_id in wanted]
        db.session.execute(sa.insert(StoreCourier), rows)
    revision.touch()
    audit.record(actor, "shipping.couriers_chosen", "store", store_id, couriers=wanted)


def locked_courier(kind: CourierKind, courier_id: int) -> Courier:
    """A service of this kind, locked. Raises NotFound."""
    courier = lock_one(Courier, courier_id)
    if courier.kind is not kind:
        raise NotFound
    return courier


def _check_courier(draft: CourierDraft) -> None:
    if not 0 <= draft.tolerance <= (MOST_TOLERANCE if draft.kind is CourierKind.POST else 0):
        raise Invalid("shipping.number_out_of_bounds", field="tolerance")
    if not 1 <= draft.most_kg <= HEAVIEST_KG:
        raise Invalid("shipping.number_out_of_bounds", field="most_kg")
    if draft.tracking_url and not is_tracking_url(draft.tracking_url):
        raise Invalid("shipping.tracking_url", field="tracking_url")


def _check_rate(draft: RateDraft) -> None:
    regencies = set(db.session.scalars(sa.select(Region.code).where(Region.parent_code.is_(None))))
    if draft.from_regency not in regencies:
        raise Invalid("shipping.unknown_region", field="from_regency")
    if draft.to_code not in regencies | {WHOLE_PROVINCE}:
        raise Invalid("shipping.unknown_region", field="to_code")
    if not 0 <= draft.price_per_kg <= LARGEST_PRICE_PER_KG:
        raise Invalid("shipping.number_out_of_bounds", field="price_per_kg")
    if not 1 <= draft.minimum_kg <= HEAVIEST_KG:
        raise Invalid("shipping.number_out_of_bounds", field="minimum_kg")
    if not 0 <= draft.days_from <= draft.days_to <= MOST_DAYS:
        raise Invalid("shipping.number_out_of_bounds", field="days_to")


def _same_way(courier_id: int, draft: RateDraft) -> sa.Select[PostalRate]:
    return sa.select(PostalRate).where(
        PostalRate.courier_id == courier_id,
        PostalRate.from_regency == draft.from_regency,
        PostalRate.to_code == draft.to_code,
        dated.holds_from(PostalRate, draft.from_day),
    )


def _note(actor: Actor, action: str, courier_id: int, rate: PostalRate) -> None:
    facts = {"from": rate.from_regency, "to": rate.to_code, "price_per_kg": rate.price_per_kg}
    audit.record(actor, action, "courier", courier_id, **facts, from_day=rate.from_day.isoformat())
