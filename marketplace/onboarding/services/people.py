"""What the applications know of a person: told in the copy of one's own data, dropped when the account closes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from marketplace.accounts.services.closing import Leaving
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.db import db
from marketplace.onboarding import queries
from marketplace.onboarding.models import Application, ApplicationPaper
from marketplace.onboarding.rules import OPEN, ApplicationStatus
from marketplace.onboarding.services.moving import move
from marketplace.stores import services as stores


def export(person_id: int) -> list[dict[str, Any]]:
    """Somebody's own applications, all that was answered and decided."""
    return [
        {
            "status": application.status.value,
            "answers": application.answers,
            "support": application.support,
            "bank_number": application.bank_number,
            "created_at": application.created_at.isoformat(),
            "papers": [
                {"kind": kind, "state": paper.state.value, "number": paper.number}
                for kind, paper in queries.papers_of(application.id).items()
            ],
            "moves": [
                {"status": step.status.value, "at": step.moved_at.isoformat(), "items": step.items, "note": step.note}
                for step in queries.moves(application.id)
            ],
        }
        for application in _all(person_id)
    ]


def forget(leaving: Leaving) -> None:
    """Empty the applications of somebody who goes, and the shops that never opened; an open one is taken back.

    That there was an application stays.
    """
    for application in _all(leaving.person_id):
        if application.status in OPEN:
            move(Actor(leaving.person_id), application, ApplicationStatus.WITHDRAWN)
        application.answers, application.support, application.bank_sealed = {}, {}, ""
        application.marks, application.todo = {}, {}
        if application.store_id is not None:
            stores.empty(SYSTEM, application.store_id)
        db.session.execute(sa.delete(ApplicationPaper).where(ApplicationPaper.application_id == application.id))


def _all(person_id: int) -> list[Application]:
    query = sa.select(Application).where(Application.person_id == person_id)
    return list(db.session.scalars(query.order_by(Application.id)))
