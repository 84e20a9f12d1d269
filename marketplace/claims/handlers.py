"""What follows a claim's steps: letters to whom it concerns, reminders, and what happens by itself.

A letter is written once, however often its handler runs: its key names the step and who is told.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from marketplace.accounts.queries import people_in_role, people_of_store
from marketplace.claims import queries, services
from marketplace.claims.events import ClaimMoved
from marketplace.claims.queries import ClaimView, StepView
from marketplace.claims.rules import TURN, WITH_OPERATOR, Party
from marketplace.core import settings
from marketplace.core.actor import Right, Role
from marketplace.core.clock import now
from marketplace.core.db import db, transaction
from marketplace.core.errors import Refusal
from marketplace.notifications.services import write_letter
from marketplace.orders.events import ClaimOvertaken
from marketplace.orders.models import Purchase
from marketplace.orders.policies import guest_key
from marketplace.orders.queries import OrderView, order_view

REMIND_HOURS = settings.define(
    "claims.remind_hours",
    18,
    "Berapa jam sebelum waktu komplain habis yang bersangkutan diingatkan",
    minimum=1,
    maximum=72,
)
log = structlog.get_logger()


def tell_of_step(event: ClaimMoved) -> None:
    """To the sides that did not take it; to operators where one of them is to decide, and nobody has meanwhile."""
    with transaction():
        found = queries.step_view(event.step_id)
        if found is None:
            return
        claim, step = found
        if step.party is not Party.BUYER:
            _to_buyer(claim, f"step:{step.id}", "to_buyer", step=step)
        if step.party is not Party.SHOP:
            _to_shop(claim, f"step:{step.id}", "to_shop", step=step)
        if step.state in WITH_OPERATOR and claim.state is step.state:
            _to_operators(claim, f"step:{step.id}", step=step)


def follow_bank(event: ClaimOvertaken) -> None:
    """The buyer's money goes back another way: the claim is over."""
    with transaction():
        services.overtake(event.claim_id)


def remind() -> None:
    """Routine: write to whoever is to act next, before the clock does."""
    due = queries.to_remind(now(), timedelta(hours=REMIND_HOURS.today()))
    db.session.rollback()
    for claim_id in due:
        with transaction():
            services.mark_reminded(claim_id)
            claim = queries.claim_view(claim_id)
            if claim is None or not claim.is_open:
                continue
            key, turn = f"reminder:{claim.id}:{claim.state.value}", TURN[claim.state]
            if Party.BUYER in turn:
                _to_buyer(claim, key, "reminder")
            if Party.SHOP in turn:
                _to_shop(claim, key, "reminder")
            if Party.OPERATOR in turn:
                _to_operators(claim, key)


def run_clocks() -> None:
    """Routine: what nobody answered in time happens by itself, each claim in a transaction of its own."""
    due = queries.overdue(now())
    db.session.rollback()
    for claim_id in due:
        try:
            with transaction():
                services.by_default(claim_id)
        except Refusal as refusal:  # answered this very moment, or its money cannot be moved: the next one goes on
            log.warning("claims.not_done_by_default", claim_id=claim_id, why=refusal.message_id)


def _to_buyer(claim: ClaimView, about: str, template: str, step: StepView | None = None) -> None:
    order, purchase = _order(claim)
    path = f"/pesanan/{order.code}/komplain"
    if purchase.person_id is None:
        path += f"?kunci={guest_key(purchase.code)}"
    values = {"name": purchase.buyer_name, "claim": claim, "order": order, "step": step, "side": Party.BUYER.value}
    key = f"claims.{about}:buyer"
    write_letter(key, purchase.buyer_email, f"claims/{template}", purchase.language, path=path, **values)


def _to_shop(claim: ClaimView, about: str, template: str, step: StepView | None = None) -> None:
    order, _purchase = _order(claim)
    values = {"claim": claim, "order": order, "step": step, "side": Party.SHOP.value}
    path = f"/penjual/pesanan/{order.code}/komplain"
    for person in people_of_store(claim.store_id, Right.ORDERS):
        key = f"claims.{about}:{person.id}"
        to = person.email or ""
        write_letter(key, to, f"claims/{template}", person.language, name=person.name, path=path, **values)


def _to_operators(claim: ClaimView, about: str, step: StepView | None = None) -> None:
    order, _purchase = _order(claim)
    values = {"claim": claim, "order": order, "step": step}
    path = f"/admin/komplain/{claim.id}"
    for person in people_in_role(Role.OPERATOR):
        if person.id == claim.decided_by:
            continue
        key = f"claims.{about}:operator:{person.id}"
        to = person.email or ""
        write_letter(key, to, "claims/to_operator", person.language, name=person.name, path=path, **values)


def _order(claim: ClaimView) -> tuple[OrderView, Purchase]:
    found = order_view(claim.order_id)
    if found is None:
        raise LookupError(f"claim {claim.id} has no order")
    return found
