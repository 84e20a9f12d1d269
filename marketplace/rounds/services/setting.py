"""Setting rounds up: the operator's rows, and the shops that take part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from marketplace.core import audit, revision
from marketplace.core.actor import Actor
from marketplace.core.clock import today
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound
from marketplace.core.locks import lock_one, lock_words
from marketplace.places.models import Region
from marketplace.places.rules import is_village
from marketplace.rounds.models import Round, RoundFee, RoundRegion, RoundStore
from marketplace.rounds.policies import can_join, can_manage_rounds
from marketplace.rounds.queries.setting import rounds_to_choose
from marketplace.rounds.rules import LARGEST_FEE, LONGEST_CLOSING, MINUTES_A_DAY, MOST_ORDERS, WEEKDAYS

MOST_PLACE = 999


@dataclass(frozen=True)
class RoundDraft:
    """A round as the operator writes it down; see `Round`."""

    name: str
    weekdays: str
    starts: int
    ends: int
    closes_before: int
    capacity: int
    is_open: bool


@dataclass(frozen=True)
class RegionDraft:
    """A region, and what the round does there."""

    region_code: str
    visits: bool
    brings: bool


def save_round(actor: Actor, draft: RoundDraft, round_id: int | None = None) -> Round:
    """Keep a new round, or change one; orders placed keep their day and hours. Raises NotAllowed, NotFound, Invalid
    (fields name, weekdays, ends, closes_before, capacity).
    """
    _demand_operator(actor)
    lock_words(["rounds"])
    _check(draft)
    same = sa.select(Round.id).where(Round.name == draft.name, Round.id != (round_id or 0))
    if db.session.scalar(same) is not None:
        raise Invalid("rounds.name_taken", field="name")
    found = lock_one(Round, round_id) if round_id is not None else Round()
    for name, value in vars(draft).items():
        setattr(found, name, value)
    db.session.add(found)
    db.session.flush()
    audit.record(actor, "rounds.saved", "round", found.id, name=found.name, is_open=found.is_open)
    return found


def set_fee(actor: Actor, round_id: int, fee: int, from_day: date) -> None:
    """Let a fee (rupiah) hold from a day on; a day gone by keeps its own. Raises NotAllowed, NotFound, Invalid."""
    _demand_operator(actor)
    lock_one(Round, round_id)
    if not 0 <= fee <= LARGEST_FEE:
        raise Invalid("rounds.fee_range", field="fee")
    if from_day < today():
        raise Invalid("rounds.day_gone_by", field="from_day")
    db.session.execute(sa.delete(RoundFee).where(RoundFee.round_id == round_id, RoundFee.from_day == from_day))
    db.session.execute(sa.insert(RoundFee).values(round_id=round_id, from_day=from_day, fee=fee))
    audit.record(actor, "rounds.fee_set", "round", round_id, fee=fee, from_day=from_day.isoformat())


def set_region(actor: Actor, round_id: int, draft: RegionDraft) -> None:
    """Call at shops of a village, bring to a region, or both. Raises NotAllowed, NotFound, Invalid (region_code)."""
    _demand_operator(actor)
    lock_one(Round, round_id)
    if db.session.get(Region, draft.region_code) is None:
        raise Invalid("shipping.unknown_region", field="region_code")
    if draft.visits and not is_village(draft.region_code):
        raise Invalid("rounds.visits_villages", field="visits")
    if not (draft.visits or draft.brings):
        raise Invalid("rounds.for_something", field="visits")
    _drop_region(round_id, draft.region_code)
    db.session.execute(sa.insert(RoundRegion).values(round_id=round_id, **vars(draft)))
    audit.record(actor, "rounds.region_set", "round", round_id, **vars(draft))


def remove_region(actor: Actor, round_id: int, region_code: str) -> None:
    """The round goes there no more; what is ordered is still brought. Raises NotAllowed, NotFound."""
    _demand_operator(actor)
    lock_one(Round, round_id)
    if not _drop_region(round_id, region_code):
        raise NotFound
    audit.record(actor, "rounds.region_removed", "round", round_id, region=region_code)


def order_stops(actor: Actor, round_id: int, places: Mapping[int, int]) -> None:
    """Say at which shop (id) the runner calls first; 0 leaves it to village and address. Raises NotAllowed, NotFound,
    Invalid (field places) for a place beyond 999.
    """
    _demand_operator(actor)
    lock_one(Round, round_id)
    if any(not 0 <= place <= MOST_PLACE for place in places.values()):
        raise Invalid("rounds.place_range", field="places")
    for row in db.session.scalars(sa.select(RoundStore).where(RoundStore.round_id == round_id)):
        row.place = places.get(row.store_id, row.place)
    audit.record(actor, "rounds.stops_ordered", "round", round_id)


def choose_rounds(actor: Actor, store_id: int, round_ids: Iterable[int]) -> None:
    """Take part in these rounds from now on; what is not offered is passed over. Orders that are open stay on their
    run when a shop leaves. Raises NotAllowed.
    """
    if not can_join(actor, store_id):
        raise NotAllowed("rounds.not_yours")
    lock_words([f"round_stores:{store_id}"])
    choices = rounds_to_choose(store_id)
    before = {choice.id for choice in choices if choice.is_chosen}
    wanted = {choice.id for choice in choices} & set(round_ids)
    left = sa.delete(RoundStore).where(RoundStore.store_id == store_id, RoundStore.round_id.in_(before - wanted))
    db.session.execute(left)
    for round_id in sorted(wanted - before):
        db.session.add(RoundStore(round_id=round_id, store_id=store_id))
    db.session.flush()
    if wanted != before:
        revision.touch()
        audit.record(actor, "rounds.chosen", "store", store_id, rounds=sorted(wanted))


def _demand_operator(actor: Actor) -> None:
    if not can_manage_rounds(actor):
        raise NotAllowed("rounds.not_yours")


def _check(draft: RoundDraft) -> None:
    if not draft.weekdays or not set(draft.weekdays) <= set(WEEKDAYS):
        raise Invalid("rounds.no_day", field="weekdays")
    if not 0 <= draft.starts < draft.ends <= MINUTES_A_DAY:
        raise Invalid("rounds.ends_first", field="ends")
    if not 0 <= draft.closes_before <= LONGEST_CLOSING:
        raise Invalid("rounds.closing_range", field="closes_before")
    if not 1 <= draft.capacity <= MOST_ORDERS:
        raise Invalid("rounds.capacity_range", field="capacity")


def _drop_region(round_id: int, region_code: str) -> bool:
    gone = sa.delete(RoundRegion).where(RoundRegion.round_id == round_id, RoundRegion.region_code == region_code)
    return db.session.execute(gone.returning(RoundRegion.region_code)).first() is not None
