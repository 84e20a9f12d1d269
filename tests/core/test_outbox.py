"""What follows a change is kept with it, runs at least once, and never gets lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask_sqlalchemy import SQLAlchemy

from marketplace.core import clock, outbox
from marketplace.core.db import transaction
from marketplace.core.outbox import OutboxRow
from tests.databases import Market

seen: list[int] = []
failures: list[int] = []


@dataclass(frozen=True)
class ThingDone:
    thing_id: int


def first(event: ThingDone) -> None:
    seen.append(event.thing_id)


def second(event: ThingDone) -> None:
    if failures:
        raise RuntimeError(f"try {failures.pop()}")
    seen.append(-event.thing_id)


@pytest.fixture(autouse=True)
def handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.core.outbox._handlers", {})
    outbox.subscribe(ThingDone, first)
    outbox.subscribe(ThingDone, second)
    seen.clear()
    failures.clear()


def rows(db: SQLAlchemy) -> list[OutboxRow]:
    return list(db.session.scalars(sa.select(OutboxRow).order_by(OutboxRow.id)))


def test_an_event_reaches_each_of_its_handlers_once(db: SQLAlchemy) -> None:
    with transaction():
        outbox.emit(ThingDone(7))
    assert outbox.deliver_all() == 2
    assert sorted(seen) == [-7, 7]
    assert outbox.deliver_all() == 0
    assert all(row.done_at for row in rows(db))


def test_an_event_of_a_refused_change_never_happened(db: SQLAlchemy) -> None:
    with pytest.raises(RuntimeError), transaction():
        outbox.emit(ThingDone(7))
        raise RuntimeError
    assert rows(db) == []


def test_a_failing_handler_waits_and_does_not_hold_up_the_other(db: SQLAlchemy) -> None:
    failures[:] = [2, 1]
    with transaction():
        outbox.emit(ThingDone(7))
    outbox.deliver_all()
    assert seen == [7]
    waiting = [row for row in rows(db) if row.done_at is None]
    assert [(row.tries, "try 1" in row.last_error) for row in waiting] == [(1, True)]
    for days in (1, 2):
        with time_machine.travel(clock.now() + timedelta(days=days)):
            outbox.deliver_all()
    assert seen == [7, -7]


def test_each_failure_makes_the_wait_longer(db: SQLAlchemy) -> None:
    failures[:] = [3, 2, 1]
    with transaction():
        outbox.emit(ThingDone(7))
    waits = []
    at = clock.now()
    for _ in range(3):
        with time_machine.travel(at, tick=False):
            outbox.deliver_all()
            due = next(row.due_at for row in rows(db) if row.done_at is None)
            waits.append(due - clock.now())
        at = due
        db.session.rollback()
    assert waits == sorted(set(waits))


def test_a_taken_row_is_not_taken_again_until_its_lease_ends(db: SQLAlchemy) -> None:
    """A worker that dies after taking a row loses nothing: the row comes back."""
    with transaction():
        outbox.emit(ThingDone(7))
    taken = outbox.take_due()
    assert len(taken) == 2
    assert outbox.take_due() == []
    with time_machine.travel(clock.now() + outbox.LEASE + timedelta(seconds=1)):
        assert outbox.take_due() == taken


def test_two_relays_never_take_the_same_row(live_database: Market) -> None:
    with live_database.app.app_context():
        with transaction():
            for number in range(10):
                outbox.emit(ThingDone(number))
        taken = [*outbox.take_due(limit=5), *outbox.take_due(limit=50)]
        assert len(taken) == len(set(taken)) == 20


def test_old_rows_are_swept_and_open_ones_stay(db: SQLAlchemy) -> None:
    failures[:] = [1]
    with transaction():
        outbox.emit(ThingDone(7))
    outbox.deliver_all()
    with time_machine.travel(clock.now() + timedelta(days=40)):
        outbox.sweep()
    assert [row.done_at for row in rows(db)] == [None]
