"""Holding a shop's money back: with a reason, until a day, told to the shop, which may appeal once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from marketplace.core import audit, clock, outbox
from marketplace.core.actor import Actor
from marketplace.core.clock import now, today
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from marketplace.core.locks import lock_one
from marketplace.payouts.events import HoldMoved
from marketplace.payouts.models import PayoutHold
from marketplace.payouts.policies import can_appeal, can_pay_out
from marketplace.payouts.queries import standing_hold
from marketplace.payouts.services.clocks import LONGEST_HOLD_DAYS
from marketplace.payouts.services.lines import checked
from marketplace.stores.models import Store


def put(actor: Actor, store_id: int, reason: str, last_day: date) -> PayoutHold:
    """Hold a shop's money until the end of a day (WITA). What is in a file already goes its way.

    Raises NotAllowed, NotFound; Stale when it is held already; Invalid (fields reason, last_day).
    """
    _check(actor)
    lock_one(Store, store_id)
    reason, until = checked(reason), _until(last_day)
    if standing_hold(store_id) is not None:
        raise Stale("payouts.held_already")
    db.session.execute(
        sa.update(PayoutHold)
        .where(PayoutHold.store_id == store_id, PayoutHold.ended_at.is_(None))
        .values(ended_at=PayoutHold.until)
    )
    hold = PayoutHold(store_id=store_id, reason=reason, made_by=actor.person_id, made_at=now(), until=until)
    db.session.add(hold)
    db.session.flush()
    audit.record(actor, "payouts.held", "store", store_id, reason=reason, until=last_day.isoformat())
    outbox.emit(HoldMoved(hold.id, "put"))
    return hold


def renew(actor: Actor, store_id: int, reason: str, last_day: date) -> None:
    """Hold it longer, with a reason again. Raises as `put`; Stale when it is not held (any more)."""
    hold = _standing(actor, store_id)
    reason, until = checked(reason), _until(last_day)
    if until <= hold.until:
        raise Invalid("payouts.not_longer", field="last_day")
    hold.reason, hold.until = reason, until
    audit.record(actor, "payouts.held_longer", "store", store_id, reason=reason, until=last_day.isoformat())
    outbox.emit(HoldMoved(hold.id, f"renewed:{last_day.isoformat()}"))
    db.session.flush()


def lift(actor: Actor, store_id: int) -> None:
    """The money is free again. Raises NotAllowed, NotFound; Stale when it is not held (any more)."""
    hold = _standing(actor, store_id)
    hold.ended_at = now()
    audit.record(actor, "payouts.released", "store", store_id)
    outbox.emit(HoldMoved(hold.id, "lifted"))
    db.session.flush()


def appeal(actor: Actor, store_id: int, words: str) -> None:
    """The shop says why its money should not be held. Once for each hold.

    Raises NotFound, NotAllowed; Stale when it is not held, or has appealed; Invalid (field reason).
    """
    if not can_appeal(actor, store_id):
        raise NotAllowed("payouts.not_yours")
    lock_one(Store, store_id)
    words, hold = checked(words), standing_hold(store_id)
    if hold is None:
        raise Stale("payouts.not_held")
    if hold.appealed_at is not None:
        raise Stale("payouts.appealed")
    hold.appeal, hold.appealed_at, hold.appealed_by = words, now(), actor.person_id
    audit.record(actor, "payouts.appealed", "store", store_id)
    db.session.flush()


def answer(actor: Actor, hold_id: int, words: str, lifts: bool) -> None:
    """The operator answers an appeal, and perhaps lifts the hold. Raises NotAllowed, NotFound, Stale, Invalid."""
    _check(actor)
    words = checked(words)
    hold = db.session.get(PayoutHold, hold_id)
    if hold is None:
        raise NotFound
    lock_one(Store, hold.store_id)
    hold = lock_one(PayoutHold, hold_id)
    if hold.appealed_at is None or hold.answered_at is not None:
        raise Stale("payouts.answered")
    hold.answer, hold.answered_at, hold.answered_by = words, now(), actor.person_id
    if lifts and hold.ended_at is None:
        hold.ended_at = now()
    audit.record(actor, "payouts.appeal_answered", "store", hold.store_id, lifted=lifts)
    outbox.emit(HoldMoved(hold.id, "answered"))
    db.session.flush()


def _standing(actor: Actor, store_id: int) -> PayoutHold:
    _check(actor)
    lock_one(Store, store_id)
    hold = standing_hold(store_id)
    if hold is None:
        raise Stale("payouts.not_held")
    return hold


def _check(actor: Actor) -> None:
    if not can_pay_out(actor):
        raise NotAllowed("payouts.not_yours")


def _until(last_day: date) -> datetime:
    longest = LONGEST_HOLD_DAYS.today()
    if not today() <= last_day <= today() + timedelta(days=longest):
        raise Invalid("payouts.hold_days", field="last_day", longest=longest)
    return clock.midnight(last_day + timedelta(days=1))
