"""Dated settings: each value from its day on, the past as it was."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask_sqlalchemy import SQLAlchemy

from marketplace.core import clock, settings
from marketplace.core.actor import Actor
from marketplace.core.audit import AuditEntry
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid

admin = Actor(person_id=None, name="Admin")


@pytest.fixture
def rate(monkeypatch: pytest.MonkeyPatch) -> settings.Setting:
    monkeypatch.setattr("marketplace.core.settings._defined", {})
    return settings.define("test.rate", 10, "test", minimum=1, maximum=100)


def change(value: int, day: date) -> None:
    with transaction():
        settings.change(admin, "test.rate", value, day)


def test_the_default_holds_until_a_value_is_set(db: SQLAlchemy, rate: settings.Setting) -> None:
    assert rate.today() == 10


def test_a_value_holds_from_its_day_on(db: SQLAlchemy, rate: settings.Setting) -> None:
    day = clock.today()
    change(20, day + timedelta(days=3))
    assert [rate.on(day + timedelta(days=offset)) for offset in (0, 2, 3, 30)] == [10, 10, 20, 20]


def test_a_second_value_for_the_same_day_replaces_the_first(db: SQLAlchemy, rate: settings.Setting) -> None:
    change(20, clock.today())
    change(30, clock.today())
    assert rate.today() == 30
    assert len(settings.values_of("test.rate")) == 1


def test_the_day_turns_at_midnight_in_kupang(db: SQLAlchemy, rate: settings.Setting) -> None:
    with time_machine.travel("2026-03-01T10:00:00+08:00", tick=False):
        change(20, date(2026, 3, 2))
    with time_machine.travel("2026-03-01T23:59:59+08:00", tick=False):
        assert rate.today() == 10
    with time_machine.travel("2026-03-02T00:00:00+08:00", tick=False):
        assert rate.today() == 20


@pytest.mark.parametrize(
    ("key", "value", "offset"), [("test.other", 5, 0), ("test.rate", 0, 0), ("test.rate", 101, 0), ("test.rate", 5, -1)]
)
def test_what_makes_no_sense_is_refused(
    db: SQLAlchemy, rate: settings.Setting, key: str, value: int, offset: int
) -> None:
    with pytest.raises(Invalid), transaction():
        settings.change(admin, key, value, clock.today() + timedelta(days=offset))
    assert settings.values_of(key) == []


def test_a_change_is_in_the_audit_trail(db: SQLAlchemy, rate: settings.Setting) -> None:
    change(20, clock.today())
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.thing_id, entry.details["value"]) == ("settings.changed", "test.rate", 20)
