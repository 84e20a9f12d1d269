"""Asking for a run, and keeping what it found."""

from __future__ import annotations

from datetime import timedelta

from marketplace.core import audit, outbox
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.reconciliation.events import ReconciliationAsked
from marketplace.reconciliation.models import Reconciliation
from marketplace.reconciliation.queries import latest
from marketplace.reconciliation.rules import Findings

DAYS = 30
RECENT = timedelta(minutes=1)
"""A run this young answers whoever asks again."""


def ask(actor: Actor) -> None:
    """The operator wants to know now; the worker compares."""
    audit.record(actor, "reconciliation.asked", "reconciliation", "")
    outbox.emit(ReconciliationAsked(actor.person_id))


def is_recent() -> bool:
    """Is there a run that answers whoever asks now?"""
    run = latest()
    return run is not None and now() - run.ran_at < RECENT


def keep(found: Findings, days: int = DAYS, asked_by: int | None = None) -> Reconciliation:
    """Write down what a run found."""
    run = Reconciliation(
        ran_at=now(),
        days=days,
        asked_by=asked_by,
        differences=len(found.differences),
        unchecked=len(found.unchecked),
        findings=found.kept(),
    )
    db.session.add(run)
    db.session.flush()
    return run
