"""What follows a move: a letter to the applicant. Its key names the move: written once."""

from __future__ import annotations

from marketplace.core.db import transaction
from marketplace.notifications.services import write_letter
from marketplace.onboarding import queries
from marketplace.onboarding.events import ApplicationMoved
from marketplace.onboarding.rules import ApplicationStatus

LETTERS = {
    ApplicationStatus.WAITING: "waiting",
    ApplicationStatus.CHECKING: "checking",
    ApplicationStatus.CHANGES: "changes",
    ApplicationStatus.ACCEPTED: "accepted",
    ApplicationStatus.REJECTED: "rejected",
    ApplicationStatus.WITHDRAWN: "withdrawn",
}


def tell_of_move(event: ApplicationMoved) -> None:
    """To the applicant: where the application stands now, and what to do next."""
    with transaction():
        facts = queries.letter_facts(event.move_id)
        if facts is None:
            return
        write_letter(
            f"onboarding.moved:{event.move_id}",
            facts.person.email or "",
            f"onboarding/{LETTERS[facts.status]}",
            facts.person.language,
            person=facts.person,
            facts=facts,
            path="/penjual/daftar",
        )
