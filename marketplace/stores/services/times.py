"""When a store is open: the hours of its week, and the days on which it is closed."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from marketplace.core import audit, clock, revision
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound
from marketplace.core.locks import lock_one
from marketplace.stores.models import Store, StoreClosure
from marketplace.stores.policies import can_manage
from marketplace.stores.rules import LONGEST_CLOSURE_DAYS, MOST_CLOSURES, Week, week_problem


def set_week(actor: Actor, store_id: int, week: Week, note: str = "") -> None:
    """Say at which hours of the week the store is open; `note` is what hours cannot tell.

    Raises NotAllowed; Invalid (field week) for hours that overlap or end before they begin.
    """
    store = _managed(actor, store_id)
    problem = week_problem(week)
    if problem:
        raise Invalid(problem, field="week")
    kept = [[list(span) for span in day] for day in week]
    if (store.week, store.hours) == (kept, note):
        return
    store.week, store.hours = kept, note
    audit.record(actor, "stores.week_changed", "store", store.id)
    revision.touch()


def plan_closure(actor: Actor, store_id: int, first_day: date, last_day: date, note: str = "") -> StoreClosure:
    """Take no orders from a day to a day (WITA, both included). What was ordered before goes on.

    Raises NotAllowed; Invalid for days gone by, an end before the beginning, more than 90 days, days that are planned
    already, or too many plans.
    """
    store = _managed(actor, store_id)
    if first_day < clock.today():
        raise Invalid("stores.closure_past", field="first_day")
    if last_day < first_day:
        raise Invalid("stores.closure_order", field="last_day")
    if (last_day - first_day).days >= LONGEST_CLOSURE_DAYS:
        raise Invalid("stores.closure_long", field="last_day", days=LONGEST_CLOSURE_DAYS)
    planned = list(db.session.scalars(_still_to_come(store.id)))
    if any(other.first_day <= last_day and other.last_day >= first_day for other in planned):
        raise Invalid("stores.closure_overlaps", field="first_day")
    if len(planned) >= MOST_CLOSURES:
        raise Invalid("stores.closure_many", most=MOST_CLOSURES)
    closure = StoreClosure(
        store_id=store.id, first_day=first_day, last_day=last_day, note=note.strip(), created_at=clock.now()
    )
    db.session.add(closure)
    db.session.flush()
    days = {"first_day": first_day.isoformat(), "last_day": last_day.isoformat()}
    audit.record(actor, "stores.closure_planned", "store", store.id, **days)
    revision.touch()
    return closure


def cancel_closure(actor: Actor, store_id: int, closure_id: int) -> None:
    """Be open on the days of a closure after all; one that has begun ends with yesterday.

    Raises NotAllowed, NotFound.
    """
    store = _managed(actor, store_id)
    closure = db.session.get(StoreClosure, closure_id)
    today = clock.today()
    if closure is None or closure.store_id != store.id or closure.last_day < today:
        raise NotFound
    if closure.first_day < today:
        closure.last_day = date.fromordinal(today.toordinal() - 1)
    else:
        db.session.delete(closure)
    audit.record(actor, "stores.closure_cancelled", "store", store.id, closure=closure_id)
    revision.touch()


def _managed(actor: Actor, store_id: int) -> Store:
    store = lock_one(Store, store_id)
    if not can_manage(actor, store):
        raise NotAllowed("stores.not_yours")
    return store


def _still_to_come(store_id: int) -> sa.Select[StoreClosure]:
    return sa.select(StoreClosure).where(StoreClosure.store_id == store_id, StoreClosure.last_day >= clock.today())
