"""What the timetable does with stores, and letters about a store's own affairs."""

from __future__ import annotations

from marketplace.accounts.queries import names_of, owners_of
from marketplace.core import revision
from marketplace.core.db import db, transaction
from marketplace.notifications.services import write_letter
from marketplace.stores.events import BankAccountChanged, InvitationMade
from marketplace.stores.models import BankAccount, Invitation
from marketplace.stores.queries import store
from marketplace.stores.services import banking, team


def tell_of_bank_account(event: BankAccountChanged) -> None:
    """To each owner: the account is another one now, in case it was somebody else."""
    with transaction():
        row = db.session.get(BankAccount, event.account_id)
        if row is None:
            return
        by = names_of([row.changed_by or 0]).get(row.changed_by or 0, "BeliNTT")
        for owner in owners_of(row.store_id):
            write_letter(
                f"stores.bank:{row.id}:{owner.id}",
                owner.email or "",
                "stores/bank_changed",
                owner.language,
                person=owner,
                store=store(row.store_id),
                account=banking.row_of(row),
                by=by,
            )


def tell_of_invitation(event: InvitationMade) -> None:
    """To whoever was invited by e-mail: the link."""
    with transaction():
        row = db.session.get(Invitation, event.invitation_id)
        if row is None or row.withdrawn_at or "@" not in row.contact:
            return
        by = names_of([row.made_by]).get(row.made_by, "")
        write_letter(
            f"stores.invitation:{row.id}",
            row.contact,
            "stores/invitation",
            store=store(row.store_id),
            by=by,
            path=team.path_of(row.id),
        )


def turn_the_day() -> None:
    """Routine, at midnight: a closure may begin or end with the day, so pages that were kept are of yesterday."""
    with transaction():
        revision.touch()
