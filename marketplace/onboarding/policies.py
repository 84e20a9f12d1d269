"""Who may do what to an application."""

from __future__ import annotations

from marketplace.core.actor import Actor
from marketplace.onboarding.models import Application


def can_apply(actor: Actor) -> bool:
    """Anybody with an account."""
    return actor.is_signed_in


def can_change(actor: Actor, application: Application) -> bool:
    """One's own application is nobody else's."""
    return actor.is_signed_in and actor.person_id == application.person_id


def can_review(actor: Actor, application: Application) -> bool:
    """A curator, but never of one's own application or of a shop that one works for."""
    works_there = application.store_id is not None and actor.works_for(application.store_id)
    return actor.is_curator and actor.person_id != application.person_id and not works_there
