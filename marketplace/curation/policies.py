"""Who may do what at the curators' desk."""

from __future__ import annotations

from marketplace.certificates.policies import can_manage_types
from marketplace.core.actor import Actor, Right
from marketplace.curation.models import Submission


def can_submit(actor: Actor, store_id: int) -> bool:
    """Who has the right to the shop's products, and the market itself."""
    return actor.may(Right.PRODUCTS, store_id)


def can_decide(actor: Actor, submission: Submission) -> bool:
    """A curator decides, but never for a shop that he or she works for."""
    return may_judge(actor, submission.store_id)


def may_judge(actor: Actor, store_id: int) -> bool:
    """The same, where only the shop is known."""
    return actor.is_curator and not actor.works_for(store_id)


def can_see_types(actor: Actor) -> bool:
    """The types of certificates and who needs which: whoever may edit them, and every curator."""
    return actor.is_curator or can_manage_types(actor)
