"""Rates and fees that hold from a day to a day: never rewritten, one ends and another begins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import sqlalchemy as sa

from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import Invalid, Stale
from marketplace.shipping.models import LocalFee, PostalRate

Dated = PostalRate | LocalFee


def make_room(before: Iterable[Dated], from_day: date) -> None:
    """End what holds for the same way the day before another begins.

    Raises Invalid for a day gone by, and for one that a later row follows.
    """
    if from_day < clock.today():
        raise Invalid("settings.day_gone_by", field="from_day")
    held = list(before)
    if any(other.from_day >= from_day for other in held):
        raise Invalid("shipping.rate_follows", field="from_day")
    for other in held:
        other.until_day = from_day - timedelta(days=1)
    db.session.flush()


def end(row: Dated) -> None:
    """Let a locked row hold no longer than today; one that begins today or later is taken back. Raises Stale."""
    today = clock.today()
    if row.until_day is not None and row.until_day <= today:
        raise Stale("shipping.rate_is_over")
    if row.from_day >= today:
        db.session.delete(row)
    else:
        row.until_day = today
    db.session.flush()


def holds_from(table: type[Dated], day: date) -> sa.ColumnElement[bool]:
    """Rows that hold on a day or later."""
    return sa.or_(table.until_day.is_(None), table.until_day >= day)
