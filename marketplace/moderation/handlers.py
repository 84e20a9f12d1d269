"""Letters about what came of reports, and what is forgotten of them. None tells a shop who reported."""

from __future__ import annotations

import structlog

from marketplace.accounts.queries import owners_of, people_of_store
from marketplace.core.actor import Right
from marketplace.core.db import db, transaction
from marketplace.moderation import queries, services
from marketplace.moderation.events import ReportClosed, StoreReopened, ThingJudged
from marketplace.moderation.models import ListingReport
from marketplace.moderation.queries import ThingView
from marketplace.moderation.rules import Kind, Outcome, Thing
from marketplace.notifications.rules import is_address
from marketplace.notifications.services import write_letter

log = structlog.get_logger()
TO_SHOP = {Outcome.LETTER: "moderation/to_shop", Outcome.SUSPENDED: "moderation/suspended"}
"""What the shop is written to about; what was taken off sale the curators' area tells of."""


def tell_reporter(event: ReportClosed) -> None:
    """To who left an e-mail address: how it ended."""
    with transaction():
        row = db.session.get(ListingReport, event.report_id)
        if row is None or row.outcome is None or not row.contact or not is_address(row.contact):
            return
        key = f"moderation.closed:{row.id}"
        write_letter(key, row.contact, "moderation/to_reporter", about=_about(row), outcome=row.outcome.value)


def tell_shop(event: ThingJudged) -> None:
    """To the shop: the operator's words, or that it is suspended and why."""
    with transaction():
        row = db.session.get(ListingReport, event.report_id)
        if row is None or row.outcome not in TO_SHOP:
            return
        about = _about(row)
        right = Right.SHOP if about.thing.kind is Kind.STORE else Right.PRODUCTS
        for person in people_of_store(row.store_id, right):
            key = f"moderation.judged:{row.id}:{person.id}"
            values = {"person": person, "about": about, "note": row.note}
            write_letter(key, person.email or "", TO_SHOP[row.outcome], person.language, **values)


def tell_of_reopening(event: StoreReopened) -> None:
    """To each owner: the shop may sell again."""
    with transaction():
        about = queries.thing_view(Kind.STORE, event.store_id)
        for owner in owners_of(event.store_id):
            key = f"moderation.reopened:{event.store_id}:{event.report_id}:{owner.id}"
            write_letter(key, owner.email or "", "moderation/reopened", owner.language, person=owner, about=about)


def forget_old() -> None:
    """Routine: what was closed long ago keeps neither words nor contact."""
    with transaction():
        count = services.forget_old()
    log.info("moderation.forgotten", count=count)


def _about(row: ListingReport) -> ThingView:
    thing = Thing(row.store_id, row.product_id)
    return queries.thing_view(thing.kind, thing.id)
