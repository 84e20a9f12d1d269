"""The books are compared every night, and when the operator asks."""

from __future__ import annotations

import structlog

from marketplace.core.clock import now
from marketplace.core.db import db, transaction
from marketplace.reconciliation import services
from marketplace.reconciliation.events import ReconciliationAsked

log = structlog.get_logger()


def reconcile_nightly() -> None:
    """Routine: compare, and keep what was found."""
    _run(None)


def follow_request(event: ReconciliationAsked) -> None:
    """The same, unless somebody has just done it."""
    recent = services.is_recent()
    db.session.rollback()
    if not recent:
        _run(event.person_id)


def _run(asked_by: int | None) -> None:
    found = services.find(now(), services.DAYS)
    with transaction():
        services.keep(found, asked_by=asked_by)
    if found.differences:
        log.error("reconciliation.differences", count=len(found.differences))
