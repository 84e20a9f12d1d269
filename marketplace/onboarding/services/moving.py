"""What each service needs: one's own application, locked; a move, written down for good."""

from __future__ import annotations

from typing import Any

from marketplace.core import audit, outbox
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import NotFound, Stale
from marketplace.core.locks import lock_one
from marketplace.onboarding.events import ApplicationMoved
from marketplace.onboarding.models import Application, ApplicationMove
from marketplace.onboarding.policies import can_change
from marketplace.onboarding.rules import ApplicationStatus


def own(actor: Actor, application_id: int) -> Application:
    """One's own application, locked. Raises NotFound for anybody else's."""
    application = lock_one(Application, application_id)
    if not can_change(actor, application):
        raise NotFound
    return application


def to_mend(actor: Actor, application_id: int, item: str) -> Application:
    """The same, while this part of it may be changed: in a draft, or when it was asked back. Raises Stale."""
    application = own(actor, application_id)
    is_asked = application.status is ApplicationStatus.CHANGES and item in application.todo
    if application.status is not ApplicationStatus.DRAFT and not is_asked:
        raise Stale("onboarding.not_now")
    return application


def mended(actor: Actor, application: Application, item: str) -> None:
    """Note that a part was saved; if it was asked back, it is done."""
    if item in application.todo:
        application.todo = {**application.todo, item: {**application.todo[item], "done": True}}
    application.version += 1
    audit.record(actor, "onboarding.saved", "application", application.id, item=item)


def move(
    actor: Actor,
    application: Application,
    status: ApplicationStatus,
    reason: str = "",
    note: str = "",
    items: dict[str, Any] | None = None,
) -> ApplicationMove:
    """Let the application stand elsewhere, write down who, when and why, and tell those who follow."""
    application.status, application.moved_at = status, now()
    application.version += 1
    written = ApplicationMove(
        application_id=application.id,
        person_id=actor.person_id,
        status=status,
        reason=reason,
        note=note,
        items=items or {},
        moved_at=application.moved_at,
    )
    db.session.add(written)
    db.session.flush()
    audit.record(actor, f"onboarding.{status.value}", "application", application.id, reason=reason)
    outbox.emit(ApplicationMoved(application.id, written.id))
    return written
