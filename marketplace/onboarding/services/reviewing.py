"""What curators do: look at each part, then accept, ask for changes, or reject."""

from __future__ import annotations

from typing import Any, TypeAlias

from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.core.locks import lock_one
from marketplace.onboarding import queries
from marketplace.onboarding.models import Application
from marketplace.onboarding.policies import can_review
from marketplace.onboarding.rules import NOTE_MOST, QUEUED, REASONS, ApplicationStatus, asked, is_all_ok
from marketplace.onboarding.services import shops
from marketplace.onboarding.services.moving import move

Marks: TypeAlias = dict[str, dict[str, Any]]
"""By part of the application: ok (bool), and where it is not, reason (of REASONS) and note."""


def keep_marks(actor: Actor, application_id: int, seen: int, marks: Marks) -> None:
    """Keep what was looked at so far; the applicant sees that somebody is at it. Raises NotFound, Stale, Invalid."""
    application = _in_review(actor, application_id, seen)
    _put(application, marks)
    if application.status is ApplicationStatus.WAITING:
        since = application.moved_at
        move(actor, application, ApplicationStatus.CHECKING)
        application.moved_at = since  # she still waits since she sent it
    else:
        application.version += 1
        audit.record(actor, "onboarding.marked", "application", application.id)


def ask_changes(actor: Actor, application_id: int, seen: int, marks: Marks) -> None:
    """Ask the applicant to mend the parts that are not right. Raises NotFound, Stale, and Invalid when all are."""
    application = _in_review(actor, application_id, seen)
    parts = _put(application, marks)
    application.todo = asked(application.marks, parts)
    if not application.todo:
        raise Invalid("onboarding.nothing_asked")
    move(actor, application, ApplicationStatus.CHANGES, items=application.marks)


def accept(actor: Actor, application_id: int, seen: int, marks: Marks) -> int:
    """Open the shop; returns its id. Raises NotFound, Stale, and Invalid while a part is not marked as right."""
    application = _in_review(actor, application_id, seen)
    parts = _put(application, marks)
    if not is_all_ok(application.marks, parts):
        raise Invalid("onboarding.not_all_ok")
    store_id = shops.open_up(application)
    move(actor, application, ApplicationStatus.ACCEPTED, items=application.marks)
    return store_id


def reject(actor: Actor, application_id: int, seen: int, reason: str, note: str) -> None:
    """Refuse the application for good, with a reason and words. Raises NotFound, Stale, Invalid (reason, note)."""
    application = _in_review(actor, application_id, seen)
    _check_words(reason, note, "reason", "note")
    shops.let_go(application)
    move(actor, application, ApplicationStatus.REJECTED, reason, note.strip(), application.marks)


def _in_review(actor: Actor, application_id: int, seen: int) -> Application:
    application = lock_one(Application, application_id)
    if application.queued_at is None or not can_review(actor, application):
        raise NotFound
    if application.status not in QUEUED or application.version != seen:
        raise Stale("onboarding.moved_on")
    return application


def _put(application: Application, marks: Marks) -> tuple[str, ...]:
    """Keep the marks of parts that are there; returns these parts."""
    parts = queries.view(application).parts
    kept: Marks = {}
    for part in parts:
        mark = marks.get(part)
        if mark is None:
            continue
        if mark["ok"]:
            kept[part] = {"ok": True, "reason": "", "note": ""}
            continue
        _check_words(mark["reason"], mark["note"], f"{part}:reason", f"{part}:note")
        kept[part] = {"ok": False, "reason": mark["reason"], "note": mark["note"].strip()}
    application.marks = kept
    return parts


def _check_words(reason: str, note: str, reason_field: str, note_field: str) -> None:
    if reason not in REASONS:
        raise Invalid("onboarding.reason_needed", field=reason_field)
    if not 1 <= len(note.strip()) <= NOTE_MOST:
        raise Invalid("onboarding.note_needed", field=note_field, most=NOTE_MOST)
