"""What follows a decision: a letter to the people of the shop. Its key names decision and reader: written once."""

from __future__ import annotations

from marketplace.accounts.queries import people_of_store
from marketplace.core.actor import Right
from marketplace.core.db import transaction
from marketplace.curation import queries
from marketplace.curation.events import ProductTakenOff, SubmissionPassed, SubmissionRejected, SubmissionReturned
from marketplace.notifications.services import write_letter


def tell_of_pass(event: SubmissionPassed) -> None:
    """To the shop: the product has the badge."""
    _tell(event.decision_id, "passed")


def tell_of_return(event: SubmissionReturned) -> None:
    """To the shop: what to mend, and where."""
    _tell(event.decision_id, "returned")


def tell_of_rejection(event: SubmissionRejected) -> None:
    """To the shop: it does not pass, and why."""
    _tell(event.decision_id, "rejected")


def tell_of_taking_off(event: ProductTakenOff) -> None:
    """To the shop: the product is not sold until it is mended, and why."""
    _tell(event.decision_id, "taken_off")


def _tell(decision_id: int, template: str) -> None:
    with transaction():
        facts = queries.letter_facts(decision_id)
        for person in people_of_store(facts.store_id, Right.PRODUCTS):
            write_letter(
                f"curation.{template}:{decision_id}:{person.id}",
                person.email or "",
                f"curation/{template}",
                person.language,
                person=person,
                facts=facts,
                path="/penjual/kurasi",
            )
