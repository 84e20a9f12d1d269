"""What every step of a claim is made of. The order is locked first, then its claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from marketplace.claims import rules
from marketplace.claims.events import ClaimMoved
from marketplace.claims.models import Claim, ClaimLine, ClaimPicture, ClaimStep
from marketplace.claims.rules import ENDED, Act, ClaimState, Party, Remedy
from marketplace.claims.services.clocks import due_at
from marketplace.core import audit, outbox
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import NotFound, Stale
from marketplace.core.locks import lock_one
from marketplace.core.once import insert_once
from marketplace.media import services as media
from marketplace.media.services import Prepared
from marketplace.orders import services as orders
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.rules import LineBack
from marketplace.payments.rules import RefundSource


@dataclass(frozen=True)
class Said:
    """What somebody says with a step: words, pictures, the key of the page (sent twice, it is done once)."""

    form_key: str = ""
    text: str = ""
    pictures: Sequence[Prepared] = field(default=())


SILENT = Said()


def locked(claim_id: int) -> tuple[Claim, Order]:
    """A claim and its order, both locked. Raises NotFound."""
    found = db.session.get(Claim, claim_id)
    if found is None:
        raise NotFound("claims.not_found")
    order = lock_one(Order, found.order_id)
    return lock_one(Claim, claim_id), order


def is_done(claim: Claim, said: Said) -> bool:
    """Was the page sent before?"""
    if not said.form_key:
        return False
    query = sa.select(ClaimStep.id).where(ClaimStep.claim_id == claim.id, ClaimStep.form_key == said.form_key)
    return db.session.scalar(query) is not None


def move(
    actor: Actor,
    party: Party,
    claim: Claim,
    order: Order,
    act: Act,
    to: ClaimState,
    said: Said = SILENT,
    remedy: Remedy | None = None,
    amount: int = 0,
) -> ClaimStep:
    """Move a locked claim on, write the step down, start the next clock. Raises Stale when that is not drawn."""
    if not rules.may_move(claim.state, party, act, to):
        raise Stale("claims.moved_on")
    at = now()
    claim.state = to
    claim.reminded_at = None
    if to in ENDED:
        claim.due_at, claim.closed_at = None, at
    else:
        claim.due_at = due_at(to, at)
    db.session.flush()
    return write(actor, party, claim, order, act, said, remedy, amount)


def write(
    actor: Actor,
    party: Party,
    claim: Claim,
    order: Order,
    act: Act,
    said: Said = SILENT,
    remedy: Remedy | None = None,
    amount: int = 0,
) -> ClaimStep:
    """Write a step down, with its pictures; audit it, and let letters follow. Raises Stale when its page was sent."""
    step_id = insert_once(
        ClaimStep,
        ("claim_id", "form_key"),
        claim_id=claim.id,
        act=act,
        party=party,
        state=claim.state,
        remedy=remedy,
        amount=amount,
        person_id=actor.person_id,
        is_helped=actor.helping is not None and party is Party.SHOP,
        form_key=said.form_key or None,
        text=said.text,
        at=now(),
    )
    if step_id is None:
        raise Stale("claims.moved_on")
    for position, prepared in enumerate(said.pictures, 1):
        kept = media.keep(actor, prepared)
        db.session.add(ClaimPicture(step_id=step_id, position=position, media_id=kept.id))
    details = {"claim": claim.id, "state": claim.state.value, "by": party.value, "amount": amount}
    audit.record(actor, f"claims.{_past(act)}", "order", order.code, **details)
    outbox.emit(ClaimMoved(step_id))
    return db.session.get_one(ClaimStep, step_id)


def grant(claim: Claim, by_line: dict[int, int], delivery: int) -> int:
    """Note what is to go back, by line and for the delivery; the whole of it.

    Never more than the buyer has paid and not got back: who pays by hand is asked for a little less than the price.
    """
    order, lines = db.session.get_one(Order, claim.order_id), lines_of(claim.id)
    most = orders.refunds.held(order) if sum(by_line.values()) + delivery else 0
    for line in lines:
        line.granted = min(by_line.get(line.line_id, 0), most)
        most -= line.granted
    claim.granted, claim.granted_delivery = sum(line.granted for line in lines), min(delivery, most)
    db.session.flush()
    return claim.granted + claim.granted_delivery


def grant_as_asked(claim: Claim) -> int:
    """All that was asked."""
    return grant(claim, {line.line_id: line.asked for line in lines_of(claim.id)}, claim.asked_delivery)


def grant_sum(claim: Claim, goods: int, delivery: int) -> int:
    """A sum that names no lines, shared over them by what was asked for each."""
    lines = lines_of(claim.id)
    parts = rules.part_of(goods, [line.asked for line in lines])
    return grant(claim, {line.line_id: part for line, part in zip(lines, parts, strict=True)}, delivery)


def end_state(claim: Claim) -> ClaimState:
    """How a claim ends by what was granted."""
    return ClaimState.REFUNDED if claim.granted + claim.granted_delivery else ClaimState.REFUSED


def settle(actor: Actor, claim: Claim, order: Order) -> None:
    """The claim has ended: what lay aside is free, and what was granted is promised back to the buyer."""
    orders.contesting.free(order)
    lines = lines_of(claim.id)
    if claim.state is ClaimState.WITHDRAWN:
        _give_pieces_back(lines)
    if claim.state is not ClaimState.REFUNDED:
        return
    backs = [LineBack(line.line_id, line.quantity, line.granted) for line in lines if line.granted]
    refund = orders.refunds.refund_lines(
        actor, order, backs, claim.granted_delivery, RefundSource.CLAIM, f"Komplain {order.code}"
    )
    claim.refund_id = refund.id if refund is not None else None
    db.session.flush()


def lines_of(claim_id: int) -> list[ClaimLine]:
    """What a claim is about, by line."""
    query = sa.select(ClaimLine).where(ClaimLine.claim_id == claim_id).order_by(ClaimLine.line_id)
    return list(db.session.scalars(query))


def mark_reminded(claim_id: int) -> None:
    """Note that whoever is to act next was reminded of it."""
    claim, _order = locked(claim_id)
    claim.reminded_at = now()
    db.session.flush()


def _give_pieces_back(lines: Sequence[ClaimLine]) -> None:
    for line in lines:
        db.session.execute(
            sa.update(OrderLine).where(OrderLine.id == line.line_id).values(claimed=OrderLine.claimed - line.quantity)
        )


_PAST = {
    Act.OPEN: "opened",
    Act.AGREE: "agreed",
    Act.OFFER: "offered",
    Act.ACCEPT: "accepted",
    Act.ESCALATE: "escalated",
    Act.WITHDRAW: "withdrawn",
    Act.SEND_BACK: "sent_back",
    Act.RECEIVE: "received",
    Act.SEND_SWAP: "swap_sent",
    Act.CONFIRM: "confirmed",
    Act.DECIDE: "decided",
    Act.APPEAL: "appealed",
    Act.CONCLUDE: "concluded",
    Act.LAPSE: "lapsed",
    Act.OVERTAKE: "overtaken",
}


def _past(act: Act) -> str:
    return _PAST[act]
