"""Sending an application, again after mending, and taking it back."""

from __future__ import annotations

from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.errors import Invalid, Stale
from marketplace.onboarding import queries
from marketplace.onboarding.models import Application
from marketplace.onboarding.rules import OPEN, QUEUED, ApplicationStatus, Step
from marketplace.onboarding.services import shops
from marketplace.onboarding.services.applying import check_name
from marketplace.onboarding.services.moving import move, own
from marketplace.stores import services as stores


def submit(actor: Actor, application_id: int) -> Application:
    """Hand the application to the curators: from now on the shop exists, and nobody else sees it. Twice is once.

    After mending, it comes back to the place in the queue that it had. Raises NotFound, Stale when it is decided, and
    Invalid while a step or something asked back is open, or when the name was taken meanwhile.
    """
    application = own(actor, application_id)
    if application.status in QUEUED:
        return application
    if application.status not in OPEN:
        raise Stale("onboarding.not_now")
    if queries.lacking(application):
        raise Invalid("onboarding.steps_lacking")
    if not all(entry["done"] for entry in application.todo.values()):
        raise Invalid("onboarding.todo_open")
    stores.hold_names()  # between asking for the name and having it
    check_name(application.answers[Step.WHAT.value]["name"], application.store_id)
    shops.write_down(application)
    application.marks = {item: mark for item, mark in application.marks.items() if mark["ok"]}
    application.todo = {}
    application.queued_at = application.queued_at or now()
    move(actor, application, ApplicationStatus.WAITING)
    return application


def withdraw(actor: Actor, application_id: int) -> None:
    """Take an open application back; twice is once. Its shop stays hidden. Raises NotFound, Stale when decided."""
    application = own(actor, application_id)
    if application.status is ApplicationStatus.WITHDRAWN:
        return
    if application.status not in OPEN:
        raise Stale("onboarding.not_now")
    shops.let_go(application)
    move(actor, application, ApplicationStatus.WITHDRAWN)
